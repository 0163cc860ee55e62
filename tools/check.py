"""Verify one file and put what was found into the form that all output is made from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache

import attrs

from turnfold.replay.findings import Finding, Severity
from turnfold.replay.invariants import Invariant, registry
from turnfold.replay.texts import render
from turnfold.replay.verification import FileReport, verify
from turnfold.rollouts import SourceError
from turnfold.tools.byteranges import Range, line_ranges
from turnfold.tools.documents import FileEntry, FindingEntry, Trouble, TroubleKind, WitnessEntry
from turnfold.tools.guard import bug, print_traceback
from turnfold.tools.redact import redacted, redacted_word


@attrs.frozen(kw_only=True)
class CheckOptions:
    """What to look for in a file, and how to tell it."""

    codes: frozenset[str] | None = None
    """The only rules and kinds of damage to report; None is all."""
    ignored: frozenset[str] = frozenset()
    """Those not to report."""
    suspicions: bool = True
    """Whether to report what is only suspicious."""
    redact: bool = False
    """Whether to leave out the texts of the session."""
    ranges: bool = False
    """Whether to find out the byte ranges of lines."""

    def reports(self, finding: Finding) -> bool:
        """Whether a finding is to be listed and counted."""
        if finding.severity is Severity.SUSPICION and not self.suspicions:
            return False
        return self.wants(finding.code)

    def wants(self, code: str) -> bool:
        """Whether a code was asked for."""
        return code not in self.ignored and (self.codes is None or code in self.codes)


def check(path: str, options: CheckOptions, *, cores: int = 1) -> FileEntry:
    """Verify the file at *path*. Raises nothing: what goes wrong is told in the entry.

    *cores* may be used for one file: more than one if there are no workers besides.
    """
    try:
        return entry_of(verify(path, _rules(options), cores=cores), options)
    except SourceError as error:
        return troubled(path, TroubleKind.UNREADABLE, str(error))
    except Exception as error:  # noqa: BLE001  a bug that one file brings out must not hide the other files
        print_traceback(error)
        return troubled(path, TroubleKind.CRASHED, f"{shown(path)}: {bug(error, told=not options.redact)}")


def troubled(path: str, kind: TroubleKind, message: str) -> FileEntry:
    """The entry of a file that could not be verified."""
    return FileEntry(file=shown(path), verdict="unknown", error=Trouble(kind=kind, message=_text(message)))


def shown(path: str) -> str:
    """A path as text: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _text(told: str) -> str:
    """What may quote a path, as text that can be written."""
    return told.encode("utf-8", "backslashreplace").decode()


@cache
def _rules(options: CheckOptions) -> tuple[type[Invariant], ...]:
    return tuple(rule for code, rule in registry().items() if options.wants(code))


def entry_of(report: FileReport, options: CheckOptions) -> FileEntry:
    """A report in the form of the document."""
    findings = [finding for finding in report.findings if options.reports(finding)]
    ranges: Mapping[int, Range] = {}
    if options.ranges:
        ranges = line_ranges(report.file, _lines_of(findings))
    codes = {finding.code for finding in findings}
    word = redacted_word if options.redact else _as_it_is
    return FileEntry(
        file=shown(report.file),
        verdict=report.verdict.value,
        thread_id=word(report.thread_id),
        dialect=report.profile.dialect.value,
        producer=_producer(word(report.profile.client), report.profile.version),
        newer_than_known=report.profile.is_newer_than_known,
        lines=report.lines,
        turns=report.turns if report.profile.shows_turns else None,
        findings=tuple(_finding_entry(finding, ranges, options.redact) for finding in findings),
        counts={code: count for code, count in sorted(report.counts.items()) if code in codes},
        unknown_types={word(name) or "": count for name, count in sorted(report.unknown_types.items())},
        idle_rules=report.idle_rules,
    )


def _as_it_is(word: str | None) -> str | None:
    return word


def _lines_of(findings: Iterable[Finding]) -> Iterable[int]:
    for finding in findings:
        yield finding.line
        yield from (witness.line for witness in finding.witnesses)


def _producer(client: str | None, version: tuple[int, int, int] | None) -> str | None:
    number = ".".join(map(str, version)) if version else None
    return "/".join(part for part in (client, number) if part) or None


def _finding_entry(finding: Finding, ranges: Mapping[int, Range], redact: bool) -> FindingEntry:
    if redact:
        finding = redacted(finding)
    text = render(finding)
    damaged = None if finding.start is None or finding.end is None else (finding.start, finding.end)
    return FindingEntry(
        code=finding.code,
        name=text.name,
        severity=finding.severity.value,
        line=finding.line,
        message=_text(text.claim),
        because=_text(text.because),
        however=_text(text.however),
        subject=finding.subject,
        implied_by=finding.implied_by,
        witnesses=tuple(
            WitnessEntry(line=w.line, role=w.role, start=_at(ranges, w.line, 0), end=_at(ranges, w.line, 1))
            for w in finding.witnesses
        ),
        byte_range=damaged or ranges.get(finding.line),
    )


def _at(ranges: Mapping[int, Range], line: int, side: int) -> int | None:
    return ranges[line][side] if line in ranges else None
