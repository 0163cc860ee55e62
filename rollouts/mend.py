"""One whole record made acceptable to a strict decoder, with a note of everything that was changed.

The text comes from UTF-8 with the error handler `surrogateescape`: a byte that is not UTF-8 is a character
from U+DC80 to U+DCFF, which valid text never holds. Positions are those of its characters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

import attrs
import msgspec

from turnfold.rollouts.damage import count_of
from turnfold.rollouts.duplicates import has_duplicate_keys

NUMBER_DIGITS_MAX: Final = 4_299
"""The longest integer that Python and msgspec both take, with or without a sign."""
_PATH_CHARACTERS_MAX: Final = 120

_NOT_UTF8: Final = re.compile("[\udc80-\udcff]+")
_SURROGATE: Final = re.compile(r"(?<!\\)(\\++)u[dD]([89a-fA-F])[0-9a-fA-F]{2}")
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|-?(?:Infinity|[0-9][0-9.eE+-]*)|NaN', re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f]")


@attrs.frozen
class Note:
    """What was changed between two characters, and under which code it is reported."""

    code: str
    start: int
    end: int
    message: str


@attrs.frozen
class Mended:
    """A record as JSON that a strict decoder takes; without any, if there is no way to make it that."""

    part: bytes | None
    notes: tuple[Note, ...] = ()


def mend(text: str) -> Mended:
    """Return the record that *text* holds; *text* is one object in JSON as a lenient decoder takes it."""
    notes = list(_not_utf8(text))
    text = _whole_characters(text, notes)
    part = _utf8(text)
    if not _decodes(part):
        part = _utf8(_strict_tokens(text, notes))
        if not _decodes(part):
            return Mended(None, (Note("TF001", 0, len(text), "a record that no strict decoder takes"),))
    if (path := has_duplicate_keys(part)) is not None:
        notes.append(Note("TF009", 0, len(text), f"the key {_short(path)} is named twice"))
    return Mended(part, tuple(notes))


def _decodes(part: bytes) -> bool:
    try:
        msgspec.json.decode(part)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _not_utf8(text: str) -> Iterator[Note]:
    if text.isascii():
        return
    spans = [match.span() for match in _NOT_UTF8.finditer(text)]
    if spans:
        count = sum(end - start for start, end in spans)
        yield Note("TF005", spans[0][0], spans[-1][1], f"{count_of(count, 'byte')} not UTF-8")


def _utf8(text: str) -> bytes:
    """Encode, with U+FFFD for what is not UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def _whole_characters(text: str, notes: list[Note]) -> str:
    r"""Replace each escape of half a character by `\ufffd`, which is of the same length."""
    lone = list(_lone_surrogates(text))
    if not lone:
        return text
    pieces: list[str] = []
    done = 0
    for start in lone:
        pieces += (text[done:start], r"\ufffd")
        done = start + 6
    pieces.append(text[done:])
    notes.append(Note("TF006", lone[0], lone[-1] + 6, f"{count_of(len(lone), 'escape')} of half a character"))
    return "".join(pieces)


def _lone_surrogates(text: str) -> Iterator[int]:
    high: int | None = None  # where a high half stands that still waits for its low one
    for match in _SURROGATE.finditer(text):
        if len(match[1]) % 2 == 0:
            continue  # the backslash before the u is itself escaped
        start = match.end(1) - 1
        is_low = match[2] in "cdefCDEF"
        if high is not None:
            if is_low and start == high + 6 and len(match[1]) == 1:
                high = None
                continue
            yield high
        high = None if is_low else start
        if is_low:
            yield start
    if high is not None:
        yield high


def _strict_tokens(text: str, notes: list[Note]) -> str:
    """Escape raw control characters in strings, and put null for numbers that no decoder holds."""
    controls: list[int] = []
    numbers: list[tuple[int, int]] = []

    def strict(match: re.Match[str]) -> str:
        token = match[0]
        if token.startswith('"'):
            found = [match.start() + control.start() for control in _CONTROL.finditer(token)]
            controls.extend(found)
            return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", token) if found else token
        if _representable(token):
            return token
        numbers.append(match.span())
        return "null"

    text = _TOKEN.sub(strict, text)
    if controls:
        message = f"{count_of(len(controls), 'raw control character')} in strings; kept as escapes"
        notes.append(Note("TF001", controls[0], controls[-1] + 1, message))
    if numbers:
        message = f"{count_of(len(numbers), 'number')} that JSON decoders do not hold; kept as null"
        notes.append(Note("TF001", numbers[0][0], numbers[-1][1], message))
    return text


def _representable(number: str) -> bool:
    if number.lstrip("-").isdigit():
        return len(number) <= NUMBER_DIGITS_MAX
    return math.isfinite(float(number))


def _short(path: str) -> str:
    return path if len(path) <= _PATH_CHARACTERS_MAX else f"{path[:_PATH_CHARACTERS_MAX]}…"
