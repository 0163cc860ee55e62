"""The text of a patch is read as Codex reads it, and a fault is named by its line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.patch import (
    PATCH_GRAMMAR,
    AddFile,
    DeleteFile,
    FileChange,
    Hunk,
    Mark,
    PatchError,
    PatchLine,
    UpdateFile,
    parse_patch,
)

K, R, A = Mark.KEEP, Mark.REMOVE, Mark.ADD
PIECES = (
    "*** Begin Patch", "*** End Patch", "*** Add File: a", "*** Delete File: a", "*** Update File: a",
    "*** Move to: b", "@@", "@@ def f():", "*** End of File", "+x", "-x", " x", "x", "", "*", "<<'EOF'", "EOF",
)  # fmt: skip


def wrapped(*lines: str) -> str:
    """The lines between the markers of a patch."""
    return "\n".join(("*** Begin Patch", *lines, "*** End Patch"))


def only_hunk(*lines: str) -> Hunk:
    """The one hunk of an update with these lines."""
    (change,) = parse_patch(wrapped("*** Update File: a", *lines))
    assert isinstance(change, UpdateFile)
    (hunk,) = change.hunks
    return hunk


def test_all_kinds_of_sections() -> None:
    """Files are added, deleted, updated and moved, in the order of the patch, each with its line."""
    expected: tuple[FileChange, ...] = (
        AddFile(path="new.txt", content="one\n\n+two\n", line=2),
        DeleteFile(path="old dir/gone.txt", line=6),
        UpdateFile(
            path="src/a.py",
            move_to="src/b.py",
            line=7,
            hunks=(
                Hunk(
                    anchor="class A:",
                    line=9,
                    lines=(PatchLine(K, "  x"), PatchLine(R, "  y"), PatchLine(A, "  z")),
                ),
                Hunk(line=13, at_end=True, lines=(PatchLine(R, "last"),)),
            ),
        ),
        AddFile(path="/tmp/empty", content="", line=16),
    )
    patch = wrapped(
        "*** Add File: new.txt", "+one", "+", "++two",
        "*** Delete File: old dir/gone.txt",
        "*** Update File: src/a.py", "*** Move to: src/b.py",
        "@@ class A:", "   x", "-  y", "+  z",
        "@@", "-last", "*** End of File",
        "*** Add File: /tmp/empty",
    )  # fmt: skip
    assert expected == parse_patch(patch)


@pytest.mark.parametrize("head", ["<<EOF", "<<'EOF'", '<<"EOF"'])
def test_a_here_document_around_it_is_taken_off(head: str) -> None:
    """Models pass the shell's quoting as if it were part of the argument."""
    assert (DeleteFile(path="a", line=3),) == parse_patch(f"{head}\n{wrapped('*** Delete File: a')}\nEOF\n")


def test_white_space_around_markers_and_line_ends_of_windows_are_taken() -> None:
    """Neither changes what is meant; lines are counted from the first of the text."""
    patch = "\r\n\n *** Begin Patch \r\n  *** Delete File: a  \r\n*** End Patch\t\r\n\n"
    assert (DeleteFile(path="a", line=4),) == parse_patch(patch)


def test_the_first_hunk_needs_no_head_and_blank_lines_between_hunks_are_lines_that_stay() -> None:
    """An empty line inside a hunk is an empty line of the file; before a hunk it is nothing."""
    assert Hunk(line=3, lines=(PatchLine(K, "x"), PatchLine(K, ""), PatchLine(A, "y"))) == only_hunk(
        " x", "", "+y"
    )
    assert Hunk(line=4, lines=(PatchLine(A, "y"),)) == only_hunk("  ", "@@", "+y")
    assert Hunk(line=4, lines=(PatchLine(A, "y"),)) == only_hunk("", "+y")
    assert Hunk(line=3, lines=(PatchLine(K, ""), PatchLine(A, "y"))) == only_hunk(" ", "+y")


def test_a_bare_head_names_no_anchor() -> None:
    """`@@` with nothing behind it only separates."""
    assert only_hunk("@@", "+y").anchor is None
    assert only_hunk("@@   ", "+y").anchor is None
    assert "  def f():" == only_hunk("@@   def f():", "+y").anchor


@pytest.mark.parametrize(
    ("patch", "line", "said"),
    [
        ("", 1, r"'\*\*\* Begin Patch'\. Begin with that line"),
        (" \n\n", 1, r"\*\*\* Begin Patch"),
        ("\nhello", 2, r"\*\*\* Begin Patch"),
        ("*** Begin Patch\n*** Delete File: a", 2, r"'\*\*\* End Patch'\. Close it with that line"),
        ("*** Begin Patch", 1, r"\*\*\* End Patch"),
        ("<<EOF\n*** Begin Patch\nEOF", 1, r"\*\*\* Begin Patch"),
        (wrapped(), None, "changes nothing"),
        (wrapped("hello"), 2, r"'hello' begins no section"),
        (wrapped("x" * 200), 2, r"x{80}\.\.\."),
        (wrapped("*** Delete File: a", "-x"), 3, "'-x' begins no section"),
        (wrapped("*** Add File:"), 2, "names no file"),
        (wrapped("*** Delete File:  "), 2, "names no file"),
        (wrapped("*** Update File: a\0b", "+x"), 2, "NUL"),
        (wrapped("*** Delete File: \ud800"), 2, "surrogate"),
        (wrapped("*** Update File: a"), 2, "the update of a has no hunk"),
        (wrapped("*** Update File: a", "*** Move to: b"), 2, "has no hunk"),
        (wrapped("*** Update File: a", " "), 2, "has no hunk"),
        (wrapped("*** Update File: a", "*** Move to: "), 3, "names no file"),
        (wrapped("*** Update File: a", "@@"), 3, "no lines before '@@'"),
        (wrapped("*** Update File: a", "@@", "*** End of File"), 4, "no lines before"),
        (wrapped("*** Update File: a", "@@", "@@", "+x"), 4, "no lines before '@@'"),
        (wrapped("*** Update File: a", "x"), 3, "no lines before 'x'"),
        (wrapped("*** Update File: a", "+x", "y"), 4, "'y' is no part of a hunk"),
    ],
)
def test_faults_are_named_by_line_with_a_remedy(patch: str, line: int | None, said: str) -> None:
    """Whoever wrote the patch learns where it is wrong and what to write."""
    with pytest.raises(PatchError, match=said) as error:
        parse_patch(patch)
    assert line == error.value.line
    assert error.value.message == str(error.value)
    assert line is None or error.value.message.startswith(f"line {line} of the patch: ")


@given(
    st.text()
    | st.lists(st.sampled_from(PIECES)).map("\n".join)
    | st.lists(st.sampled_from(PIECES)).map(lambda p: wrapped(*p))
)
def test_a_malformed_patch_raises_nothing_else(patch: str) -> None:
    """Whatever a model writes is read or refused by a PatchError; what is read is not empty."""
    with contextlib.suppress(PatchError):
        for change in parse_patch(patch):
            assert change.path.strip()
            assert not isinstance(change, UpdateFile) or all(hunk.lines for hunk in change.hunks)


def test_the_grammar_names_every_marker() -> None:
    """A model that is held to the grammar can write all that the reader knows."""
    for marker in PIECES[:9]:
        assert marker.split(" a")[0].split(" b")[0].split(" def")[0] in PATCH_GRAMMAR
