"""What a text becomes by a patch."""

from __future__ import annotations

import contextlib
import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.patch import Hunk, PatchError, UpdateFile, apply, parse_patch

LINES = st.lists(
    st.sampled_from(["", "a", "b", " a", "a ", "*** End of File", "@@", "\u2013", "-x", "+x"]), max_size=12
)


def hunks(*lines: str) -> tuple[Hunk, ...]:
    """The hunks of an update with these lines."""
    (change,) = parse_patch("\n".join(("*** Begin Patch", "*** Update File: f", *lines, "*** End Patch")))
    assert isinstance(change, UpdateFile)
    return change.hunks


def edit(old: list[str], new: list[str]) -> list[str]:
    """The lines of a patch that turns *old* into *new*, each line of both in it."""
    rows: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [f" {line}" for line in old[i:j]]
        else:
            rows += [f"-{line}" for line in old[i:j]]
            rows += [f"+{line}" for line in new[k:m]]
    return rows


def cut(rows: list[str], points: list[int]) -> list[str]:
    """The same lines as several hunks, each of which has a line of the old text."""
    cut_rows: list[str] = ["@@"]
    holds_old = False
    rest_holds_old = [any(row[0] != "+" for row in rows[at:]) for at in range(len(rows))]
    for at, row in enumerate(rows):
        if at in points and holds_old and rest_holds_old[at]:
            cut_rows.append("@@")
            holds_old = False
        cut_rows.append(row)
        holds_old = holds_old or row[0] != "+"
    return cut_rows


@given(LINES, LINES, st.lists(st.integers(0, 24), max_size=4), st.booleans())
def test_an_edit_written_as_a_patch_gives_exactly_the_new_text(
    old: list[str], new: list[str], points: list[int], closed: bool
) -> None:
    """Any text, any edit, in one hunk or several, with or without a newline at the end of the old text."""
    rows = edit(old, new)
    if not rows:
        return
    text = "\n".join(old) + ("\n" if old and (closed or not old[-1]) else "")
    assert "".join(f"{line}\n" for line in new) == apply(text, hunks(*cut(rows, points)))


@given(st.text(), LINES.filter(bool), st.text(" +-", min_size=12, max_size=12))
def test_a_patch_of_another_text_raises_nothing_else(text: str, lines: list[str], marks: str) -> None:
    """A hunk is found or a PatchError says that it is not."""
    rows = [mark + line for mark, line in zip(marks, lines, strict=False)]
    with contextlib.suppress(PatchError):
        assert isinstance(apply(text, hunks("@@", *rows)), str)


@pytest.mark.parametrize(
    ("text", "rows", "expected"),
    [
        pytest.param("a\nb\n", ("-b", "+c"), "a\nc\n", id="exact"),
        pytest.param("a  \nb\t\nc\n", (" a", " b", "-c"), "a  \nb\t\n", id="trailing white space"),
        pytest.param("\ta\n  b\n", (" a", "-b", "+c"), "\ta\nc\n", id="indentation"),
        pytest.param("x \u2014 \u201cy\u201d\u00a0z\n", ('-x - "y" z', "+n"), "n\n", id="typographic"),
        pytest.param("b \nb\n", ("-b", "+c"), "b \nc\n", id="an exact place wins over a loose one before it"),
        pytest.param("a\nf\na\n", ("@@ f", "-a", "+c"), "a\nf\nc\n", id="anchor"),
        pytest.param(
            "f\na\n", ("@@  f ", "-a", "+c"), "f\nc\n", id="anchor with other white space"
        ),
        pytest.param("a\nb\na\n", ("-a", "+c", "*** End of File"), "a\nb\nc\n", id="end of file"),
        pytest.param("a\na\n", ("-a", "+1", "@@", "-a", "+2"), "1\n2\n", id="each behind the one before"),
        pytest.param("a\nb\n", ("+c",), "a\nb\nc\n", id="an addition alone goes to the end"),
        pytest.param("a\nb\n", ("@@ a", "+c"), "a\nb\nc\n", id="whatever its anchor is"),
        pytest.param("a\n\n", ("+c",), "a\n\nc\n", id="behind an empty last line"),
        pytest.param("a\n\n", ("+c", "@@", "-a", "-", "+b"), "b\nc\n", id="addition inside what is replaced"),
        pytest.param("", ("+c",), "c\n", id="into an empty file"),
        pytest.param("a", ("-a", "+b"), "b\n", id="the last newline is set"),
        pytest.param("a\n", ("-a",), "", id="emptied"),
        pytest.param("a\n", ("-a", "-", "+b", "+"), "b\n", id="the last newline as a line"),
        pytest.param("a\n", ("-a", "+b", ""), "b\n", id="a blank line behind the hunk"),
        pytest.param("a\n", ("-a", "-", "+b"), "b\n", id="the last newline removed"),
        pytest.param("a\n", ("-a", " ", "+b"), "\nb\n", id="a blank line that is wanted before an addition"),
        pytest.param("", ("@@", "-", "+b"), "b\n", id="an empty file taken for an empty line"),
        pytest.param("\n", ("+b", "@@", "-", "+a"), "a\nb\n", id="addition behind what the last line becomes"),
        pytest.param("a\r\nb\r\n", ("-b", "+c", "+d"), "a\r\nc\r\nd\r\n", id="CR LF stays"),
        pytest.param("a\r\nb\n", ("-b", "+c"), "a\r\nc\n", id="mixed line ends are left alone"),
    ],
)  # fmt: skip
def test_where_a_hunk_is_found(text: str, rows: tuple[str, ...], expected: str) -> None:
    """Exactly, then by ever looser readings; behind its anchor and the hunk before it; at the end where it says so."""
    assert expected == apply(text, hunks(*rows))


@pytest.mark.parametrize(
    ("text", "rows", "said"),
    [
        (
            "a\n",
            ("-b",),
            "line 3 of the patch: these lines are not found in the file:\nb\nRead the file again",
        ),
        (
            "a\nb\n",
            (" b", "@@", "-a"),
            "line 4 of the patch: these lines are not found behind line 2 of the file",
        ),
        ("a\n", ("@@ f", "+b"), "line 3 of the patch: no line 'f' is found in the file"),
        ("a\nb\n", ("-a", "*** End of File"), "these lines are not found at the end of the file"),
        ("a\nb\n", ("-a", "-b", "@@", "-b", "*** End of File"), "these lines are not found at the end"),
        ("a\n", ("-",), "these lines are not found in the file:\n\nRead"),
    ],
)
def test_a_hunk_that_is_not_found_is_named(text: str, rows: tuple[str, ...], said: str) -> None:
    """The model learns which hunk, where it was looked for, and what to do."""
    with pytest.raises(PatchError) as error:
        apply(text, hunks(*rows))
    assert said in error.value.message
