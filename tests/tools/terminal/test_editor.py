"""The line that is typed, and what it asks for."""

from __future__ import annotations

import pytest

from turnfold.tools.terminal import Editor, Key, KeyDecoder, Line, Order, Sign, order_of
from turnfold.tools.terminal.orders import Compact, Help, Interrupt, Quit, Review, RollBack, Say, Wrong


def pressed(data: bytes) -> tuple[str, list[Line | Sign]]:
    """What is left on the line after some bytes, and what was finished by them."""
    editor, decoder = Editor(), KeyDecoder()
    found = [editor.press(key) for key in [*decoder.feed(data), *decoder.settle()]]
    return editor.typed, [each for each in found if each is not None]


@pytest.mark.parametrize(
    ("data", "left", "finished"),
    [
        (b"hello\rwor", "wor", [Line("hello")]),
        (b"helo\x7flo\r", "", [Line("hello")]),
        (b"\x7f\x7fa", "a", []),
        (b"rm -rf\x15ls\r", "", [Line("ls")]),
        (b"one two  \x17three", "one three", []),
        (b"one\x17", "", []),
        (b"keep\x1b", "keep", [Sign.ESCAPE]),
        (b"\x04", "", [Sign.END]),
        (b"text\x04", "text", []),
        (b"\x0c", "", []),
    ],
)
def test_typing(data: bytes, left: str, finished: list[Line | Sign]) -> None:
    """Enter finishes a line, the usual keys correct it, Esc leaves it alone, Ctrl-D ends only an empty one."""
    assert (left, finished) == pressed(data)


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("  do it ", Say("do it")),
        ("//etc is a folder", Say("/etc is a folder")),
        ("", None),
        ("   ", None),
        ("/compact", Compact()),
        ("/review the last commit", Review("the last commit")),
        ("/rollback 2", RollBack(2)),
        ("/interrupt", Interrupt()),
        ("/help", Help()),
        ("/quit", Quit()),
        ("/exit", Quit()),
    ],
)
def test_orders(line: str, order: Order | None) -> None:
    """A slash makes an order, two make input that begins with one."""
    assert order == order_of(line)


@pytest.mark.parametrize(
    "line", ["/rollback", "/rollback x", "/rollback 0", "/rollback ²", "/review", "/quit now", "/?"]
)
def test_wrong_orders_say_what_to_write(line: str) -> None:
    """Nothing is guessed."""
    order = order_of(line)
    assert isinstance(order, Wrong)
    assert "/" in order.message


def test_an_escape_is_no_text() -> None:
    """It goes past the line."""
    editor = Editor()
    editor.press("a")
    assert Sign.ESCAPE is editor.press(Key.ESCAPE)
    assert "a" == editor.typed
