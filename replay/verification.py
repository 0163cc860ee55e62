"""Verify one file: read it, watch it, and say what was found and what follows from it."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from turnfold.replay.findings import Finding, Severity, Verdict, Witness
from turnfold.replay.invariants import Invariant, registry
from turnfold.replay.second_core import DamageSearch
from turnfold.replay.watch import Watch, imply
from turnfold.rollouts import LOSING, Batch, Damage, Profile, Reader, Source, open_source


@attrs.frozen(kw_only=True)
class FileReport:
    """What verification says of one file."""

    file: str
    """The path as it was given."""
    thread_id: str | None
    """Identity of the session: the id in the first `session_meta`."""
    profile: Profile
    verdict: Verdict
    findings: tuple[Finding, ...]
    """In order of line; of one rule at most `LISTED_PER_CODE` are listed."""
    counts: Mapping[str, int]
    """How many findings each code had, also the unlisted ones."""
    lines: int
    turns: int
    """Turns with a recorded start."""
    unknown_types: Mapping[str, int]
    """Record types that this version does not know, and how often each occurred."""
    idle_rules: tuple[str, ...]
    """Codes of rules that could not judge: this producer never records what they need."""
    error: str | None = None
    """Why the file could not be verified at all (it killed its worker, or could not be read)."""


def verify(
    path: str | os.PathLike[str], rules: Iterable[type[Invariant]] | None = None, *, cores: int = 1
) -> FileReport:
    """Verify the rollout at *path* (`-` is standard input) with *rules*, or with every rule.

    With two or more *cores*, a long file is searched for damage by a second process at the same time.

    Raises:
        SourceError: the file cannot be opened. Whatever it holds is reported, never raised.
    """
    chosen = tuple(registry().values() if rules is None else rules)
    search = DamageSearch.if_worth_it(path) if cores > 1 else None
    if search is not None:
        with search, open_source(path) as source:
            seen = watched(source, chosen, trusting=True)
            damage = search.result()
        if damage is not None:
            return report(seen, damage, chosen)
    with open_source(path) as source:  # also where the search was killed: then all is done here
        return verify_source(source, chosen)


def verify_source(source: Source, rules: Iterable[type[Invariant]] | None = None) -> FileReport:
    """Verify what an opened source holds, as `verify` does."""
    chosen = tuple(registry().values() if rules is None else rules)
    seen = watched(source, chosen)
    return report(seen, seen.damage, chosen)


@attrs.frozen(kw_only=True)
class Seen:
    """What one reading of a file brought to light."""

    reader: Reader
    watch: Watch
    damage: Sequence[Damage]


def watched(source: Source, rules: Iterable[type[Invariant]], *, trusting: bool = False) -> Seen:
    """Read a source to its end with *rules* at work; *trusting* as for the reader."""
    reader = Reader(source, trusting=trusting, twins=False)
    watch = Watch(reader.profile, rules)
    watch.session.file = Path(source.name).name
    damage: list[Damage] = []
    producer = watch.session.profile
    before: Batch | None = None
    for batch in reader.batches():
        if reader.profile is not producer:
            producer = reader.profile
            watch.adopt(producer)
        watch.session.text_of = texts_of(before or batch, batch)
        watch.feed(batch.records, batch.lines)
        damage.extend(batch.damage)
        before = batch
    watch.finish()
    return Seen(reader=reader, watch=watch, damage=damage)


def texts_of(before: Batch, batch: Batch) -> Callable[[int], bytes | None]:
    """A look-up of lines in two successive batches: what is compared with the line before may be a batch's first."""

    def text_of(line: int) -> bytes | None:
        text = batch.text_of(line)
        return before.text_of(line) if text is None else text

    return text_of


def report(seen: Seen, damage: Iterable[Damage], rules: tuple[type[Invariant], ...]) -> FileReport:
    """Put together what a reading and a search for damage have to say."""
    reader, watch = seen.reader, seen.watch
    damaged = [finding_of(item) for item in damage]
    found = [*damaged, *weigh(imply(watch.findings, rules), rules, damaged)]
    return FileReport(
        file=reader.source.name,
        thread_id=watch.session.identity.session_id if watch.session.identity else None,
        profile=reader.profile,
        verdict=verdict_of(found, watch.open_at_end),
        findings=tuple(sorted(found, key=lambda finding: (finding.line, finding.code))),
        counts=dict(watch.counts + Counter(item.code for item in damaged)),
        lines=reader.lines,
        turns=len(watch.session.started),
        unknown_types=dict(reader.unknown_types),
        idle_rules=tuple(rule.code for rule in watch.idle),
    )


def weigh(
    findings: Iterable[Finding], rules: Iterable[type[Invariant]], damage: Iterable[Finding]
) -> Iterator[Finding]:
    """Make a suspicion of a violation that rests on the absence of a record, where one before it was lost.

    A record on a damaged line may itself have lost what it seems to lack.
    """
    lost = sorted(item.line for item in damage if item.code in LOSING)
    unsure = {rule.code for rule in rules if rule.rests_on_absence}
    for finding in findings:
        before = bisect_right(lost, finding.line)
        if before and finding.code in unsure and finding.severity is Severity.VIOLATION:
            witness = Witness(
                line=lost[before - 1], role="was lost to damage, and may have held what is missing"
            )
            yield attrs.evolve(finding, severity=Severity.SUSPICION, witnesses=(witness, *finding.witnesses))
        else:
            yield finding


def verdict_of(findings: Iterable[Finding], open_at_end: bool) -> Verdict:
    """Invalid with a violation; else unknown with any other finding or an end left open; else valid."""
    severities = {finding.severity for finding in findings}
    if Severity.VIOLATION in severities:
        return Verdict.INVALID
    return Verdict.UNKNOWN if severities or open_at_end else Verdict.VALID


def finding_of(damage: Damage) -> Finding:
    """Damage as a finding, so that one list holds everything."""
    return Finding(
        code=damage.code,
        severity=Severity.DAMAGE,
        line=damage.line,
        facts={"message": damage.message, "remedy": damage.remedy},
        start=damage.start,
        end=damage.end,
    )
