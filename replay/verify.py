"""Verify one file: read it, watch it, and say what was found and what follows from it."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from turnfold.replay.findings import Finding, Severity, Verdict, Witness
from turnfold.replay.invariants import Invariant, registry
from turnfold.replay.watch import Watch, imply
from turnfold.rollouts import LOSING, Damage, Profile, Reader, Source, open_source


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
    path: str | os.PathLike[str], rules: Iterable[type[Invariant]] | None = None, *, apart: bool = False
) -> FileReport:
    """Verify the rollout at *path* (`-` is standard input) with *rules*, or with every rule.

    With *apart*, a long file may be checked for damage on another core at the same time.

    Raises:
        SourceError: the file cannot be opened. Whatever it holds is reported, never raised.
    """
    with open_source(path) as source:
        return verify_source(source, rules, apart=apart)


def verify_source(
    source: Source, rules: Iterable[type[Invariant]] | None = None, *, apart: bool = False
) -> FileReport:
    """Verify what an opened source holds, as `verify` does."""
    reader = Reader(source, apart=apart)
    watch = Watch(reader.profile, tuple(registry().values() if rules is None else rules))
    watch.session.file = Path(source.name).name
    damage: list[Finding] = []
    producer = watch.session.profile
    for batch in reader.batches():
        if reader.profile is not producer:
            producer = reader.profile
            watch.adopt(producer)
        watch.feed(batch.records, batch.lines)
        damage.extend(finding_of(item) for item in batch.damage)
    watch.finish()
    return report(source.name, reader, watch, damage)


def report(file: str, reader: Reader, watch: Watch, damage: list[Finding]) -> FileReport:
    """Put together what reader and watch have to say."""
    rules = tuple(type(rule) for rule in watch.active)
    found = [*damage, *weigh(imply(watch.findings, rules), rules, damage)]
    found.sort(key=lambda finding: (finding.line, finding.code))
    counts = dict(watch.counts)
    for item in damage:
        counts[item.code] = counts.get(item.code, 0) + 1
    return FileReport(
        file=file,
        thread_id=watch.session.identity.session_id if watch.session.identity else None,
        profile=reader.profile,
        verdict=verdict_of(found, watch.open_at_end),
        findings=tuple(found),
        counts=counts,
        lines=reader.lines,
        turns=len(watch.session.started),
        unknown_types=dict(reader.unknown_types),
        idle_rules=tuple(rule.code for rule in watch.idle),
    )


def weigh(
    findings: Iterable[Finding], rules: Iterable[type[Invariant]], damage: Iterable[Finding]
) -> Iterator[Finding]:
    """Make a suspicion of a violation that rests on the absence of a record, where one before it was lost."""
    lost = sorted(item.line for item in damage if item.code in LOSING)
    unsure = {rule.code for rule in rules if rule.rests_on_absence}
    for finding in findings:
        before = bisect_left(lost, finding.line)
        if before and finding.code in unsure and finding.severity is Severity.VIOLATION:
            witness = Witness(
                line=lost[before - 1], role="was lost to damage, and may have held what is missing"
            )
            yield attrs.evolve(finding, severity=Severity.SUSPICION, witnesses=(witness, *finding.witnesses))
        else:
            yield finding


def verdict_of(findings: Iterable[Finding], open_at_end: bool) -> Verdict:
    """Invalid with a violation; else unknown with damage or an end left open; else valid."""
    severities = {finding.severity for finding in findings}
    if Severity.VIOLATION in severities:
        return Verdict.INVALID
    return Verdict.UNKNOWN if Severity.DAMAGE in severities or open_at_end else Verdict.VALID


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
