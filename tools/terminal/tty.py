"""The terminal itself: keys as they are pressed, and its settings given back in the end."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager, suppress
from typing import Final

import trio

from turnfold.tools.terminal.keys import KeyDecoder, Typed

ESC_WAITS_S: Final = 0.05
"""Seconds within which the rest of a sequence follows its ESC."""

_CHUNK: Final = 65_536


@contextmanager
def cbreak(fd: int) -> Generator[None]:
    """Have keys handed over one by one and not shown; Ctrl-C stays a signal. The settings come back in any case."""
    import termios
    import tty

    before = termios.tcgetattr(fd)
    tty.setcbreak(fd)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(fd, termios.TCSADRAIN, before)


def cbreak_again(fd: int) -> None:
    """As `cbreak`, once more: the shell in which we were stopped gave its own settings."""
    import termios
    import tty

    with suppress(termios.error):
        tty.setcbreak(fd)


async def read(fd: int) -> bytes:
    """Read what has come, without a thread, which would hold up the end; nothing at the end of the file."""
    with suppress(PermissionError):  # a plain file is always ready, and cannot be waited for
        await trio.lowlevel.wait_readable(fd)
    try:
        return os.read(fd, _CHUNK)
    except OSError:  # the other end of the terminal is gone
        return b""


async def keys(fd: int) -> AsyncGenerator[list[Typed], None]:
    """The keys that are pressed, as they come. Ends when the terminal is gone."""
    decoder = KeyDecoder()
    while data := await read(fd):
        typed = decoder.feed(data)
        if decoder.waits:
            with trio.move_on_after(ESC_WAITS_S) as scope:
                await trio.lowlevel.wait_readable(fd)
            if scope.cancelled_caught:
                typed += decoder.settle()
        if typed:
            yield typed


async def lines(fd: int) -> AsyncGenerator[str, None]:
    """The lines of a file or a pipe, as they come; the last one may lack its end."""
    rest = b""
    while data := await read(fd):
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
