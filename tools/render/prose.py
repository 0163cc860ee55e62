"""Lines of styled text, wrapped by us: the terminal would wrap them without their indent."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from rich.text import Text

MARK: Final = "bold"
QUIET: Final = "dim"
STYLES: Final = {
    "violation": "bold red",
    "suspicion": "yellow",
    "damage": "magenta",
    "valid": "green",
    "invalid": "bold red",
    "unknown": "yellow",
    "error": "bold red",
}
"""Style of each severity and verdict."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """*text* on one line, without characters that a terminal would obey: a session may hold escape sequences."""
    return _CONTROL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def paragraph(
    text: str,
    *,
    width: int | None,
    indent: int = 0,
    label: str = "",
    style: str = "",
    label_style: str = QUIET,
) -> Iterator[Text]:
    """A text after an optional label; further lines hang below its first word. No *width* means one line."""
    margin, hang = " " * indent, " " * (indent + len(label))
    room = None if width is None else max(width - len(hang), 20)
    whole = safe(text)
    lines = [whole] if room is None else textwrap.wrap(whole, room, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        head = (margin + label, label_style) if number == 0 else (hang, "")
        yield Text.assemble(head, (line, style))


def counted(number: int, noun: str) -> str:
    """`1 turn`, `2 turns`, `1,200 turns`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
