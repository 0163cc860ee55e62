"""Keys out of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.tools.terminal import Key, KeyDecoder, Typed


def decoded(*pieces: bytes) -> list[Typed]:
    """The keys in some bytes that come in pieces, and nothing after them."""
    decoder = KeyDecoder()
    found = [key for piece in pieces for key in decoder.feed(piece)]
    return joined([*found, *decoder.settle()])


def joined(keys: list[Typed]) -> list[Typed]:
    """Texts that follow each other as one."""
    found: list[Typed] = []
    for key in keys:
        if found and isinstance(key, str) and isinstance(found[-1], str):
            found[-1] += key
        else:
            found.append(key)
    return found


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"ls\r", ["ls", Key.ENTER]),
        (b"a\x7fb\x08", ["a", Key.BACKSPACE, "b", Key.BACKSPACE]),
        (b"\x15\x17\x04\x0c\n", [Key.KILL_LINE, Key.KILL_WORD, Key.END, Key.REDRAW, Key.ENTER]),
        ("schön 日本".encode(), ["schön 日本"]),
        (b"\x1b", [Key.ESCAPE]),
        (b"\x1b\x1b", [Key.ESCAPE, Key.ESCAPE]),
        (b"a\x1b[Ab\x1b[1;5Cc\x1bOPd", ["abcd"]),
        (b"\x1bx", []),
        (b"\x00\x01\x07", []),
        (b"\xff\xfe", ["��"]),
    ],
)
def test_keys_are_told_apart(data: bytes, keys: list[Typed]) -> None:
    """Sequences of arrows and function keys are no text and no Esc; a lone Esc is one."""
    assert keys == decoded(data)


@given(st.lists(st.sampled_from([b"a", "é日".encode(), b"\r", b"\x1b[A", b"\x1bOP", b"\x7f"])), st.data())
def test_it_does_not_matter_where_bytes_are_cut(parts: list[bytes], data: st.DataObject) -> None:
    """Whole or byte by byte or cut anywhere: the same keys."""
    whole = b"".join(parts)
    cut = data.draw(st.integers(0, len(whole)))
    assert decoded(whole) == decoded(whole[:cut], whole[cut:])
    assert decoded(whole) == decoded(*(bytes([byte]) for byte in whole))


@given(st.binary())
def test_no_bytes_break_it(data: bytes) -> None:
    """Whatever comes: texts hold no control characters, and an Esc alone can wait."""
    decoder = KeyDecoder()
    for key in decoder.feed(data):
        assert isinstance(key, Key) or key.isprintable()
    assert decoder.waits == (decoder.settle() == [Key.ESCAPE])
    assert not decoder.waits
