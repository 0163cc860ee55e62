"""A client of the Responses API."""

import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from turnfold.core.engine.models.wire import Reading
from turnfold.core.engine.ports import ModelError, ModelEvent, ModelRequest, ResponseDone

if TYPE_CHECKING:
    import httpx

    from turnfold.core.engine.models.transport import Limits, Posting


class ResponsesModel:
    """Asks an endpoint that speaks the Responses API, and streams its answer. One attempt a request.

    The history is sent with every request and the endpoint stores nothing (`store: false`). Each request has a
    connection of its own, closed as soon as the response is completed, left or cancelled.

    Errors, as `ModelError.code`: `connection_failed`, `idle_timeout`, `stream_cut`, `server_error`, `rate_limited`
    (these may be retried), `bad_response` (retried unless the endpoint is plainly no Responses API),
    `response_incomplete`, `quota_exceeded`, `context_window_exceeded`, `unauthorized`, `not_found`, `bad_request`.

    Args:
        base_url: such as `https://api.example.com/v1`; `/responses` is put behind it.
        api_key: sent as a bearer token. It is in no message and no repr.
        headers: sent too; they win over ours.
        model: asked for by requests that name none.
        encrypted_reasoning: ask for the reasoning in encrypted form, so that later requests can hand it back.
            Endpoints refuse that for models that do not reason: turn it off for those.
        extra: further fields of the body, which win over ours.
        connect_timeout_s: seconds until a connection stands.
        idle_timeout_s: seconds without an event, also before the first, after which the response counts as dead
            (300 in Codex).
        event_bytes_max: bytes without the end of an event after which the endpoint counts as broken.
        proxies_from_env: heed `HTTPS_PROXY` and the like. They are ignored otherwise: a command of the agent may
            have set them.
        client: a client of your own, with your pool, proxies and certificates; it is used and never closed.

    Raises:
        ValueError: the URL is not one of HTTP, or the key cannot stand in a header.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        model: str | None = None,
        encrypted_reasoning: bool = True,
        extra: Mapping[str, object] | None = None,
        connect_timeout_s: float = 15.0,
        idle_timeout_s: float = 300.0,
        event_bytes_max: int = 16 * 1024 * 1024,
        proxies_from_env: bool = False,
        client: "httpx.AsyncClient | None" = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"base_url must be an http:// or https:// URL with a host, not {base_url!r}")
        if api_key is not None and (
            not api_key.isascii() or not api_key.isprintable() or not api_key.strip()
        ):
            raise ValueError(
                "api_key must be printable ASCII: is there a line break or a space too many in it?"
            )
        self._url = f"{base_url.rstrip('/')}/responses"
        self._headers = {
            "accept": "text/event-stream",
            "accept-encoding": "identity",
            "content-type": "application/json",
            **({"authorization": f"Bearer {api_key.strip()}"} if api_key is not None else {}),
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        self._model = model
        self._encrypted_reasoning = encrypted_reasoning
        self._extra = dict(extra or {})
        self._bounds = (connect_timeout_s, idle_timeout_s, event_bytes_max)
        self._proxies_from_env = proxies_from_env
        self._client = client
        self._ssl: ssl.SSLContext | None = None

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]:
        """Open the response to *request*. See `ports.Model`."""
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        from turnfold.core.engine.models.transport import Limits, Posting

        connect_s, idle_s, event_bytes_max = self._bounds
        limits = Limits(connect_s=connect_s, idle_s=idle_s, event_bytes_max=event_bytes_max)
        posting = Posting(self._url, self._headers, self._body(request))
        if self._client is not None:
            opened = _reading(posting, limits, self._client)
            async with aclosing(opened) as events:
                yield events
            return
        async with self._own_client() as client, aclosing(_reading(posting, limits, client)) as events:
            yield events

    def _own_client(self) -> "httpx.AsyncClient":
        import httpx

        if self._ssl is None:
            # Loading the certificates takes longer than all else that a client needs.
            self._ssl = httpx.create_ssl_context(trust_env=self._proxies_from_env)
        return httpx.AsyncClient(verify=self._ssl, trust_env=self._proxies_from_env)

    def _body(self, request: ModelRequest) -> bytes:
        model = request.model or self._model
        body: dict[str, object] = {
            **({"model": model} if model is not None else {}),
            "instructions": request.instructions,
            "input": request.items,
            "tools": request.tools,
            "tool_choice": "auto",
            "parallel_tool_calls": request.parallel_tool_calls,
            **({"reasoning": {"effort": request.effort, "summary": "auto"}} if request.effort else {}),
            "include": ["reasoning.encrypted_content"] if self._encrypted_reasoning else [],
            "store": False,
            "stream": True,
            **self._extra,
        }
        try:
            return json.dumps(body, default=_plain, allow_nan=False, separators=(",", ":")).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise ModelError(f"the request cannot be written as JSON: {error}", code="bad_request") from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, object]", value))
    raise TypeError(f"{type(value).__name__} is no JSON")


async def _reading(
    posting: "Posting", limits: "Limits", client: "httpx.AsyncClient"
) -> AsyncGenerator[ModelEvent, None]:
    from turnfold.core.engine.models.transport import cut, posted

    reading = Reading()
    async with posted(posting, limits, client) as events:
        async for event in events:
            for meant in reading.feed(event.event, event.data):
                yield meant
                if isinstance(meant, ResponseDone):
                    return
    raise cut("the endpoint closed the stream")
