"""Where the texts in a line are, so that they can be replaced and all other bytes stay.

A line is looked at as tokens and not as JSON: it may be cut, joined with another one, or name a key twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs
import msgspec

_STRING: Final = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"(\s*:)?|\Z)', re.DOTALL)

_STRUCTURAL_KEY: Final = re.compile(
    rb"(?:.*_)?(?:id|ids|type|kind|role|status|reason|phase|policy|mode|version|at|tier|effort)"
    rb"|.*(?:Id|Type|Status|Policy|Mode|At)"
    rb"|name|tool|server|method|timestamp|originator|source|model|model_provider|event_name|decision|origin|codex_error_info"
)
"""Keys whose values say how a session went and not what was said in it."""

_WORD: Final = re.compile(rb"[\w.:+#/-]{0,80}")
"""What structure looks like: no spaces, and not long."""

_SELF_EVIDENT: Final = re.compile(
    rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?"
)
"""Values that are ids or times, whatever their key."""


@attrs.frozen
class Text:
    """The bytes `[start, end)` between the quotes of a text, in the row of that index."""

    row: int
    start: int
    end: int


def texts_of(row: bytes, index: int = 0) -> Iterator[Text]:
    """Yield the texts of a line that are not structure, in order."""
    key = b""
    for match in _STRING.finditer(row):
        if match[2] is not None:
            key = match[1]
        elif not is_structural(key, match[1]):
            yield Text(index, *match.span(1))


def is_structural(key: bytes, value: bytes) -> bool:
    """Whether a value is an id, a time, or the name of a kind."""
    if _SELF_EVIDENT.fullmatch(value):
        return True
    return _STRUCTURAL_KEY.fullmatch(key) is not None and _WORD.fullmatch(value) is not None


def replaced(row: bytes, texts: Iterable[Text], replacement: Callable[[str], str]) -> bytes:
    """Return the row with each of those texts, given in order, replaced."""
    parts: list[bytes] = []
    done = 0
    for text in texts:
        parts += (row[done : text.start], _quoted(replacement(_plain(row[text.start : text.end]))))
        done = text.end
    parts.append(row[done:])
    return b"".join(parts)


def _plain(raw: bytes) -> str:
    try:
        return msgspec.json.decode(b'"' + raw + b'"', type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")  # cut in an escape, or damaged


def _quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "replace")
