"""A change of a file as a unified diff."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

_CONTEXT: Final = 3
"""Lines that are shown around a change."""

_COMPARED_MAX: Final = 4_000_000
"""Product of the numbers of lines up to which they are compared one by one; that takes about a second at worst."""

_NO_NEWLINE: Final = "\\ No newline at end of file\n"

_Edit: TypeAlias = tuple[str, int, int, int, int]
"""`equal`, `replace`, `delete` or `insert`, and the lines of the old and the new text that it is about."""


def file_diff(path: str, old: str | None, new: str | None) -> str:
    """Return what turns *old* into *new* as a unified diff with git's headers; empty when they are equal.

    Args:
        path: the file, as it is to be shown.
        old: text before; None when there was no file.
        new: text after; None when the file is gone.
    """
    if old == new:
        return ""
    name = path.lstrip("/")
    head = [f"diff --git a/{name} b/{name}\n"]
    if old is None:
        head.append("new file mode 100644\n")
    if new is None:
        head.append("deleted file mode 100644\n")
    body = list(_hunks(_lines(old or ""), _lines(new or "")))
    if body:
        # A file that is created or removed empty has no lines to show, and then no names above them.
        head.append("--- /dev/null\n" if old is None else f"--- a/{name}\n")
        head.append("+++ /dev/null\n" if new is None else f"+++ b/{name}\n")
    return "".join(head + body)


def _lines(text: str) -> list[str]:
    """Split *text* at line feeds only, keeping them; `str.splitlines` would split at more."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for group in _groups(_edits(old, new)):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                yield from _marked(" ", old[old_from:old_to])
            else:
                yield from _marked("-", old[old_from:old_to])
                yield from _marked("+", new[new_from:new_to])


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n{_NO_NEWLINE}"


def _range(start: int, end: int) -> str:
    """Return the place of lines as a hunk's head has it: an empty one is named by the line before it."""
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _edits(old: Sequence[str], new: Sequence[str]) -> list[_Edit]:
    """Return the edits of which the change is made, in order.

    What both texts have in common at their beginning and end is not compared, so a small change of a large file is
    cheap. Two long and different middles are shown as replaced as a whole.
    """
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter - before) if old[-1 - at] != new[-1 - at]), shorter - before)
    old_end, new_end = len(old) - after, len(new) - after
    middle: list[_Edit]
    if (old_end - before) * (new_end - before) > _COMPARED_MAX:
        middle = [("replace", before, old_end, before, new_end)]
    else:
        matcher = difflib.SequenceMatcher(None, old[before:old_end], new[before:new_end], autojunk=False)
        middle = [
            (kind, i + before, j + before, k + before, m + before)
            for kind, i, j, k, m in matcher.get_opcodes()
        ]
    return [
        ("equal", 0, before, 0, before),
        *middle,
        ("equal", old_end, len(old), new_end, len(new)),
    ]


def _groups(edits: Sequence[_Edit]) -> Iterator[list[_Edit]]:
    """Yield the edits that stand together, with no more than the context around and between them."""
    group: list[_Edit] = []
    for number, (kind, i, j, k, m) in enumerate(edits, start=1):
        if kind != "equal":
            group.append((kind, i, j, k, m))
            continue
        changed = any(edit[0] != "equal" for edit in group)
        if changed and j - i <= 2 * _CONTEXT and number < len(edits):
            group.append((kind, i, j, k, m))
            continue
        if changed:
            shown = min(_CONTEXT, j - i)
            yield [*group, (kind, i, i + shown, k, k + shown)]
        shown = min(_CONTEXT, j - i)
        group = [(kind, j - shown, j, m - shown, m)]
