"""What a wrapper and the engine say to each other: one JSON object on one line each way."""

from typing import Final

import attrs
import msgspec
import trio

WISH_MAX: Final = 8 * 1024 * 1024
"""Bytes of a wrapper's line; the arguments of a program are shorter on the systems that we know."""

WISH_TIMEOUT_S: Final = 30.0
"""Seconds that a wrapper may take to say what it wants."""


class BadWish(Exception):
    """What came is no wish of a wrapper; the text says why."""


class Wish(msgspec.Struct, frozen=True):
    """A wrapper's question whether its program may run."""

    token: str
    """Which attempt of a call it belongs to."""

    program: str
    """Absolute path of the program."""

    argv: list[str]
    """Its arguments, the first being the name it was called by."""

    cwd: str = ""
    """Directory in which it would run."""


@attrs.frozen
class Answer:
    """What the engine says."""

    runs: bool
    text: str = ""
    """Why it does not run."""

    @property
    def line(self) -> bytes:
        """The answer as it is sent."""
        said = {"action": "run"} if self.runs else {"action": "deny", "text": self.text}
        return msgspec.json.encode(said) + b"\n"


async def read_wish(stream: trio.SocketStream) -> Wish:
    """Read a wrapper's line. Raises BadWish; trio.BrokenResourceError when the wrapper is gone."""
    data = bytearray()
    with trio.move_on_after(WISH_TIMEOUT_S):
        while not data.endswith(b"\n"):
            piece = await stream.receive_some()
            if not piece:
                raise BadWish("it broke off before the end of its line")
            data += piece
            if len(data) > WISH_MAX:
                raise BadWish(f"it is longer than {WISH_MAX} bytes")
        try:
            wish = msgspec.json.decode(bytes(data), type=Wish)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            raise BadWish(str(problem)) from problem
        if not wish.argv or not wish.program.startswith("/"):
            raise BadWish("it names no program")
        return wish
    raise BadWish("it did not come in time")
