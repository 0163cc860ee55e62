"""The watch: one session's records go in, findings come out.

It is the same for a file, a live session and a schedule under exploration; only who calls `feed` differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from turnfold.events import Event, TurnStarted
from turnfold.replay.findings import Finding
from turnfold.replay.invariants.checker import CheckedRule, Checker
from turnfold.replay.invariants.registry import Handler, Invariant, OrderRule
from turnfold.replay.session import SessionView
from turnfold.replay.tracker import Tracker
from turnfold.rollouts import Profile, with_turns
from turnfold.rollouts.record import RecordLike, kind_of, kind_of_class

LISTED_PER_CODE = 50
"""Findings of one rule that are kept whole in one session; further ones are only counted."""


class Dispatch(dict[type[Any], tuple[Handler, ...]]):
    """Handlers by payload class, looked up once per class: a wire struct's are those of its event."""

    def __init__(self, by_event: dict[type[Event], list[Handler]]) -> None:
        super().__init__()
        self._by_event = by_event

    def __missing__(self, payload_class: type[Any]) -> tuple[Handler, ...]:
        handlers = tuple(self._by_event.get(kind_of_class(payload_class), ()))
        self[payload_class] = handlers
        return handlers


class Watch:
    """Rules at work on one session.

    Args:
        profile: the producer at the beginning; `adopt` changes it.
        rules: the rules to apply; those that need events which the profile cannot show stay idle (`idle`).
    """

    def __init__(self, profile: Profile, rules: Iterable[type[Invariant]]) -> None:
        self.session = SessionView(profile=profile)
        self.findings: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self._classes = tuple(rules)
        self.active: list[Invariant] = []
        self._made: dict[type[Invariant], Invariant] = {}
        self.idle: list[type[Invariant]] = []
        self._tracker = Tracker(self.session)
        self._checkers: dict[type[Checker], Checker] = {}
        self.adopt(profile)

    def adopt(self, profile: Profile) -> None:
        """Go on with another producer's profile; rules keep what they know."""
        self.session.profile = profile
        self._made |= {type(rule): rule for rule in self.active}
        self.idle = [rule for rule in self._classes if not profile.visible.issuperset(rule.needs)]
        idle = set(self.idle)
        self.active = [
            self._made.get(c) or c(self.session, self._report) for c in self._classes if c not in idle
        ]
        self._tracker.adopt(profile, [rule for rule in self.active if isinstance(rule, OrderRule)])
        by_event: dict[type[Event], list[Handler]] = {k: list(v) for k, v in self._tracker.handlers().items()}
        checked = [rule for rule in self.active if isinstance(rule, CheckedRule)]
        kinds = dict.fromkeys(rule.checker for rule in checked)
        self._checkers = {kind: self._checkers.get(kind) or kind(self.session) for kind in kinds}
        for kind, checker in self._checkers.items():
            checker.adopt(rule for rule in checked if rule.checker is kind)
        parts: tuple[Checker | Invariant, ...] = (*self._checkers.values(), *self.active)
        for part in parts:
            for event, handlers in part.handlers().items():
                by_event.setdefault(event, []).extend(handlers)
        self._dispatch = Dispatch(by_event)
        self._on_record: tuple[Callable[[Any, int], None], ...] = tuple(
            part.record for part in parts if type(part).record not in (Invariant.record, Checker.record)
        )
        takers = [part.takes for part in self._checkers.values() if type(part).record is not Checker.record]
        self._take = takers[0] if len(takers) == len(self._on_record) == 1 else None

    def feed(self, records: Sequence[RecordLike], lines: Sequence[int]) -> None:
        """Take in some successive records; *lines* has the line (or seq) of each."""
        first = None if self.session.profile.shows_turns else first_turn(records)
        if first is not None:
            self._feed(records[:first], lines[:first])
            self.adopt(with_turns(self.session.profile))
            records, lines = records[first:], lines[first:]
        self._feed(records, lines)

    def _feed(self, records: Sequence[RecordLike], lines: Sequence[int]) -> None:
        """This loop runs once per line of a file: what it does not do is what makes it fast."""
        session, dispatch, on_record = self.session, self._dispatch, self._on_record
        latest = session.latest
        if self._take is not None and self._take(records, lines):
            on_record = ()
        for record, at in zip(records, lines, strict=True):
            session.record = record
            for handle in on_record:
                handle(record, at)
            payload = record.payload
            kind: Any = payload.__class__
            latest[kind] = at
            for handle in dispatch[kind]:
                handle(payload, at)
        if lines:
            session.line = lines[-1]

    @property
    def open_at_end(self) -> bool:
        """Whether a turn is open: at the end of a log its rest is still to come, or was lost."""
        return self.session.turn is not None

    def finish(self) -> None:
        """The log has ended."""
        at = self.session.line
        parts: tuple[Checker | Invariant, ...] = (*self._checkers.values(), *self.active)
        for part in parts:
            part.finish(at)

    def _report(self, finding: Finding) -> None:
        self.counts[finding.code] += 1
        if self.counts[finding.code] <= LISTED_PER_CODE:
            self.findings.append(finding)


def first_turn(records: Sequence[RecordLike]) -> int | None:
    """Which of some records is the first turn start."""
    return next((n for n, record in enumerate(records) if kind_of(record.payload) is TurnStarted), None)


def imply(findings: Iterable[Finding], rules: Iterable[type[Invariant]]) -> list[Finding]:
    """Mark each finding that follows from another one on the same subject (the rules say which can)."""
    roots = {rule.code: rule.implied_by for rule in rules if rule.implied_by}
    listed = list(findings)
    present = {(finding.code, finding.subject) for finding in listed}

    def implied(finding: Finding) -> Finding:
        for root in roots.get(finding.code, ()):
            if finding.subject is not None and (root, finding.subject) in present:
                return attrs.evolve(finding, implied_by=root)
        return finding

    return [implied(finding) for finding in listed]
