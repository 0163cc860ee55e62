"""A Responses endpoint on loopback that plays a script. Both engines talk to the same one."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeAlias

import attrs
import trio

HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
MODELS: Final = b'{"object":"list","data":[],"models":[]}'
_SESSION: Final = re.compile(r"session ID (\d+)")
USAGE: Final = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}


class Hold:
    """In a script: say nothing more until the scenario lets the model go on."""


class Cut:
    """In a script: hang up in the middle of the response."""


@attrs.frozen
class Status:
    """A response that is an error of HTTP."""

    code: int
    body: bytes = b'{"error":{"message":"no"}}'


@attrs.frozen
class Typed:
    """In a script: the agent writes *text* to the process that the last output names."""

    call_id: str
    text: str


Part: TypeAlias = Mapping[str, Any] | Hold | Cut | Typed
Response: TypeAlias = Sequence[Part] | Status


def message(text: str, item_id: str = "m1") -> Part:
    """The agent says *text*."""
    content = [{"type": "output_text", "text": text}]
    return _done({"type": "message", "role": "assistant", "id": item_id, "content": content})


def beginning(text: str, item_id: str = "m1") -> tuple[Part, Part]:
    """The agent begins to say something, and *text* is the first piece of it."""
    item: dict[str, object] = {"type": "message", "role": "assistant", "id": item_id, "content": []}
    return (
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_text.delta", "item_id": item_id, "output_index": 0, "delta": text},
    )


def call(call_id: str, name: str, arguments: object) -> Mapping[str, Any]:
    """The agent calls a function; *arguments* that are text are sent as they are."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return _done({"type": "function_call", "call_id": call_id, "name": name, "arguments": text})


def run(call_id: str, command: str, **more: object) -> Part:
    """The agent runs a command."""
    return call(call_id, "exec_command", {"cmd": command, **more})


def escalated(call_id: str, command: str) -> Part:
    """The agent runs a command and asks to do so without sandbox."""
    return run(call_id, command, sandbox_permissions="require_escalated", justification="need it")


def _done(item: Mapping[str, object]) -> Mapping[str, Any]:
    return {"type": "response.output_item.done", "item": item}


@attrs.define
class Endpoint:
    """What the scripts are, and what was asked."""

    script: list[Response]
    url: str = ""
    requests: list[Mapping[str, Any]] = attrs.field(factory=list[Mapping[str, Any]])
    """Decoded bodies."""
    unasked: list[str] = attrs.field(factory=list[str])
    """Requests that no script was left for."""
    _holding: trio.Event = attrs.field(factory=trio.Event)
    _released: trio.Event = attrs.field(factory=trio.Event)

    async def held(self) -> None:
        """Wait until the model says nothing more for now."""
        await self._holding.wait()

    def release(self) -> None:
        """Let it go on, and hold it again at the next `Hold`."""
        self._released.set()
        self._holding, self._released = trio.Event(), trio.Event()

    async def serve(self, stream: trio.SocketStream) -> None:
        """Answer one request."""
        async with stream:
            try:
                head, body = await _request(stream)
                if not head.startswith(b"POST"):
                    await stream.send_all(_plain(200, MODELS))
                    return
                self.requests.append(json.loads(body))
                if not self.script:
                    self.unasked.append(head.split(b"\r\n")[0].decode())
                response: Response = self.script.pop(0) if self.script else Status(400)
                await self._answer(stream, response, len(self.requests))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return  # the client hung up, as it does when its turn is interrupted

    async def _answer(self, stream: trio.SocketStream, response: Response, number: int) -> None:
        if isinstance(response, Status):
            await stream.send_all(_plain(response.code, response.body))
            return
        await stream.send_all(HEAD + _event({"type": "response.created", "response": {"id": f"r{number}"}}))
        for part in response:
            match part:
                case Hold():
                    released = self._released
                    self._holding.set()
                    await released.wait()
                case Cut():
                    return
                case Typed(call_id=call_id, text=text):
                    named = _SESSION.findall(json.dumps(self.requests[-1]))
                    arguments = {"session_id": int(named[-1]), "chars": text}
                    await stream.send_all(_event(call(call_id, "write_stdin", arguments)))
                case _:
                    await stream.send_all(_event(part))
        done = {"type": "response.completed", "response": {"id": f"r{number}", "usage": USAGE}}
        await stream.send_all(_event(done))


def _event(event: Mapping[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _plain(code: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {code} Whatever\r\ncontent-type: application/json\r\nconnection: close\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def _request(stream: trio.SocketStream) -> tuple[bytes, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += await _more(stream)
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += await _more(stream)
    return head, body


async def _more(stream: trio.SocketStream) -> bytes:
    got = await stream.receive_some()
    if not got:
        raise trio.BrokenResourceError("the client hung up before its request was whole")
    return bytes(got)


@asynccontextmanager
async def serving(script: Sequence[Response]) -> AsyncGenerator[Endpoint]:
    """Run an endpoint that answers the n-th request with the n-th response of *script*."""
    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listener.socket.getsockname()[1]
        endpoint = Endpoint(list(script), url=f"http://127.0.0.1:{port}/v1")
        nursery.start_soon(partial(trio.serve_listeners, endpoint.serve, [listener]))
        yield endpoint
        nursery.cancel_scope.cancel()
