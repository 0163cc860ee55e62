"""Carrying bytes between a client of the proxy and the host that it may reach."""

from typing import Final

import h11
import trio

PIECE: Final = 65_536
"""Bytes that are read at once: more than this is never held for one direction."""

HEAD_MAX: Final = 65_536
"""Bytes that the head of a request or response may have."""

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"upgrade",
    }
)
"""Fields that are meant for the next hop only (RFC 9110, 7.6.1); h11 sees to `transfer-encoding`."""

Headers = list[tuple[bytes, bytes]]


class Peer:
    """One side of a connection: its bytes and its HTTP."""

    def __init__(self, stream: trio.SocketStream, role: type[h11.CLIENT] | type[h11.SERVER]) -> None:
        self.stream = stream
        self.http = h11.Connection(role, max_incomplete_event_size=HEAD_MAX)

    async def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what the other side says next. Raises h11.RemoteProtocolError and trio.BrokenResourceError."""
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                if self.http.they_are_waiting_for_100_continue:
                    await self.send(h11.InformationalResponse(status_code=100, headers=[]))
                self.http.receive_data(await self.stream.receive_some(PIECE))
                continue
            return event

    async def send(self, event: h11.Event) -> None:
        """Say something. Raises trio.BrokenResourceError, and h11.LocalProtocolError for what makes no sense."""
        data = self.http.send(event)
        if data:
            await self.stream.send_all(data)


def end_to_end(headers: Headers) -> Headers:
    """Return the fields that go on to the other side: not those of this hop, nor those that `Connection` names."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name not in HOP_BY_HOP | named]


async def tunnel(client: trio.SocketStream, early: bytes, server: trio.SocketStream) -> None:
    """Carry bytes both ways until both sides said that they are done; *early* is what the client sent already."""

    async def carry(source: trio.SocketStream, sink: trio.SocketStream) -> None:
        try:
            while data := await source.receive_some(PIECE):
                await sink.send_all(data)
            await sink.send_eof()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            # Cut off: what the other direction still has would reach nobody.
            nursery.cancel_scope.cancel()

    if early:
        await server.send_all(early)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(carry, client, server)
        nursery.start_soon(carry, server, client)


async def forward(client: Peer, request: h11.Request, target: bytes, server: Peer) -> bool:
    """Send *request* on in origin form and its response back; return whether a response was begun.

    Each connection carries one request, so both sides are told that it closes. Raises h11.ProtocolError and
    trio.BrokenResourceError.
    """
    headers = [*end_to_end(list(request.headers)), (b"connection", b"close")]
    await server.send(h11.Request(method=request.method, target=target, headers=headers))
    begun = False

    async def send_body() -> None:
        try:
            while True:
                event = await client.next_event()
                if not isinstance(event, (h11.Data, h11.EndOfMessage)):
                    return
                await server.send(event)
                if isinstance(event, h11.EndOfMessage):
                    return
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            # A server may answer, and close, without reading the body: its response counts.
            return
        except h11.ProtocolError:
            nursery.cancel_scope.cancel()

    async def bring_back() -> None:
        nonlocal begun
        while True:
            event = await server.next_event()
            if isinstance(event, h11.Response):
                begun = True
                fields = [*end_to_end(list(event.headers)), (b"connection", b"close")]
                await client.send(
                    h11.Response(status_code=event.status_code, headers=fields, reason=event.reason)
                )
            elif isinstance(event, (h11.Data, h11.EndOfMessage)):
                await client.send(event)
            if isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
                return

    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(send_body)
        try:
            await bring_back()
        except (h11.ProtocolError, trio.BrokenResourceError) as problem:
            failure = problem
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return begun
