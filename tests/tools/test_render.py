"""Entries as text: data in, lines out."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from turnfold.tools.documents import FileEntry, FindingEntry, PassedOver, Summary, WitnessEntry
from turnfold.tools.render import file_lines, paragraph, safe, total_lines
from turnfold.tools.render.verdicts import LINES_NAMED, TOLD_PER_CODE


def finding(code: str = "TF304", line: int = 7, **more: object) -> FindingEntry:
    """Return a finding with what a test does not care about filled in."""
    given = {
        "name": "some-rule",
        "severity": "violation",
        "message": "m",
        "because": "",
        "however": "",
        **more,
    }
    return FindingEntry(code=code, line=line, **given)  # type: ignore[arg-type]


def entry(*findings: FindingEntry, **more: object) -> FileEntry:
    """Return a file with these findings."""
    counts: dict[str, int] = {}
    for item in findings:
        counts[item.code] = counts.get(item.code, 0) + 1
    given = {"verdict": "invalid", "thread_id": "t", "lines": 9, "turns": 2, "counts": counts, **more}
    return FileEntry(file="f.jsonl", findings=findings, **given)  # type: ignore[arg-type]


def plain(lines: Iterable[Text]) -> list[str]:
    """Return the lines without their styles."""
    return [line.plain for line in lines]


def test_a_finding_is_a_block_that_cites_its_lines() -> None:
    """Claim, because, however and witnesses, each in its place."""
    item = finding(
        name="second-terminal",
        message="it ended twice",
        because="it had ended",
        however="nothing excuses it",
        witnesses=(WitnessEntry(line=5, role="first terminal"),),
    )
    assert [
        "invalid  f.jsonl  codex, 9 lines, 2 turns",
        "",
        "  f.jsonl:7  TF304 second-terminal (violation)",
        "      it ended twice",
        "      because it had ended",
        "      however nothing excuses it",
        "      f.jsonl:5  first terminal",
        "",
    ] == plain(file_lines(entry(item, dialect="codex")))


def test_what_follows_stands_under_its_root() -> None:
    """Implied findings are indented, to any depth, also when their root comes later in the file."""
    items = (
        finding("TF305", 3, subject="a", implied_by="TF303"),
        finding("TF303", 9, subject="a"),
        finding("TF306", 9, subject="a", implied_by="TF305"),
        finding("TF305", 4, subject="b", implied_by="TF303"),
    )
    heads = [line for line in plain(file_lines(entry(*items))) if "some-rule" in line]
    assert [
        "  f.jsonl:9  TF303 some-rule (violation)",
        "      └ f.jsonl:3  TF305 some-rule (violation)",
        "          └ f.jsonl:9  TF306 some-rule (violation)",
        "  f.jsonl:4  TF305 some-rule (violation)",
    ] == heads


def test_a_ring_of_implications_loses_nothing() -> None:
    """Two findings that imply each other are both told."""
    items = (
        finding("TF303", 1, subject="a", implied_by="TF305"),
        finding("TF305", 2, subject="a", implied_by="TF303"),
    )
    assert 2 == sum("some-rule" in line for line in plain(file_lines(entry(*items))))


def test_many_findings_of_a_code_are_told_by_their_lines() -> None:
    """After the first few only places are named, and unlisted ones are counted; -v tells all that are listed."""
    items = [finding("TF001", line) for line in range(1, 31)]
    crowd = entry(*items, counts={"TF001": 40})
    told = plain(file_lines(crowd))
    assert TOLD_PER_CODE == sum("some-rule" in line for line in told)
    named = ", ".join(str(line) for line in range(TOLD_PER_CODE + 1, TOLD_PER_CODE + 1 + LINES_NAMED))
    assert f"  TF001 {40 - TOLD_PER_CODE} more, on lines {named}, …" in told
    told = plain(file_lines(crowd, verbose=True))
    assert 30 == sum("some-rule" in line for line in told)
    assert "  TF001 10 more" in told


def test_notes_qualify_a_verdict() -> None:
    """What is no finding but matters is said under the file's line."""
    told = " ".join(plain(file_lines(entry(verdict="unknown", thread_id=None, newer_than_known=True))))
    assert "it may be no rollout" in told
    assert "what makes it so is left out here" in told
    assert "a newer version" in told
    assert "it has no line that could be read" in " ".join(plain(file_lines(entry(verdict="valid", lines=0))))
    quiet = entry(verdict="valid", idle_rules=("TF501",), unknown_types={"novelty": 3})
    assert 1 == len(plain(file_lines(quiet)))
    assert ["novelty (3)", "TF501"] == [
        line.split(": ")[1] for line in plain(file_lines(quiet, verbose=True))[1:]
    ]


def test_text_is_wrapped_with_its_indent() -> None:
    """On a terminal prose stays within the width, and its further lines hang below the first word."""
    words = "word " * 30
    lines = plain(paragraph(words, width=40, indent=4, label="because "))
    assert all(len(line) <= 40 for line in lines)
    assert lines[0].startswith("    because word")
    assert all(line.startswith(" " * 12 + "word") for line in lines[1:])
    assert 1 == len(plain(paragraph(words, width=None)))


def test_a_session_cannot_drive_the_terminal() -> None:
    """Control characters and direction marks are shown as escapes."""
    assert r"\x1b[2Jab\nc\u202e é" == safe("\x1b[2Ja" + "b\nc\u202e é")
    evil = entry(finding(message="\x1b]0;owned\x07", because="\x9b31m"), dialect="x\ry")
    assert all(line.isprintable() for line in plain(file_lines(evil)))


def test_the_total() -> None:
    """Numbers agree with their nouns; what was passed over is named."""
    summary = Summary(
        files=1200,
        valid=1198,
        invalid=1,
        unknown=1,
        errors=1,
        violations=1,
        suspicions=0,
        damages=2,
        exit_code=3,
    )
    passed = PassedOver(reason="compressed twins of plain files", count=2, examples=("a", "b"))
    assert [
        "1,200 files: 1,198 valid, 1 invalid, 1 unknown, of these 1 not verified",
        "1 violation, 0 suspicions, 2 damaged places",
        "passed over: 2 compressed twins of plain files (a, b)",
    ] == [part for line in plain(total_lines(summary, [passed])) for part in line.split("; ")]
