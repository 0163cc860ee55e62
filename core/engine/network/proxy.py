"""The proxy: where the commands of a session ask for the network."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import quote, unquote, urlsplit

import attrs
import h11
import trio

from turnfold.core.engine.network.question import Verdict
from turnfold.core.engine.network.relay import Peer, forward, tunnel
from turnfold.core.network import Target, TargetError

REASON: Final = "not_allowed"
"""Why a request is refused, as its client is told (D3)."""

REASON_HEADER: Final = "x-proxy-error"
"""Field of a refusal that names the reason."""

HEAD_TIMEOUT_S: Final = 30.0
"""Seconds that a client may take for the head of its request."""

CONNECT_TIMEOUT_S: Final = 30.0
"""Seconds that the connection to a host may take."""

_USER: Final = "turnfold"
_LOCAL: Final = "localhost,127.0.0.1,::1"


class Decides(Protocol):
    """What the proxy asks: the network service."""

    async def request(self, target: Target, registration_id: str | None = None) -> Verdict:
        """Return whether *target* may be reached."""
        ...


class BadRequest(Exception):
    """A request that no proxy can carry out; the text goes to the client."""


@attrs.frozen
class Wish:
    """What a client asks for."""

    target: Target
    tunnel: bool
    """Whether it wants bytes carried (`CONNECT`) rather than a request."""
    path: bytes
    """The target of the request in origin form; empty for a tunnel."""
    registration_id: str | None
    """The registration that its credentials name; None without any."""


class Proxy:
    """An HTTP proxy on a loopback address, for requests in absolute form and for `CONNECT`.

    It decides nothing: each request is put to the service, and a refused one gets status 403 with the field
    `x-proxy-error: not_allowed`. A connection carries one request. Nothing is kept of what passes.

    A command that has this machine's loopback uses it as it is. One whose sandbox has a network of its own, with
    nothing in it, needs a bridge to the socket; variables tell the sandbox of it (`Bubblewrap`).

    Args:
        socket_path: where to serve on a Unix socket too; None for no bridge.
    """

    def __init__(self, socket_path: str | None = None) -> None:
        self._port: int | None = None
        self._socket_path = socket_path

    @property
    def port(self) -> int:
        """The port. Raises RuntimeError before it serves."""
        if self._port is None:
            raise RuntimeError("the proxy does not serve yet: start `Proxy.serve` in a nursery first")
        return self._port

    def env(self, registration_id: str) -> Mapping[str, str]:
        """Return the variables that point a command at the proxy; the credentials name the registration."""
        url = f"http://{_USER}:{quote(registration_id, safe='')}@127.0.0.1:{self.port}"
        proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        bridge: dict[str, str] = {}
        if self._socket_path is not None:
            bridge = {"TURNFOLD_PROXY_SOCKET": self._socket_path, "TURNFOLD_PROXY_PORT": str(self.port)}
        return {
            **bridge,
            **{name: url for upper in proxies for name in (upper, upper.lower())},
            "NO_PROXY": _LOCAL,
            "no_proxy": _LOCAL,
        }

    async def serve(
        self, service: Decides, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until cancelled; started with `nursery.start`, it gives the port. Raises OSError."""
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self._port = listeners[0].socket.getsockname()[1]
        if self._socket_path is not None:
            listeners.append(await _unix_listener(self._socket_path))

        async def handle(stream: trio.SocketStream) -> None:
            await _Connection(stream, service).run()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, handle, listeners)
            task_status.started(self.port)


async def _unix_listener(path: str) -> trio.SocketListener:
    """Listen at *path*, for this user alone. Raises OSError."""
    listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    await listening.bind(path)
    listening.listen(64)
    return trio.SocketListener(listening)


class _Connection:
    """One connection of a client."""

    def __init__(self, stream: trio.SocketStream, service: Decides) -> None:
        self.client = Peer(stream, h11.SERVER)
        self.service = service

    async def run(self) -> None:
        """Serve one request. Whatever a peer does ends this connection and nothing else."""
        async with self.client.stream:
            try:
                await self._serve()
            except* (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError):
                pass

    async def _serve(self) -> None:
        request: object = None
        with trio.move_on_after(HEAD_TIMEOUT_S):
            try:
                request = await self.client.next_event()
            except h11.RemoteProtocolError as problem:
                await self._answer(problem.error_status_hint, f"not a request: {problem}")
                return
        if request is None:
            await self._answer(408, "the request did not come in time")
        if not isinstance(request, h11.Request):
            return
        try:
            wish = wish_of(request)
        except (BadRequest, TargetError) as problem:
            await self._answer(400, str(problem))
            return
        verdict = await self._ask(wish)
        if verdict is None:
            return
        if not verdict.allowed:
            await self._answer(
                403, verdict.message or f"{wish.target.text} is not allowed", (REASON_HEADER, REASON)
            )
            return
        await self._carry(request, wish)

    async def _ask(self, wish: Wish) -> Verdict | None:
        """Put the wish to the service; None when the client went away meanwhile, which takes the wish back."""
        verdict: Verdict | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch, nursery.cancel_scope)
            try:
                verdict = await self.service.request(wish.target, wish.registration_id)
            except Exception as problem:  # noqa: BLE001 what breaks must not open the network
                verdict = Verdict(allowed=False, message=f"no decision: {type(problem).__name__}: {problem}")
            nursery.cancel_scope.cancel()
        return verdict

    async def _watch(self, scope: trio.CancelScope) -> None:
        """Cancel *scope* when the client closes while it waits. One that sends on is not watched any longer."""
        socket = self.client.stream.socket
        try:
            if not await socket.recv(1, trio.socket.MSG_PEEK):
                scope.cancel()
        except OSError:
            scope.cancel()

    async def _carry(self, request: h11.Request, wish: Wish) -> None:
        try:
            with trio.fail_after(CONNECT_TIMEOUT_S):
                stream = await trio.open_tcp_stream(wish.target.host, wish.target.port)
        except (OSError, trio.TooSlowError) as problem:
            await self._answer(502, f"{wish.target.text} could not be reached: {problem or 'too slow'}")
            return
        async with stream:
            if wish.tunnel:
                await self.client.send(h11.Response(status_code=200, headers=[], reason=b"Connected"))
                await tunnel(self.client.stream, self.client.http.trailing_data[0], stream)
                return
            try:
                begun = await forward(self.client, request, wish.path, Peer(stream, h11.CLIENT))
            except (trio.BrokenResourceError, h11.ProtocolError) as problem:
                await self._answer(502, f"{wish.target.text} broke off: {problem}")
                return
        if not begun:
            await self._answer(502, f"{wish.target.text} closed without a response")

    async def _answer(self, status: int, text: str, *extra: tuple[str, str]) -> None:
        """Answer in the proxy's own name, if an answer is still possible."""
        if self.client.http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        body = f"{text}\n".encode(errors="replace")
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(body))),
            ("connection", "close"),
            *extra,
        ]
        await self.client.send(h11.Response(status_code=status, headers=headers))
        await self.client.send(h11.Data(data=body))
        await self.client.send(h11.EndOfMessage())


def wish_of(request: h11.Request) -> Wish:
    """Return what *request* asks a proxy for. Raises BadRequest and TargetError."""
    registration_id = _registration(request)
    text = request.target.decode("latin-1")
    if request.method == b"CONNECT":
        host, _, port = text.rpartition(":")
        if not host or not (port.isascii() and port.isdigit()):
            raise BadRequest("CONNECT wants <host>:<port>")
        return Wish(Target.of("https", host, int(port[:6])), True, b"", registration_id)
    try:
        url = urlsplit(text)
        port_number = url.port or 80
    except ValueError as problem:
        raise BadRequest(f"no URL: {problem}") from problem
    if url.scheme != "http" or url.hostname is None:
        raise BadRequest("this is a proxy: it wants an absolute http:// URL, or CONNECT")
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return Wish(Target.of("http", url.hostname, port_number), False, path.encode("latin-1"), registration_id)


def _registration(request: h11.Request) -> str | None:
    """Return the registration that the credentials of a request name; None for none, or none of ours."""
    for name, value in request.headers:
        if name == b"proxy-authorization":
            scheme, _, encoded = value.partition(b" ")
            try:
                user, _, word = base64.b64decode(encoded, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return None
            return unquote(word) if (scheme.lower(), user) == (b"basic", _USER) else None
    return None
