"""What is on the screen: output above, and below it the line that is being typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rich.cells import cell_len

from turnfold.tools.terminal.telling import Told

CODES: Final[Mapping[str, str]] = {"quiet": "2", "mark": "1", "ask": "33", "error": "31", "you": "36"}
"""Colours of styles, as terminals take them."""

PROMPT: Final = "> "


class Pane:
    """Keeps output and typing apart.

    While something is typed, output that is streamed is held back until its line is whole. Nothing is redrawn but the
    last line of the screen, so that the output stays in the terminal's own history.

    Args:
        write: puts text on the screen, and flushes.
        color: whether styles are shown.
        width: columns of the screen; asked each time, for it may change.
        edits: whether there is a line to type on.
    """

    def __init__(
        self, write: Callable[[str], None], *, color: bool, width: Callable[[], int], edits: bool
    ) -> None:
        self._write = write
        self._color = color
        self._width = width
        self._edits = edits
        self._typed = ""
        self._drawn = False
        self._open = False
        """Whether the cursor stands behind output without line end."""
        self._held = ""

    def tell(self, told: Told) -> None:
        """Show a line, or a piece of one."""
        if told.whole:
            self._line(self._painted(told))
        else:
            self._piece(told.text)

    def end_line(self) -> None:
        """Finish a line that pieces left open."""
        if self._held or self._open:
            self._piece("\n")

    def typing(self, typed: str) -> None:
        """Show what is typed now; an empty text hides the line unless nothing else stands on it."""
        self._typed = typed
        self.refresh()

    def refresh(self) -> None:
        """Draw the line of typing anew."""
        if not self._edits:
            return
        self._erase()
        if self._typed or not (self._open or self._held):
            if self._open:
                self._write("\n")
                self._open = False
            self._draw()
        elif self._held:
            self._write(self._held)
            self._held, self._open = "", True

    def leave(self) -> None:
        """Take the line of typing away, for good."""
        self._erase()
        self._edits = False
        if self._held:
            self._write(f"{self._held}\n")
            self._held = ""

    def _line(self, text: str) -> None:
        self._erase()
        head = self._held or ""
        self._held = ""
        if self._open or head:
            head += "\n"
        self._write(f"{head}{text}\n")
        self._open = False
        self._draw()

    def _piece(self, text: str) -> None:
        if self._edits and self._typed:
            whole, newline, rest = (self._held + text).rpartition("\n")
            self._held = rest
            if newline:
                self._erase()
                self._write(f"{whole}\n")
                self._draw()
            return
        self._erase()
        text, self._held = self._held + text, ""
        self._write(text)
        self._open = not text.endswith("\n") if text else self._open
        if not self._open:
            self._draw()

    def _draw(self) -> None:
        if not self._edits:
            return
        room = max(self._width() - cell_len(PROMPT) - 1, 1)
        shown = self._typed
        while cell_len(shown) > room:
            shown = shown[1:]
        self._write(f"{PROMPT}{shown}")
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _painted(self, told: Told) -> str:
        code = CODES.get(told.style)
        return told.text if code is None or not self._color else f"\x1b[{code}m{told.text}\x1b[0m"
