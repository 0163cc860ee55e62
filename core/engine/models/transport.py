"""Server-sent events over HTTP, bounded in time and memory. Imports httpx, so import it where it is used."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import attrs
import httpx
import httpx_sse
import trio

from turnfold.core.engine.models.failures import failure_of_status
from turnfold.core.engine.ports import ModelError

_ERROR_BODY_MAX = 64 * 1024
"""How much of an error's body is read, in bytes."""


@attrs.frozen(kw_only=True)
class Limits:
    """Bounds of one request."""

    connect_s: float
    idle_s: float
    event_bytes_max: int


@attrs.frozen
class Posting:
    """A request as it goes out."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class _Bounded(httpx.AsyncByteStream):
    """The bytes of a response, as long as there are not too many between two events."""

    def __init__(self, inner: httpx.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._limit = limit
        self._pending = 0

    def event_ended(self) -> None:
        self._pending = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._inner)
        async for chunk in chunks:
            self._pending += len(chunk)
            if self._pending > self._limit:
                await _unwind(chunks)
                raise ModelError(
                    f"the model endpoint sent more than {self._limit} bytes without ending an event",
                    code="bad_response",
                )
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


@asynccontextmanager
async def posted(
    posting: Posting, limits: Limits, client: httpx.AsyncClient
) -> AsyncGenerator[AsyncIterator[httpx_sse.ServerSentEvent], None]:
    """Send *posting* and hand out the events of the answer; leaving closes the connection. Raises ModelError."""
    response = await _answer(posting, limits, client)
    events: AsyncGenerator[httpx_sse.ServerSentEvent, None] | None = None
    try:
        if response.status_code != 200:
            raise failure_of_status(response.status_code, response.headers, await _body(response, limits))
        bounded = _bounded(response, limits)
        source = httpx_sse.EventSource(response).aiter_sse()
        events = _events(source, bounded, limits)
        yield events
    finally:
        if events is not None:
            await _unwind(events)
        with trio.CancelScope(shield=True, deadline=trio.current_time() + 1):
            await response.aclose()


async def _answer(posting: Posting, limits: Limits, client: httpx.AsyncClient) -> httpx.Response:
    timeout = httpx.Timeout(None, connect=limits.connect_s)
    try:
        request = client.build_request(
            "POST", posting.url, headers=dict(posting.headers), content=posting.body, timeout=timeout
        )
        with trio.move_on_after(limits.idle_s):
            return await client.send(request, stream=True, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise _unreachable(posting.url, error) from error
    raise _idle(limits)


def _unreachable(url: str, error: Exception) -> ModelError:
    seen: BaseException | None = error
    refused = isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | httpx.LocalProtocolError)
    while seen is not None:
        refused = refused or isinstance(seen, ssl.SSLCertVerificationError)
        seen = seen.__cause__ or seen.__context__
    said = str(error) or type(error).__name__
    return ModelError(
        f"the model endpoint {url} cannot be reached: {said}", code="connection_failed", retryable=not refused
    )


def _idle(limits: Limits) -> ModelError:
    return ModelError(
        f"the model endpoint said nothing for {limits.idle_s:g} seconds", code="idle_timeout", retryable=True
    )


async def _body(response: httpx.Response, limits: Limits) -> bytes:
    """Return the beginning of an error's body, as much as comes in time."""
    body = b""
    chunks = aiter(response.aiter_raw())
    with trio.move_on_after(min(limits.idle_s, 10)), suppress(httpx.HTTPError):
        async for chunk in chunks:
            body += chunk[: _ERROR_BODY_MAX - len(body)]
            if len(body) >= _ERROR_BODY_MAX:
                break
    await _unwind(chunks)
    return body


def _bounded(response: httpx.Response, limits: Limits) -> _Bounded:
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        raise ModelError(
            f"the model endpoint answered with {content_type or 'no content type'} and not with text/event-stream:"
            " is the base URL that of a Responses API?",
            code="bad_response",
        )
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ModelError(
            "the model endpoint compressed its stream, which it was asked not to do", code="bad_response"
        )
    inner = response.stream
    if not isinstance(inner, httpx.AsyncByteStream):
        raise TypeError("the httpx client is not an asynchronous one")
    # Events are UTF-8 whatever the header says; a byte order mark in front does not count.
    response.encoding = "utf-8-sig"
    response.stream = _Bounded(inner, limits.event_bytes_max)
    return response.stream


async def _events(
    source: AsyncGenerator[httpx_sse.ServerSentEvent, None], bounded: _Bounded, limits: Limits
) -> AsyncGenerator[httpx_sse.ServerSentEvent, None]:
    try:
        while True:
            event = await _next(source, limits)
            if event is None:
                return
            bounded.event_ended()
            yield event
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise cut(str(error) or type(error).__name__) from error
    finally:
        await _unwind(source)


async def _next(
    source: AsyncIterator[httpx_sse.ServerSentEvent], limits: Limits
) -> httpx_sse.ServerSentEvent | None:
    with trio.move_on_after(limits.idle_s):
        return await anext(source, None)
    raise _idle(limits)


def cut(why: str) -> ModelError:
    """Return the error for a stream that ended too early."""
    return ModelError(
        f"the response broke off before it was completed: {why}", code="stream_cut", retryable=True
    )


async def _unwind(source: AsyncIterator[object]) -> None:
    """End a chain of generators from its innermost: httpx closes only the outermost, and trio warns about the rest.

    Under a cancelled scope the next read raises at once, through all of them.
    """
    with trio.CancelScope() as scope:
        scope.cancel()
        with suppress(httpx.HTTPError, httpx.StreamError, ModelError):
            async for _ in source:
                pass
