"""The line that is being typed."""

from __future__ import annotations

from enum import Enum, auto

import attrs

from turnfold.tools.terminal.keys import Key, Typed


class Sign(Enum):
    """What typing may mean besides text."""

    ESCAPE = auto()
    """Interrupt."""
    END = auto()
    """No more input: Ctrl-D on an empty line."""


@attrs.frozen
class Line:
    """A line that was finished with Enter."""

    text: str


class Editor:
    """Holds what was typed since the last Enter."""

    def __init__(self) -> None:
        self.typed = ""

    def press(self, key: Typed) -> Line | Sign | None:
        """Take a key, and say what it finishes."""
        match key:
            case str():
                self.typed += key
            case Key.ENTER:
                line, self.typed = Line(self.typed), ""
                return line
            case Key.BACKSPACE:
                self.typed = self.typed[:-1]
            case Key.KILL_LINE:
                self.typed = ""
            case Key.KILL_WORD:
                head = self.typed.rstrip()
                self.typed = head[: head.rfind(" ") + 1]
            case Key.ESCAPE:
                return Sign.ESCAPE
            case Key.END if not self.typed:
                return Sign.END
            case _:
                pass
        return None
