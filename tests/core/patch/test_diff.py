"""The unified diff of a change."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.patch import file_diff

TEXT = st.lists(st.sampled_from(["a\n", "b\n", "\n", "c\x0c\n", "d\u2028\n"]), max_size=30).map("".join)
TAIL = st.sampled_from(["", "end"])


def split(text: str) -> list[str]:
    """The lines of *text* with their ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def applied(diff: str, old: str) -> str:
    """What *old* becomes by *diff*, which has to agree with it in every line it shows."""
    lines = split(old)
    new: list[str] = []
    at = 0
    for row in split(diff.replace("\n\\ No newline at end of file\n", "\\")):
        # A row without a newline at its end in the file carries a backslash instead, and glues to the row behind it.
        for piece in re.findall(r"[^\\\n]*\\|[^\\]+", row):
            text = piece.removesuffix("\\")
            if head := re.match(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@", text):
                start = int(head[1]) - (1 if int(head[2]) else 0)
                new += lines[at:start]
                at = start
                assert len(new) == int(head[3]) - (1 if int(head[4]) else 0)
            elif not text.startswith(("---", "+++", "diff", "new", "deleted")):
                if text[0] in " -":
                    assert text[1:] == lines[at]
                    at += 1
                if text[0] in " +":
                    new.append(text[1:])
    return "".join(new + lines[at:])


@given(TEXT, TAIL, TEXT, TAIL)
def test_a_diff_says_exactly_what_changes(old: str, old_tail: str, new: str, new_tail: str) -> None:
    """Read back against the old text it gives the new one, with or without a newline at the end of either."""
    diff = file_diff("f", old + old_tail, new + new_tail)
    assert (old + old_tail == new + new_tail) == (not diff)
    assert new + new_tail == applied(diff, old + old_tail)


def test_a_changed_file() -> None:
    """Three lines around each change; changes that are near share a hunk, others do not."""
    old = [f"{number}\n" for number in range(1, 31)]
    new = [*old[:4], "five\n", *old[5:10], "x\n", *old[10:24], *old[25:]]
    expected = (
        "diff --git a/src/f b/src/f\n--- a/src/f\n+++ b/src/f\n"
        "@@ -2,12 +2,13 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n+x\n 11\n 12\n 13\n"
        "@@ -22,7 +23,6 @@\n 22\n 23\n 24\n-25\n 26\n 27\n 28\n"
    )
    assert expected == file_diff("/src/f", "".join(old), "".join(new))


def test_files_that_come_and_go() -> None:
    """A created file comes from /dev/null, a removed one goes there; empty ones have no lines to show."""
    added = "diff --git a/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n"
    assert added == file_diff("f", None, "a\n")
    removed = (
        "diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"
        "\\ No newline at end of file\n"
    )
    assert removed == file_diff("f", "a", None)
    assert "diff --git a/f b/f\nnew file mode 100644\n" == file_diff("f", None, "")
    assert "" == file_diff("f", None, None)


def test_two_long_and_different_texts_are_not_compared_line_by_line() -> None:
    """Then the whole middle is shown as replaced, so the time stays bounded."""
    old, new = "same\n" + "a\n" * 3000 + "same\n", "same\n" + "b\na\n" * 2000 + "same\n"
    diff = file_diff("f", old, new)
    assert "@@ -1,3002 +1,4002 @@" in diff
    assert new == applied(diff, old)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_takes_the_diffs(tmp_path: Path) -> None:
    """`git apply` turns the old tree into the new one: what we print is what other tools read."""
    changes: dict[str, tuple[str | None, str | None]] = {
        "changed": ("".join(f"{n}\n" for n in range(40)), "".join(f"{n}\n" for n in range(40) if n % 17)),
        "unended": ("a\nb", "a\nc"),
        "added": (None, "new\n"),
        "empty": (None, ""),
        "gone": ("x\ny\n", None),
    }
    for name, (old, _) in changes.items():
        if old is not None:
            (tmp_path / name).write_text(old)
    diff = "".join(file_diff(name, old, new) for name, (old, new) in changes.items())
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    now = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {name: new for name, (_, new) in changes.items() if new is not None} == now
