"""The proxy with a real client, a real server, and peers that misbehave."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs
import httpx
import pytest
import trio

from turnfold.core.engine.network import REASON, REASON_HEADER, Proxy, Verdict
from turnfold.core.network import Target

ALLOWED = Verdict(allowed=True)
Handler = Callable[[trio.SocketStream, bytes], Awaitable[None]]


@attrs.define(eq=False)
class Judge:
    """A service that says what the test wants."""

    verdict: Verdict = ALLOWED
    waits: bool = False
    asked: list[tuple[str, str | None]] = attrs.field(factory=list[tuple[str, str | None]])
    taken_back: trio.Event = attrs.field(factory=trio.Event)
    reached: trio.Event = attrs.field(factory=trio.Event)

    async def request(self, target: Target, registration_id: str | None = None) -> Verdict:
        """Keep what was asked, and answer."""
        self.asked.append((target.text, registration_id))
        self.reached.set()
        if self.waits:
            try:
                await trio.sleep_forever()
            finally:
                self.taken_back.set()
        return self.verdict


async def hello(stream: trio.SocketStream, head: bytes) -> None:
    """Answer with the first line of the request."""
    line = head.split(b"\r\n", 1)[0]
    await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(line), line))


async def cut_off(stream: trio.SocketStream, head: bytes) -> None:
    """Announce more than is sent."""
    assert head
    await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf")


async def garbage(stream: trio.SocketStream, head: bytes) -> None:
    """Answer with what is no response."""
    assert head
    await stream.send_all(b"\x00\x01\x02 what\r\n\r\n")


async def silent(stream: trio.SocketStream, head: bytes) -> None:
    """Close without a word."""
    assert stream.socket.fileno() >= 0
    assert head


async def echo(stream: trio.SocketStream, head: bytes) -> None:
    """Send everything back."""
    await stream.send_all(head)
    while data := await stream.receive_some():
        await stream.send_all(data)
    await stream.send_eof()


async def posted(stream: trio.SocketStream, head: bytes) -> None:
    """Answer with the number of bytes of a chunked or sized body, chunked."""
    data = head
    while b"end" not in data:
        data += await stream.receive_some()
    count = b"%d" % data.count(b"~")
    await stream.send_all(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(count), count)
    )


@attrs.define(eq=False)
class Place:
    """A proxy and a server."""

    proxy: Proxy
    port: int
    judge: Judge

    @property
    def url(self) -> str:
        """An address at the server."""
        return f"http://127.0.0.1:{self.port}/path?q=1"

    def client(self, registration_id: str = "n/1") -> httpx.AsyncClient:
        """Return a client that goes by the proxy."""
        return httpx.AsyncClient(proxy=self.proxy.env(registration_id)["HTTP_PROXY"], trust_env=False)

    async def raw(self, data: bytes) -> bytes:
        """Send *data* to the proxy and return all that comes back."""
        stream = await trio.open_tcp_stream("127.0.0.1", self.proxy.port)
        async with stream:
            await stream.send_all(data)
            return b"".join([piece async for piece in stream])


@asynccontextmanager
async def place(handler: Handler = hello, judge: Judge | None = None) -> AsyncGenerator[Place, None]:
    """Open a proxy and a server whose connections *handler* serves."""
    judge = judge or Judge()
    proxy = Proxy()

    async def serve(stream: trio.SocketStream) -> None:
        async with stream:
            await handler(stream, await stream.receive_some())

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, serve, listeners)
        await nursery.start(proxy.serve, judge)
        with trio.fail_after(30):
            yield Place(proxy, listeners[0].socket.getsockname()[1], judge)
        nursery.cancel_scope.cancel()


def test_a_request_passes() -> None:
    """In origin form, attributed by the credentials of its environment."""

    async def claim() -> None:
        async with place() as here, here.client() as client:
            answer = await client.get(here.url)
            assert (200, "GET /path?q=1 HTTP/1.1") == (answer.status_code, answer.text)
            assert [(f"http://127.0.0.1:{here.port}", "n/1")] == here.judge.asked

    trio.run(claim)


def test_bodies_pass_both_ways() -> None:
    """A body without a length arrives whole, and a chunked response too."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        for _ in range(50):
            yield b"~" * 10_000
        yield b"end"

    async def claim() -> None:
        async with place(posted) as here, here.client() as client:
            answer = await client.post(here.url, content=pieces())
            assert "500000" == answer.text

    trio.run(claim)


@pytest.mark.covers("D3")
def test_a_refusal_names_its_reason() -> None:
    """Status 403, the reason in a field, the message in the body; the server is not reached."""

    async def claim() -> None:
        judge = Judge(Verdict(allowed=False, message="not this host"))
        async with place(judge=judge) as here, here.client() as client:
            answer = await client.get(here.url)
            assert (403, "not_allowed", "not this host\n") == (
                answer.status_code,
                answer.headers[REASON_HEADER],
                answer.text,
            )
            assert "not_allowed" == REASON
            with pytest.raises(httpx.ProxyError, match="403"):
                await client.get(f"https://127.0.0.1:{here.port}/")
            assert f"https://127.0.0.1:{here.port}" == judge.asked[-1][0]

    trio.run(claim)


def test_a_tunnel_carries_bytes() -> None:
    """Both ways, what was sent early included, until both sides are done."""

    async def claim() -> None:
        async with place(echo) as here:
            stream = await trio.open_tcp_stream("127.0.0.1", here.proxy.port)
            async with stream:
                await stream.send_all(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: a\r\n\r\nearly " % here.port)
                await stream.send_all(b"and late")
                await stream.send_eof()
                said = b"".join([piece async for piece in stream])
            head, _, body = said.partition(b"\r\n\r\n")
            assert (b"HTTP/1.1 200 Connected", b"early and late") == (head.split(b"\r\n")[0], body)

    trio.run(claim)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01 garbage\r\n\r\n", b"400"),
        (b"GET /origin HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET http://a%20b/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"CONNECT nowhere HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"CONNECT a:99999 HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET http://a/ HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70_000, b"431"),
    ],
)
def test_what_is_no_request_is_answered(sent: bytes, status: bytes) -> None:
    """Garbage, other forms and huge heads get an answer, and nobody is asked."""

    async def claim() -> None:
        async with place() as here:
            assert status == (await here.raw(sent)).split()[1]
            assert [] == here.judge.asked

    trio.run(claim)


@pytest.mark.parametrize("handler", [garbage, silent])
def test_a_server_that_makes_no_sense(handler: Handler) -> None:
    """The client is told with status 502."""

    async def claim() -> None:
        async with place(handler) as here, here.client() as client:
            assert 502 == (await client.get(here.url)).status_code

    trio.run(claim)


def test_a_response_that_is_cut_off() -> None:
    """The client sees that it is not whole, and the proxy goes on."""

    async def claim() -> None:
        async with place(cut_off) as here, here.client() as client:
            for _ in range(2):
                with pytest.raises(httpx.RemoteProtocolError):
                    await client.get(here.url)

    trio.run(claim)


def test_a_host_that_is_not_there() -> None:
    """A connection that fails is a 502."""

    async def claim() -> None:
        async with place() as here, here.client() as client:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            port = listeners[0].socket.getsockname()[1]
            await listeners[0].aclose()
            assert 502 == (await client.get(f"http://127.0.0.1:{port}/")).status_code

    trio.run(claim)


def test_a_client_that_leaves_takes_its_wish_back() -> None:
    """While it waits for a decision, closing the connection cancels the request."""

    async def claim() -> None:
        async with place(judge=Judge(waits=True)) as here:
            stream = await trio.open_tcp_stream("127.0.0.1", here.proxy.port)
            await stream.send_all(b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")
            await here.judge.reached.wait()
            await stream.aclose()
            await here.judge.taken_back.wait()

    trio.run(claim)


class Broken(Judge):
    """A service that breaks."""

    async def request(self, target: Target, registration_id: str | None = None) -> Verdict:
        """Break."""
        raise LookupError(f"{target.text} of {registration_id}")


def test_a_service_that_breaks_denies() -> None:
    """And the proxy goes on; credentials of others name no registration."""

    async def claim() -> None:
        async with place(judge=Broken()) as here:
            for value in (b"Basic !!", b"Basic eDp5", b"Bearer x"):
                head = b"GET http://a/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: %s\r\n\r\n" % value
                said = await here.raw(head)
                assert b"403" == said.split()[1]
                assert b"of None" in said

    trio.run(claim)


def test_a_port_needs_a_proxy_that_serves() -> None:
    """The complaint names the remedy."""
    with pytest.raises(RuntimeError, match=r"Proxy\.serve"):
        assert Proxy().port
