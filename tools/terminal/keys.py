"""Keys out of the bytes of a terminal."""

from __future__ import annotations

import codecs
from enum import Enum, auto
from typing import Final, TypeAlias


class Key(Enum):
    """A key that is no text."""

    ENTER = auto()
    ESCAPE = auto()
    BACKSPACE = auto()
    KILL_WORD = auto()
    """Ctrl-W."""
    KILL_LINE = auto()
    """Ctrl-U."""
    END = auto()
    """Ctrl-D."""
    REDRAW = auto()
    """Ctrl-L."""


Typed: TypeAlias = Key | str
"""A key, or some text without control characters."""

ESC: Final = "\x1b"
_CONTROLS: Final = {
    "\r": Key.ENTER,
    "\n": Key.ENTER,
    "\x7f": Key.BACKSPACE,
    "\x08": Key.BACKSPACE,
    "\x17": Key.KILL_WORD,
    "\x15": Key.KILL_LINE,
    "\x04": Key.END,
    "\x0c": Key.REDRAW,
}


class _Place(Enum):
    TEXT = auto()
    ESCAPE = auto()
    """Behind an ESC, which may be the key or begin a sequence."""
    SEQUENCE = auto()
    """Within `ESC [ ...`, up to its last character."""
    LAST = auto()
    """Before the one character of `ESC O x`."""


class KeyDecoder:
    """Takes bytes as they come; a character or a sequence may be cut anywhere.

    An ESC is the key itself only if nothing follows it soon: while `waits` is true, whoever reads gives the rest
    some time, and then calls `settle`. Arrows, function keys and Alt with a key are taken out.
    """

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._place = _Place.TEXT

    @property
    def waits(self) -> bool:
        """Whether an ESC is the last that came."""
        return self._place is _Place.ESCAPE

    def settle(self) -> list[Typed]:
        """Nothing followed the ESC: it was the key."""
        if not self.waits:
            return []
        self._place = _Place.TEXT
        return [Key.ESCAPE]

    def feed(self, data: bytes) -> list[Typed]:
        """The keys in the next bytes."""
        found: list[Typed] = []
        for char in self._text.decode(data):
            self._take(char, found)
        return found

    def _take(self, char: str, found: list[Typed]) -> None:
        match self._place:
            case _Place.ESCAPE if char == ESC:
                found.append(Key.ESCAPE)
            case _Place.ESCAPE:
                self._place = {"[": _Place.SEQUENCE, "O": _Place.LAST}.get(char, _Place.TEXT)
            case _Place.SEQUENCE:
                if "@" <= char <= "~":
                    self._place = _Place.TEXT
            case _Place.LAST:
                self._place = _Place.TEXT
            case _Place.TEXT if char == ESC:
                self._place = _Place.ESCAPE
            case _Place.TEXT:
                _append(char, found)


def _append(char: str, found: list[Typed]) -> None:
    key = _CONTROLS.get(char)
    if key is not None:
        found.append(key)
    elif char.isprintable():
        if found and isinstance(found[-1], str):
            found[-1] += char
        else:
            found.append(char)
