"""A model and tools that are played by hand: they wait until somebody says what they do next."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

import attrs
import trio

from turnfold.core.engine.fakes import CountedIds
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import (
    Ids,
    ItemBegan,
    ItemDone,
    ModelError,
    ModelEvent,
    ModelRequest,
    ResponseDone,
    Tool,
)


@attrs.define(eq=False)
class _Stream:
    """A response on its way."""

    number: int
    send: trio.MemorySendChannel[ModelEvent | ModelError]
    receive: trio.MemoryReceiveChannel[ModelEvent | ModelError]
    over: bool = False


class HandModel:
    """A model whose responses are said step by step, while the session waits for them; a `Model`.

    Args:
        ids: names items and calls; counted ones when not given.
    """

    def __init__(self, ids: Ids | None = None) -> None:
        self._ids: Ids = CountedIds() if ids is None else ids
        self._streams: list[_Stream] = []
        self.requests: list[ModelRequest] = []
        """Every request that was begun, in order."""

    @property
    def asked(self) -> bool:
        """Whether a request waits for what the model says."""
        return bool(self._open())

    def _open(self) -> list[_Stream]:
        return [stream for stream in self._streams if not stream.over]

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]:
        """Open the response to *request*."""
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent]]:
        await trio.lowlevel.checkpoint()
        self.requests.append(request)
        send, receive = trio.open_memory_channel[ModelEvent | ModelError](1000)
        stream = _Stream(len(self.requests), send, receive)
        self._streams.append(stream)
        try:
            async with aclosing(_events(stream)) as events:
                yield events
        finally:
            self._streams.remove(stream)

    def say(self, text: str) -> None:
        """Say a message. This and the other steps raise IndexError when nobody has asked."""
        content = [{"type": "output_text", "text": text}]
        self._item(
            {"type": "message", "id": self._ids.new("message"), "role": "assistant", "content": content}
        )

    def think(self, text: str) -> None:
        """Say a reasoning with a summary."""
        summary = [{"type": "summary_text", "text": text}]
        self._item({"type": "reasoning", "id": self._ids.new("reasoning"), "summary": summary})

    def call(self, name: str, arguments: Mapping[str, object] | str | None = None) -> str:
        """Call a tool, and return the id of the call. A text goes out as it stands, so that it may be no JSON."""
        call_id = self._ids.new("call")
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        item = {"type": "function_call", "id": self._ids.new("item"), "call_id": call_id, "name": name}
        self._item({**item, "arguments": text})
        return call_id

    def end(self, *, end_turn: bool | None = None) -> None:
        """End the response; with `end_turn=False` the session asks again."""
        stream = self._open()[-1]
        stream.over = True
        stream.send.send_nowait(ResponseDone(response_id=f"response-{stream.number}", end_turn=end_turn))

    def fail(self, *, retryable: bool = False) -> None:
        """Break the response off with an error."""
        stream = self._open()[-1]
        stream.over = True
        stream.send.send_nowait(ModelError("the model failed", code="server_error", retryable=retryable))

    def _item(self, item: Mapping[str, object]) -> None:
        send = self._open()[-1].send
        send.send_nowait(ItemBegan(item_id=str(item["id"]), item_type=str(item["type"])))
        send.send_nowait(ItemDone(item=item))


async def _events(stream: _Stream) -> AsyncGenerator[ModelEvent]:
    async for event in stream.receive:
        if isinstance(event, ModelError):
            raise event
        yield event
        if isinstance(event, ResponseDone):
            return


@attrs.define(eq=False)
class Work:
    """A call of a tool that runs until somebody ends it."""

    tool: str
    ended: trio.Event = attrs.field(factory=trio.Event)
    output: str = ""
    error: str | None = None


class ToolBroke(Exception):
    """What a tool raises that is told to fail."""


class HandTools:
    """Tools without parameters whose calls run until they are told to end.

    `work` runs alone, `aside` beside others, `risky` has to be allowed first, `stubborn` ignores its cancellation.
    """

    def __init__(self) -> None:
        self.running: list[Work] = []
        """The calls that run, oldest first."""
        self.released = False
        self.tools: Sequence[Tool] = (
            tool(name="work", asks=False)(self._work),
            tool(name="aside", asks=False, parallel=True)(self._aside),
            tool(name="risky", asks=True)(self._risky),
            tool(name="stubborn", asks=False)(self._stubborn),
        )

    async def _work(self) -> str:
        """Run until told to end."""
        return await self._run("work")

    async def _aside(self) -> str:
        """Run beside other calls until told to end."""
        return await self._run("aside")

    async def _risky(self) -> str:
        """Run once somebody has allowed it, until told to end."""
        return await self._run("risky")

    async def _stubborn(self) -> str:
        """Run until told to end, also when cancelled."""
        return await self._run("stubborn", shield=True)

    async def _run(self, name: str, *, shield: bool = False) -> str:
        work = Work(name)
        self.running.append(work)
        try:
            if not self.released:
                with trio.CancelScope(shield=shield):
                    await work.ended.wait()
        finally:
            self.running.remove(work)
        if work.error is not None:
            raise ToolBroke(work.error)
        return work.output

    def end(self, number: int, output: str = "done", error: str | None = None) -> None:
        """End a running call, counted from the oldest and round; with *error* it fails."""
        work = self.running[number % len(self.running)]
        work.output, work.error = output, error
        work.ended.set()

    def release(self) -> None:
        """End all calls, also those that are still to come."""
        self.released = True
        for work in self.running:
            work.ended.set()
