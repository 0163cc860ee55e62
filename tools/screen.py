"""Where text goes: standard output with or without colour, and a status line on a terminal's standard error."""

from __future__ import annotations

import os
import shutil
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TextIO

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

STATUS_INTERVAL_S: Final = 0.1
WIDTH_MAX: Final = 110
"""Longer lines of prose do not read well, however wide the window is."""


class Color(StrEnum):
    """When to write colours."""

    AUTO = "auto"
    """To a terminal, unless NO_COLOR is set or the terminal is dumb."""
    ALWAYS = "always"
    NEVER = "never"


class Screen:
    """Prints lines of text. Where no colour is wanted they go out as they are."""

    def __init__(
        self, color: Color = Color.AUTO, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._console = _console(self._out) if wants_color(color, self._out) else None
        self.width: int | None = _width() if self._out.isatty() else None
        """Columns to wrap prose at; None where nobody looks and lines stay whole."""
        self._shows_status = self._err.isatty()
        self._status = ""
        self._status_at_s = 0.0

    def write(self, line: Text | str = "") -> None:
        """Print one line."""
        self.clear_status()
        if self._console is not None and isinstance(line, Text):
            self._console.print(line, soft_wrap=True)
        else:
            self._out.write(f"{line.plain if isinstance(line, Text) else line}\n")

    def write_document(self, document: RenderableType, plain: str) -> None:
        """Print a formatted document, or *plain* where there is no colour."""
        if self._console is not None:
            self._console.print(document, width=_width())
        else:
            self.write(plain.rstrip())

    def write_part(self, text: str) -> None:
        """Print a part of a line, as it is."""
        self.clear_status()
        self._out.write(text)

    def status(self, text: str) -> None:
        """Show *text* as the progress of a long run, if anybody is there to see it."""
        now_s = time.monotonic()
        if self._shows_status and now_s - self._status_at_s >= STATUS_INTERVAL_S:
            self.clear_status()
            self._status, self._status_at_s = text[: _width() - 1], now_s
            self._err.write(self._status)
            self._err.flush()

    def clear_status(self) -> None:
        """Take the status line away."""
        if self._status:
            self._err.write("\r" + " " * len(self._status) + "\r")
            self._err.flush()
            self._status = ""

    def complain(self, text: str) -> None:
        """Print one line to standard error."""
        self.clear_status()
        self._out.flush()
        print(f"turnfold: {text}", file=self._err, flush=True)


def wants_color(color: Color, out: TextIO) -> bool:
    """Whether to write colours to *out*. What was asked for on the command line beats the environment."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _console(out: TextIO) -> Console:
    from rich.console import Console  # what is piped does without it, and begins sooner

    # The sixteen colours that every terminal has, in the shades of its user's theme.
    return Console(file=out, force_terminal=True, color_system="standard", no_color=False, highlight=False)


def _width() -> int:
    return min(shutil.get_terminal_size().columns, WIDTH_MAX)
