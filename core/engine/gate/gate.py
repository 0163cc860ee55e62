"""The exec gate: the engine's end of the wrappers."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

import attrs
import trio

from turnfold.core.engine.approvals import CommandPolicy
from turnfold.core.engine.gate.interception import Interception
from turnfold.core.engine.gate.messages import Answer, BadWish, Wish, read_wish
from turnfold.core.engine.gate.wrappers import Wrappers
from turnfold.core.engine.network import Bench
from turnfold.core.engine.ports import Attempt, Stopwatch, ToolCall

STRAY: Final = "not run: no command of this session is at work that it could belong to"
"""What a wrapper is told whose token nobody knows."""


@attrs.define(eq=False)
class _Watch:
    """One attempt of a call whose commands are judged."""

    call: ToolCall
    attempt: Attempt
    stopwatch: Stopwatch
    open: set[Interception] = attrs.field(factory=set[Interception])


class Gate:
    """Judges commands that are run inside the shell of a call (requirements E1 to E3). Make it with `open_gate`.

    Args:
        wrappers: what leads commands here.
        path: the PATH of commands.
        policy: the rules of the policy of commands.
        bench: who decides where a rule wants somebody to.
    """

    def __init__(self, wrappers: Wrappers, path: str, policy: CommandPolicy, bench: Bench) -> None:
        self._wrappers = wrappers
        self._path = path
        self._policy = policy
        self._bench = bench
        self._watches: dict[str, _Watch] = {}

    @asynccontextmanager
    async def watch(
        self, call: ToolCall, attempt: Attempt, stopwatch: Stopwatch
    ) -> AsyncGenerator[Mapping[str, str], None]:
        """Guard one attempt; gives the variables that lead its commands to the gate.

        Leaving it denies what still waits, and closes that in the log unless the turn is being aborted.
        """
        token = attempt.desk.new_id("gate")
        watch = self._watches[token] = _Watch(call, attempt, stopwatch)
        try:
            yield self._wrappers.env(self._path, token)
        finally:
            del self._watches[token]
            waiting = list(watch.open)
            for each in waiting:
                each.leave()
        for each in waiting:
            await each.done.wait()

    async def serve(self, listener: trio.SocketListener) -> None:
        """Answer wrappers until cancelled."""
        await trio.serve_listeners(self._handle, [listener])

    async def _handle(self, stream: trio.SocketStream) -> None:
        """Serve one wrapper. Whatever it does ends this connection and nothing else."""
        async with stream:
            try:
                wish = await read_wish(stream)
            except BadWish as problem:
                answer: Answer | None = Answer(False, f"not run: the exec gate did not understand: {problem}")
            except trio.BrokenResourceError:
                return
            else:
                answer = await self._answer(wish, stream)
            try:
                if answer is not None:
                    await stream.send_all(answer.line)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return

    async def _answer(self, wish: Wish, stream: trio.SocketStream) -> Answer | None:
        """Judge a wish."""
        watch = self._watches.get(wish.token)
        if watch is None:
            return Answer(False, STRAY)
        interception = Interception(
            wish=wish,
            call_id=watch.call.call_id,
            attempt=watch.attempt,
            stopwatch=watch.stopwatch,
            bench=self._bench,
            policy=self._policy,
            approval_id=watch.attempt.desk.new_id("approval"),
        )
        watch.open.add(interception)
        answer: Answer | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_see_off, stream, interception)
            try:
                answer = await interception.judge()
            except Exception as problem:  # noqa: BLE001 what breaks must not let a command through, nor end the gate
                answer = Answer(False, f"not run: {type(problem).__name__}: {problem}")
            nursery.cancel_scope.cancel()
        watch.open.discard(interception)
        return answer


async def _see_off(stream: trio.SocketStream, interception: Interception) -> None:
    """Withdraw the question when the wrapper goes away, or says what it was not asked for."""
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        await stream.receive_some(1)
    interception.leave()


@asynccontextmanager
async def open_gate(
    names: Iterable[str], path: str, policy: CommandPolicy, bench: Bench
) -> AsyncGenerator[Gate, None]:
    """Open a gate for the programs of these *names*, and close it with its folder and socket.

    Raises OSError when there is no place for them.
    """
    wrappers = await trio.to_thread.run_sync(Wrappers, names)
    try:
        with trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM) as sock:
            await sock.bind(wrappers.socket)
            sock.listen(128)
            gate = Gate(wrappers, path, policy, bench)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(gate.serve, trio.SocketListener(sock))
                yield gate
                nursery.cancel_scope.cancel()
    finally:
        wrappers.remove()
