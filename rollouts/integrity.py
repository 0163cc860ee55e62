"""Are the bytes what they should be? Asked of whole blocks first, of single lines where a block fails.

Some damage does not keep a line from being decoded: a key twice in an object, invalid UTF-8 in a field that nobody
reads. So the question is asked apart from the decoding that rules live on.
"""

from __future__ import annotations

from typing import Any

import msgspec

from turnfold.rollouts.duplicates import has_duplicate_keys

_untyped = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()


def is_exact(lines: bytes) -> bool:
    """Whether some lines are JSON objects in canonical form, one a line: then nothing in them can be damaged.

    They are if they come out the same when they are decoded without types and encoded again: a key that occurs
    twice, two records on one line, whitespace, another escape of a character: each of these changes the bytes.
    """
    try:
        return _encoder.encode_lines(_untyped.decode_lines(lines)) == lines
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def is_exact_line(line: bytes) -> bool:
    """Whether one line is a JSON object that a strict reader accepts, with no key twice in any object."""
    try:
        value: Any = _untyped.decode(line)
        if not isinstance(value, dict):
            return False
        return _encoder.encode(value) == line or has_duplicate_keys(line) is None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
