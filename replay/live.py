"""Verification of a session while it runs: the rules that judge its file judge each event as soon as it is journalled.

    >>> async with open_session(model, options, parts, verify="live") as session: ...

Nothing is judged that the file would not show: each event is taken through the lines that the recorder writes for it
and the reader that reads them, so that `verify` says of the file what was said of the session.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

from turnfold.events import Envelope
from turnfold.replay.findings import Finding, Severity
from turnfold.replay.invariants import Invariant, registry
from turnfold.replay.texts import render
from turnfold.replay.verification import FileReport, Seen, finding_of, report, texts_of
from turnfold.replay.watch import Watch, imply
from turnfold.rollouts import Batch, Block, Damage, Reader, Source
from turnfold.rollouts.recorder import lines_of

OnFinding: TypeAlias = Literal["raise", "report"] | Callable[[Finding], None]

DAMAGE_LISTED_MAX: Final = 50
"""Damaged lines that are kept; a session that the recorder cannot write legibly has a defect, and one is enough."""


class InvariantViolated(Exception):
    """The session did what no legal history has.

    Attributes:
        findings: the violations of one event, each with its witnesses.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(told, findings)))
        self.findings = tuple(findings)


class LiveVerification:
    """Watches one session. Give it to `open_session(verify=...)`, or the name `live` for one with these defaults.

    Lines in findings are those of the log as the recorder writes it, counted from 1, whether it is written or not.
    Memory is bounded as that of `verify`: by what is open and by distinct ids.

    Args:
        on_finding: `raise` ends the session at a violation (InvariantViolated, as the cause of SessionFailed) and
            only keeps suspicions; `report` keeps everything; a function is called with each finding as it comes,
            and what it raises ends the session.
        rules: the rules to apply; None is all of them.
    """

    def __init__(
        self, on_finding: OnFinding = "raise", *, rules: Iterable[type[Invariant]] | None = None
    ) -> None:
        self._on_finding = on_finding
        self._rules = tuple(registry().values() if rules is None else rules)
        self._written = _Written()
        self._reader = Reader(self._written, twins=False)
        self._batches = self._reader.batches()
        self._watch = Watch(self._reader.profile, self._rules)
        self._producer = self._reader.profile
        self._before: Batch | None = None
        self._damage: list[Damage] = []
        self._told = 0
        self._over = False
        self._raised = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far, in order of line."""
        return self.report().findings

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The suspicions among the findings."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.SUSPICION)

    def report(self) -> FileReport:
        """Say of the session what `verify` says of its file: once it has ended, the same."""
        return report(
            Seen(reader=self._reader, watch=self._watch, damage=self._damage), self._damage, self._rules
        )

    def recall(self, log: Iterable[Envelope]) -> None:
        """Take in what the log of a resumed session holds. What is found there is kept, and nobody is told."""
        for envelope in log:
            self._take(envelope)
        self._told = len(self._watch.findings)

    def observe(self, envelope: Envelope) -> None:
        """Take in the next event. Raises InvariantViolated, or what the function raises."""
        damaged = self._take(envelope)
        self._tell(map(finding_of, damaged))

    def finish(self) -> None:
        """The log has ended: judge what rests on that. Raises as `observe`; a second call does nothing."""
        if not self._over:
            self._over = True
            self._watch.finish()
            self._tell(())

    def _take(self, envelope: Envelope) -> Sequence[Damage]:
        """As `verification.watched` does with a file, batch by batch."""
        self._written.put(lines_of(envelope))
        batch = next(self._batches)
        watch = self._watch
        if self._reader.profile is not self._producer:
            self._producer = self._reader.profile
            watch.adopt(self._producer)
        watch.session.text_of = texts_of(self._before or batch, batch)
        watch.feed(batch.records, batch.lines)
        self._before = batch
        self._damage.extend(batch.damage[: DAMAGE_LISTED_MAX - len(self._damage)])
        return batch.damage

    def _tell(self, damage: Iterable[Finding]) -> None:
        found = self._watch.findings
        fresh = [*damage, *found[self._told :]]
        self._told = len(found)
        if not fresh or self._raised or self._on_finding == "report":
            return
        if callable(self._on_finding):
            for finding in imply(fresh, self._rules):
                self._on_finding(finding)
            return
        violations = [each for each in imply(fresh, self._rules) if each.severity is Severity.VIOLATION]
        if violations:
            self._raised = True  # the session ends; what that leaves open is no news
            raise InvariantViolated(violations)


class _Written(Source):
    """A source of lines that are put in one event at a time; the reader asks for a block only after that."""

    def __init__(self) -> None:
        super().__init__("session", io.BufferedReader(io.BytesIO()), None)
        self._next: Block | None = None
        self._lines = 0

    def put(self, lines: Sequence[bytes]) -> None:
        """The lines of the next event."""
        self._next = Block(
            data=b"".join(lines), offset=0, first_line=self._lines + 1, lines=len(lines), final=False
        )
        self._lines += len(lines)

    def blocks(self, size: int = 0) -> Iterator[Block]:  # noqa: ARG002  the form of `Source.blocks`
        """Yield what was put in; each block holds one event, of which the reader makes one batch."""
        while (block := self._next) is not None:
            self._next = None
            yield block


def told(finding: Finding) -> str:
    """A finding in one line: code, name, place, what is wrong and why."""
    text = render(finding)
    because = f", because {text.because}" if text.because else ""
    return f"{finding.code} {text.name} at line {finding.line}: {text.claim}{because}"
