"""What a patch says, as values."""

import enum
from typing import TypeAlias

import attrs


class PatchError(Exception):
    """A patch cannot be read, or does not fit the text that it is for.

    Attributes:
        message: what is wrong, and what to do about it; with the line of the patch when there is one.
        line: line of the patch, counted from 1; None when the fault is in no single line.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        self.message = message if line is None else f"line {line} of the patch: {message}"
        super().__init__(self.message)
        self.line = line


class Mark(enum.Enum):
    """What happens to a line; the value is its first character in the patch."""

    KEEP = " "
    REMOVE = "-"
    ADD = "+"


@attrs.frozen
class PatchLine:
    """A line of a hunk."""

    mark: Mark
    """What happens to it."""

    text: str
    """The line without its mark and its end."""


@attrs.frozen(kw_only=True)
class Hunk:
    """A piece of an update: neighbouring lines of the file, and what they become."""

    lines: tuple[PatchLine, ...]
    """In the order of the patch; never empty."""

    anchor: str | None = None
    """A line of the file after which the hunk is to be looked for, such as the head of a function (`@@ def f():`)."""

    at_end: bool = False
    """Whether its lines are the last ones of the file."""

    line: int = 0
    """Line of the patch in which it begins."""

    @property
    def old(self) -> tuple[str, ...]:
        """The lines as the file has them."""
        return tuple(line.text for line in self.lines if line.mark is not Mark.ADD)


@attrs.frozen(kw_only=True)
class AddFile:
    """A file is created, or written anew as a whole."""

    path: str
    """As the patch says it: mostly relative to the working folder."""

    content: str
    """All of its text."""

    line: int = 0
    """Line of the patch."""


@attrs.frozen(kw_only=True)
class DeleteFile:
    """A file is removed."""

    path: str
    """As the patch says it."""

    line: int = 0
    """Line of the patch."""


@attrs.frozen(kw_only=True)
class UpdateFile:
    """Parts of a file are changed."""

    path: str
    """As the patch says it."""

    hunks: tuple[Hunk, ...]
    """In the order of the file; never empty."""

    move_to: str | None = None
    """New path, when the file is renamed too."""

    line: int = 0
    """Line of the patch."""


FileChange: TypeAlias = AddFile | DeleteFile | UpdateFile
