"""An endpoint on loopback that misbehaves as told: it answers each request with given bytes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from functools import partial

import attrs
import trio

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"

Answer = Callable[[trio.SocketStream], Coroutine[object, object, None]]


@attrs.define
class Server:
    """What runs on loopback."""

    url: str = ""
    requests: list[tuple[bytes, object]] = attrs.field(factory=list[tuple[bytes, object]])
    """Head and decoded body of each request."""
    gone: trio.Event = attrs.field(factory=trio.Event)
    """Set when a client hung up on an answer that waits for that."""


async def _read_request(stream: trio.SocketStream) -> tuple[bytes, object]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += await stream.receive_some()
    head, _, body = got.partition(b"\r\n\r\n")
    [length] = [
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    ]
    while len(body) < length:
        body += await stream.receive_some()
    return head, json.loads(body)


async def _serve(server: Server, answer: Answer, stream: trio.SocketStream) -> None:
    async with stream:
        try:
            server.requests.append(await _read_request(stream))
            await answer(stream)
        except trio.BrokenResourceError:
            server.gone.set()


@asynccontextmanager
async def serving(answer: Answer) -> AsyncGenerator[Server, None]:
    """Run a server that answers every request with *answer*."""
    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listener.socket.getsockname()[1]
        server = Server(url=f"http://127.0.0.1:{port}/v1")
        nursery.start_soon(partial(trio.serve_listeners, partial(_serve, server, answer), [listener]))
        yield server
        nursery.cancel_scope.cancel()


def sends(*pieces: bytes) -> Answer:
    """Return an answer that sends *pieces* one by one and hangs up."""

    async def answer(stream: trio.SocketStream) -> None:
        for piece in pieces:
            await stream.send_all(piece)

    return answer


def then_silence(*pieces: bytes, server_gone: Callable[[], None] | None = None) -> Answer:
    """Return an answer that sends *pieces* and then nothing, until the client hangs up."""

    async def answer(stream: trio.SocketStream) -> None:
        for piece in pieces:
            await stream.send_all(piece)
        try:
            while await stream.receive_some():
                pass
        except trio.BrokenResourceError:
            pass
        if server_gone is not None:
            server_gone()

    return answer


def endless(piece: bytes) -> Answer:
    """Return an answer that sends *piece* for as long as the client takes it."""

    async def answer(stream: trio.SocketStream) -> None:
        await stream.send_all(HEAD)
        while True:
            await stream.send_all(piece)

    return answer


def status(line: str, body: bytes = b"", *headers: str) -> Answer:
    """Return an answer with another status."""
    head = "\r\n".join((f"HTTP/1.1 {line}", *headers, f"content-length: {len(body)}", "", ""))
    return sends(head.encode() + body)


def sse(*events: object, end: str = "\n") -> bytes:
    """Return *events* as server-sent events."""
    return "".join(f"data: {json.dumps(event)}{end}{end}" for event in events).encode()


def bytes_of(data: bytes) -> Iterable[bytes]:
    """Return *data* byte by byte."""
    return (data[place : place + 1] for place in range(len(data)))
