"""What a text becomes by the hunks of a patch."""

from collections.abc import Sequence
from typing import NamedTuple

from turnfold.core.patch.seek import seek
from turnfold.core.patch.values import Hunk, Mark, PatchError, PatchLine


class _Place(NamedTuple):
    """Where a hunk changes the file: lines [start, end) are replaced."""

    start: int
    end: int
    lines: tuple[str, ...]


def apply(text: str, hunks: Sequence[Hunk]) -> str:
    """Return *text* with *hunks* applied, each looked for behind the one before it.

    A hunk that only adds is put at the end (Codex does so, whatever its anchor is), lines that stay are taken from the
    text and not from the patch, where the two differ in white space. The result ends with a newline unless it is
    empty. A text whose lines all end in CR LF keeps them so.

    Raises PatchError, naming the line of the patch, when a hunk is not found.
    """
    newline = "\r\n" if "\r\n" in text and text.count("\r\n") == text.count("\n") else "\n"
    lines = text.split(newline)
    if not lines[-1]:
        lines.pop()
    places: list[_Place] = []
    start = 0
    for hunk in hunks:
        if hunk.anchor is not None:
            start = _behind_anchor(lines, hunk, hunk.anchor, start)
        place = _place(lines, hunk, start)
        start = max(start, place.end) if hunk.old else start
        places.append(place)
    # Only what is added at the end stands out of order; the sort is stable.
    places.sort(key=lambda place: place.start)
    return "".join(f"{line}{newline}" for line in _rebuilt(lines, places))


def _behind_anchor(lines: Sequence[str], hunk: Hunk, anchor: str, start: int) -> int:
    at = seek(lines, (anchor,), start)
    if at is None:
        raise PatchError(
            f"no line {anchor!r} is found{_behind(start)}. Read the file again and take over the line after '@@ ' "
            "letter by letter, or leave it out",
            hunk.line,
        )
    return at + 1


def _place(lines: Sequence[str], hunk: Hunk, start: int) -> _Place:
    wanted = hunk.old
    if not wanted:
        return _Place(len(lines), len(lines), tuple(line.text for line in hunk.lines))
    written = hunk.lines
    at = seek(lines, wanted, start, at_end=hunk.at_end)
    if at is None and not wanted[-1]:
        # The empty last line is often meant for the file's last newline, or was put between two hunks.
        written = _without_last_blank(written)
        wanted = wanted[:-1]
        # An empty file is often taken for one empty line.
        at = seek(lines, wanted, start, at_end=hunk.at_end) if wanted or not lines else None
    if at is None:
        where = " at the end of the file" if hunk.at_end else _behind(start)
        raise PatchError(
            f"these lines are not found{where}:\n"
            + "\n".join(hunk.old)
            + "\nRead the file again and take the "
            "lines that stay and those that go from it letter by letter",
            hunk.line,
        )
    return _Place(at, at + len(wanted), _changed(lines[at : at + len(wanted)], written))


def _behind(start: int) -> str:
    return f" behind line {start} of the file" if start else " in the file"


def _without_last_blank(lines: tuple[PatchLine, ...]) -> tuple[PatchLine, ...]:
    """Leave out the empty last line that the file should have, and the one at the end that takes its place."""
    last = max(at for at, line in enumerate(lines) if line.mark is not Mark.ADD)
    # If it stays and more is added below it, it is meant: then it is added too.
    stays = (PatchLine(Mark.ADD, ""),) if lines[last].mark is Mark.KEEP else ()
    rest = (*lines[:last], *stays, *lines[last + 1 :])
    return rest[:-1] if rest and rest[-1] == PatchLine(Mark.ADD, "") else rest


def _changed(found: Sequence[str], written: Sequence[PatchLine]) -> tuple[str, ...]:
    """Return what the lines *found* become, with those that stay as the file has them."""
    in_file = iter(found)
    changed: list[str] = []
    for line in written:
        if line.mark is Mark.ADD:
            changed.append(line.text)
            continue
        own = next(in_file)
        if line.mark is Mark.KEEP:
            changed.append(own)
    return tuple(changed)


def _rebuilt(lines: Sequence[str], places: Sequence[_Place]) -> list[str]:
    rebuilt: list[str] = []
    done = 0
    for place in places:
        rebuilt += lines[done : place.start]
        rebuilt += place.lines
        done = place.end
    return rebuilt + list(lines[done:])
