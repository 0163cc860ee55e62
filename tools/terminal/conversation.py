"""A session at a terminal, or fed with a list of inputs: what is typed, what is shown, and how it ends."""

from __future__ import annotations

import signal
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable
from contextlib import aclosing, contextmanager
from types import FrameType
from typing import Final

import attrs
import trio

from turnfold.events import TurnCompleted
from turnfold.tools.exits import ExitCode
from turnfold.tools.terminal.dialogue import Dialogue
from turnfold.tools.terminal.editor import Editor, Line, Sign
from turnfold.tools.terminal.keys import Typed
from turnfold.tools.terminal.pane import Pane
from turnfold.tools.terminal.telling import Told
from turnfold.tools.terminal.tty import cbreak, cbreak_again, keys

LEAVE_HINT: Final = "  press Ctrl-C again to leave, or type /quit"
ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def patient() -> Generator[None]:
    """Let no repeated signal cut short a session that is being ended: a terminal that goes away sends two."""
    before = {number: signal.signal(number, _wait_for_the_end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_the_end(number: int, frame: FrameType | None) -> None:
    """A function rather than SIG_IGN, which programs that we start would inherit."""


@attrs.define(eq=False)
class Typing:
    """A person at a terminal."""

    dialogue: Dialogue
    pane: Pane
    fd: int
    editor: Editor = attrs.field(factory=Editor)
    code: int = ExitCode.OK
    _leaving: bool = False
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)

    async def run(self) -> int:
        """Converse until the person leaves, and return the exit code."""
        with (
            cbreak(self.fd),
            trio.open_signal_receiver(signal.SIGINT, signal.SIGCONT, *ENDING) as signals,
            self._scope,
        ):
            self.pane.refresh()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._signals, signals)
                async with aclosing(keys(self.fd)) as pressed:
                    async for typed in pressed:
                        for key in typed:
                            await self._press(key)
                self.code = 128 + signal.SIGHUP  # the terminal is gone, whatever the signal says and when
                self._scope.cancel()
        self.pane.leave()
        end = self.dialogue.last_end
        failed = isinstance(end, TurnCompleted) and end.error is not None
        return self.code or (ExitCode.FOUND if failed else ExitCode.OK)

    async def _press(self, key: Typed) -> None:
        self._leaving = False
        match self.editor.press(key):
            case Line(text):
                self.pane.typing("")
                outcome = await self.dialogue.take(text)
                if outcome.quits:
                    self._scope.cancel()
                self.editor.typed = outcome.handed_back or self.editor.typed
            case Sign.ESCAPE:
                await self.dialogue.interrupt()
            case Sign.END:
                self._scope.cancel()
            case None:
                pass
        self.pane.typing(self.editor.typed)

    async def _signals(self, signals: AsyncIterator[int]) -> None:
        async for number in signals:
            if number in ENDING:
                self.code = 128 + number
                self._scope.cancel()
            elif number == signal.SIGCONT:
                cbreak_again(self.fd)
                self.pane.refresh()
            elif not await self.dialogue.interrupt():
                self._ctrl_c()

    def _ctrl_c(self) -> None:
        """Ctrl-C while nothing runs: drop what was typed, then ask once, then leave."""
        if self.editor.typed:
            self.editor.typed = ""
            self.pane.typing("")
        elif self._leaving:
            self.code = ExitCode.INTERRUPTED
            self._scope.cancel()
        else:
            self._leaving = True
            self.pane.tell(Told(LEAVE_HINT, "quiet"))


async def feed(dialogue: Dialogue, inputs: AsyncGenerator[str, None]) -> int:
    """Take one input after the other, each when the turn of the one before has ended; return the exit code.

    Ctrl-C interrupts the turn, leaves the rest of the inputs, and gives 130.
    """
    code: int = ExitCode.OK
    with trio.open_signal_receiver(signal.SIGINT, *ENDING) as signals, trio.CancelScope() as scope:

        async def mind() -> None:
            nonlocal code
            async for number in signals:
                code = 128 + number
                await dialogue.interrupt()
                scope.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(mind)
            async with aclosing(inputs):
                async for line in inputs:
                    outcome = await dialogue.take(line)
                    await dialogue.idle()
                    if outcome.quits:
                        break
            nursery.cancel_scope.cancel()
    if code:
        with trio.CancelScope(shield=True):
            await dialogue.idle()
        return code
    end = dialogue.last_end
    failed = end is not None and not (isinstance(end, TurnCompleted) and end.error is None)
    return ExitCode.FOUND if failed else ExitCode.OK


async def given(inputs: Iterable[str]) -> AsyncGenerator[str, None]:
    """Inputs that are known from the beginning."""
    for text in inputs:
        await trio.lowlevel.checkpoint()
        yield text
