"""The text of `turnfold verify`: for each file its findings, the implied ones under their roots, then the total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.text import Text

from turnfold.tools.documents import FileEntry, FindingEntry, PassedOver, Summary
from turnfold.tools.render.prose import MARK, QUIET, STYLES, counted, paragraph, safe

VERDICT_WIDTH = len("invalid")
STEP = 4
"""Columns by which what belongs to a line stands further in."""

TOLD_PER_CODE = 5
"""Findings of one code that are told in full; of the others a reader needs to know only where they are."""

LINES_NAMED = 12
"""How many places of those others are named."""


def file_lines(entry: FileEntry, width: int | None = None, verbose: bool = False) -> Iterator[Text]:
    """A file that could be verified: its summary line, then its findings, set apart by empty lines."""
    yield _headline(entry)
    yield from _notes(entry, width, verbose)
    told: Counter[str] = Counter()
    rest: list[FindingEntry] = []
    for depth, finding in _ordered(entry.findings):
        if told[finding.code] >= TOLD_PER_CODE and not verbose:
            rest.append(finding)
            continue
        told[finding.code] += 1
        if depth == 0:
            yield Text()
        yield from _finding_lines(entry.file, finding, width, depth)
    yield from _rest_lines(entry.counts, told, rest)
    if entry.findings:
        yield Text()


def _headline(entry: FileEntry) -> Text:
    turns = None if entry.turns is None else counted(entry.turns, "turn")
    facts = [entry.dialect, entry.producer, counted(entry.lines, "line"), turns]
    told = ", ".join(safe(fact) for fact in facts if fact)
    return Text.assemble(
        (f"{entry.verdict:<{VERDICT_WIDTH}}", STYLES[entry.verdict]),
        "  ",
        (safe(entry.file), MARK),
        (f"  {told}", QUIET),
    )


def _notes(entry: FileEntry, width: int | None, verbose: bool) -> Iterator[Text]:
    """What qualifies the verdict without being a finding."""
    notes: list[str] = []
    if not entry.lines:
        notes.append("it has no line that could be read")
    elif entry.thread_id is None:
        notes.append("nothing in it says which session it is of: it may be no rollout at all")
    if entry.verdict == "unknown" and not entry.findings:
        notes.append("what makes it so is left out here: a suspicion, or a turn that is open at the end")
    if entry.newer_than_known:
        notes.append("a newer version than turnfold knows wrote it; what is new in it is not judged")
    if entry.unknown_types and (verbose or entry.newer_than_known):
        kinds = ", ".join(f"{name} ({count:,})" for name, count in entry.unknown_types.items())
        notes.append(f"unknown record types: {kinds}")
    if entry.idle_rules and verbose:
        notes.append(f"rules that had nothing to judge by: {' '.join(entry.idle_rules)}")
    for note in notes:
        yield from paragraph(note, width=width, indent=VERDICT_WIDTH + 2, style=QUIET)


def _ordered(findings: Iterable[FindingEntry]) -> Iterator[tuple[int, FindingEntry]]:
    """Each finding and its depth: what follows from another one comes below it, one deeper."""
    listed = list(findings)
    present = {(finding.code, finding.subject) for finding in listed}
    roots: list[FindingEntry] = []
    followers: dict[tuple[str, str | None], list[FindingEntry]] = {}
    for finding in listed:
        root = (finding.implied_by or "", finding.subject)
        (followers.setdefault(root, []) if root in present else roots).append(finding)
    for finding in roots:
        yield from _with_followers(finding, 0, followers)
    for rest in followers.values():  # those that imply each other in a ring have no root
        yield from ((0, finding) for finding in rest)


def _with_followers(
    finding: FindingEntry, depth: int, followers: dict[tuple[str, str | None], list[FindingEntry]]
) -> Iterator[tuple[int, FindingEntry]]:
    yield depth, finding
    for follower in followers.pop((finding.code, finding.subject), ()):
        yield from _with_followers(follower, depth + 1, followers)


def _finding_lines(file: str, finding: FindingEntry, width: int | None, depth: int) -> Iterator[Text]:
    style = STYLES[finding.severity]
    leader = "└ " if depth else ""
    yield Text.assemble(
        (" " * (2 + STEP * depth) + leader, QUIET),
        (f"{safe(file)}:{finding.line}", MARK),
        "  ",
        (f"{finding.code} {finding.name}", style),
        (f" ({finding.severity})", QUIET),
    )
    inner = 2 + STEP * (depth + 1)
    yield from paragraph(finding.message, width=width, indent=inner)
    if finding.because:
        yield from paragraph(finding.because, width=width, indent=inner, label="because ")
    if finding.however:
        yield from paragraph(finding.however, width=width, indent=inner, label="however ")
    for witness in finding.witnesses:
        where = f"{safe(file)}:{witness.line}"
        yield Text.assemble(" " * inner, (where, MARK), ("  " + safe(witness.role), QUIET))


def _rest_lines(
    counts: Mapping[str, int], told: Mapping[str, int], rest: Sequence[FindingEntry]
) -> Iterator[Text]:
    """How many findings were not told, and where the first of them are."""
    for code, count in counts.items():
        more = count - told.get(code, 0)
        if more > 0:
            lines = [f"{finding.line:,}" for finding in rest if finding.code == code]
            where = ", ".join(lines[:LINES_NAMED]) + (", …" if more > LINES_NAMED else "")
            yield Text()
            yield Text(f"  {code} {more:,} more" + (f", on lines {where}" if lines else ""), style=QUIET)


def total_lines(summary: Summary, passed_over: Iterable[PassedOver] = ()) -> Iterator[Text]:
    """The line under everything, and what was passed over in folders."""
    verdicts = [
        ("valid", f"{summary.valid:,} valid", summary.valid),
        ("invalid", f"{summary.invalid:,} invalid", summary.invalid),
        ("unknown", f"{summary.unknown:,} unknown", summary.unknown),
    ]
    if summary.errors:
        verdicts.append(("error", f"of these {summary.errors:,} not verified", summary.errors))
    severities = [
        ("violation", counted(summary.violations, "violation"), summary.violations),
        ("suspicion", counted(summary.suspicions, "suspicion"), summary.suspicions),
        ("damage", counted(summary.damages, "damaged place"), summary.damages),
    ]
    yield Text.assemble(
        (counted(summary.files, "file"), MARK), ": ", _figures(verdicts), "; ", _figures(severities)
    )
    for group in passed_over:
        examples = f" ({', '.join(safe(example) for example in group.examples)})" if group.examples else ""
        yield Text(f"passed over: {group.count:,} {group.reason}{examples}", style=QUIET)


def _figures(figures: Iterable[tuple[str, str, int]]) -> Text:
    """Key of the style, text and number of each; what is zero stays in the background."""
    return Text(", ").join(
        Text(text, style=STYLES[key] if number else QUIET) for key, text, number in figures
    )
