"""The timeline of a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import attrs

from turnfold.replay.findings import Finding
from turnfold.replay.ledger import LedgerTurn
from turnfold.replay.timeline.entries import Entry, EntryKind, Told
from turnfold.replay.timeline.fold import TimelineFold
from turnfold.replay.walk import Walk
from turnfold.rollouts import Dialect, Reader, open_source


def timeline(
    path: str | os.PathLike[str], findings: Iterable[Finding] = (), turn: LedgerTurn | None = None
) -> Iterator[Entry]:
    """Yield the entries of the file at *path* in order, with each of *findings* after the entries of its line.

    With *turn*, only its own. Raises SourceError when the file cannot be opened.
    """
    entries = _entries(path)
    if turn is not None:
        lines, turn_id = lines_of(turn), turn.slot.turn_id
        entries = (entry for entry in entries if entry.line in lines or entry.told.turn_id == turn_id)
        findings = (finding for finding in findings if finding.line in lines or finding.subject == turn_id)
    return woven(entries, findings)


def lines_of(turn: LedgerTurn) -> range:
    """The lines from a turn's first record to its last, the latter included."""
    return range(turn.slot.first_line, turn.slot.last_line + 1)


def _entries(path: str | os.PathLike[str]) -> Iterator[Entry]:
    with open_source(path) as source:
        walk = Walk(Reader(source, twins=False))
        fold: TimelineFold | None = None
        for moment in walk:
            fold = fold or TimelineFold(bare=walk.profile.dialect is Dialect.BARE)
            yield from fold.feed(moment)


def woven(entries: Iterable[Entry], findings: Iterable[Finding]) -> Iterator[Entry]:
    """Put findings where they show: after the last entry that stands on their line or before it."""
    waiting = sorted(findings, key=lambda finding: (finding.line, finding.code), reverse=True)
    before: Entry | None = None
    for entry in entries:
        while waiting and waiting[-1].line < entry.line:
            yield _found(waiting.pop(), before)
        yield entry
        before = entry
    while waiting:
        yield _found(waiting.pop(), before)


def _found(finding: Finding, before: Entry | None) -> Entry:
    """A finding as an entry at the place of the one before it; it has the line of its own."""
    told = Told(kind=EntryKind.FINDING, text=finding.code)
    if before is None:
        return Entry(line=finding.line, told=told, finding=finding)
    return attrs.evolve(before, line=finding.line, told=told, idle_s=None, finding=finding)
