"""Reads the text of a patch.

The format is that of Codex' `apply_patch` (codex-rs/apply-patch), with its leniencies: white space around the whole
and around the markers, a here-document left around it, a first hunk without `@@`, blank lines between hunks.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from turnfold.core.patch.values import (
    AddFile,
    DeleteFile,
    FileChange,
    Hunk,
    Mark,
    PatchError,
    PatchLine,
    UpdateFile,
)

BEGIN: Final = "*** Begin Patch"
END: Final = "*** End Patch"
_ADD: Final = "*** Add File:"
_DELETE: Final = "*** Delete File:"
_UPDATE: Final = "*** Update File:"
_MOVE: Final = "*** Move to:"
_END_OF_FILE: Final = "*** End of File"
_HEREDOC_HEADS: Final = ("<<EOF", "<<'EOF'", '<<"EOF"')
_MARKS: Final = {mark.value: mark for mark in Mark}


class _Row(NamedTuple):
    """A line of the patch with its number."""

    line: int
    text: str


def parse_patch(patch: str) -> tuple[FileChange, ...]:
    """Read *patch* and return its changes, file by file, in its order; at least one.

    Raises PatchError, and nothing else, whatever the text is.
    """
    rows = _within(
        [_Row(line, text.removesuffix("\r")) for line, text in enumerate(patch.split("\n"), start=1)]
    )
    changes: list[FileChange] = []
    while rows:
        change, taken = _file(rows)
        changes.append(change)
        rows = rows[taken:]
    if not changes:
        raise PatchError(f"it changes nothing. Write at least one section such as '{_UPDATE} path'")
    return tuple(changes)


def _within(rows: list[_Row]) -> list[_Row]:
    """Return the rows between the first and the last marker."""
    written = [at for at, row in enumerate(rows) if row.text.strip()]
    rows = rows[written[0] : written[-1] + 1] if written else []
    heredoc = len(rows) >= 4 and rows[0].text.strip() in _HEREDOC_HEADS and rows[-1].text.endswith("EOF")
    rows = rows[1:-1] if heredoc else rows
    if not rows or rows[0].text.strip() != BEGIN:
        line = rows[0].line if rows else 1
        raise PatchError(f"the first line of a patch is '{BEGIN}'. Begin with that line", line)
    if rows[-1].text.strip() != END:
        raise PatchError(f"the last line of a patch is '{END}'. Close it with that line", rows[-1].line)
    return rows[1:-1]


def _file(rows: Sequence[_Row]) -> tuple[FileChange, int]:
    """Read one section and return how many rows it has."""
    head = rows[0].text.strip()
    line = rows[0].line
    if head.startswith(_ADD):
        added = _added(rows[1:])
        content = "".join(f"{text}\n" for text in added)
        return AddFile(path=_path(head, _ADD, line), content=content, line=line), 1 + len(added)
    if head.startswith(_DELETE):
        return DeleteFile(path=_path(head, _DELETE, line), line=line), 1
    if head.startswith(_UPDATE):
        return _update(rows, _path(head, _UPDATE, line))
    raise PatchError(
        f"{_shown(head)} begins no section. Write '{_ADD} path', '{_DELETE} path' or '{_UPDATE} path'"
        " (lines to be added begin with '+')",
        line,
    )


def _added(rows: Sequence[_Row]) -> list[str]:
    added: list[str] = []
    for row in rows:
        if not row.text.startswith(Mark.ADD.value):
            break
        added.append(row.text[1:])
    return added


def _path(head: str, marker: str, line: int) -> str:
    path = head.removeprefix(marker).strip()
    if not path:
        raise PatchError(f"'{marker}' names no file. Write the path behind it", line)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in path):
        raise PatchError("a path cannot contain NUL or half of a surrogate pair. Leave it out", line)
    return path


def _update(rows: Sequence[_Row], path: str) -> tuple[UpdateFile, int]:
    at = 1
    move_to: str | None = None
    if at < len(rows) and rows[at].text.startswith(_MOVE):
        move_to = _path(rows[at].text, _MOVE, rows[at].line)
        at += 1
    hunks: list[Hunk] = []
    while at < len(rows) and not rows[at].text.startswith("*"):
        if _is_gap(rows[at:]):
            at += 1
            continue
        hunk, taken = _hunk(rows[at:], first=not hunks)
        hunks.append(hunk)
        at += taken
    if not hunks:
        raise PatchError(
            f"the update of {path} has no hunk. Write '@@', and below it lines that begin with ' ', '-' or '+'",
            rows[0].line,
        )
    return UpdateFile(path=path, hunks=tuple(hunks), move_to=move_to, line=rows[0].line), at


def _is_gap(rows: Sequence[_Row]) -> bool:
    """Whether the first row is no line of a hunk but a blank one before it."""
    if rows[0].text.strip():
        return False
    following = next((row.text for row in rows if row.text.strip()), "*")
    return not rows[0].text or following.startswith(("*", "@@"))


def _hunk(rows: Sequence[_Row], *, first: bool) -> tuple[Hunk, int]:
    """Read one hunk and return how many rows it has."""
    head = rows[0]
    headed = head.text == "@@" or head.text.startswith("@@ ")
    if not headed and not first:
        raise PatchError(
            f"{_shown(head.text)} is no part of a hunk. Begin the line with ' ', '-' or '+', or a new hunk with '@@'",
            head.line,
        )
    at = 1 if headed else 0
    lines: list[PatchLine] = []
    while at < len(rows) and rows[at].text != _END_OF_FILE:
        line = _line(rows[at])
        if line is None:
            break
        lines.append(line)
        at += 1
    if not lines:
        row = rows[min(at, len(rows) - 1)]
        raise PatchError(
            f"the hunk has no lines before {_shown(row.text)}. Begin each of its lines with ' ', '-' or '+'",
            row.line,
        )
    at_end = at < len(rows) and rows[at].text == _END_OF_FILE
    # A bare `@@` and one with blanks behind it name no line.
    anchor = head.text[3:] if headed and head.text[3:].strip() else None
    return Hunk(lines=tuple(lines), anchor=anchor, at_end=at_end, line=head.line), at + at_end


def _line(row: _Row) -> PatchLine | None:
    """Return the line of a hunk; None for a row that is none."""
    if not row.text:
        # Editors and models strip the blank of an empty line that stays.
        return PatchLine(Mark.KEEP, "")
    mark = _MARKS.get(row.text[0])
    return None if mark is None else PatchLine(mark, row.text[1:])


def _shown(text: str, length_max: int = 80) -> str:
    return repr(text if len(text) <= length_max else f"{text[:length_max]}...")
