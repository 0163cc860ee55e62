"""The model: a request goes out, a stream of events comes back."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

import attrs

from turnfold.events import TokenUsage

Item: TypeAlias = Mapping[str, object]
"""An item of the Responses API as plain JSON: `{"type": "message", ...}`, `{"type": "function_call", ...}`, ..."""


@attrs.frozen(kw_only=True)
class ModelRequest:
    """One request. Retries of it are requests of their own, with a higher `attempt`."""

    request_id: str
    turn_id: str
    model: str | None = None
    instructions: str = ""
    items: tuple[Item, ...] = ()
    """The history, oldest first, with an output for every call."""
    tools: tuple[Item, ...] = ()
    """Descriptions of the tools, as the Responses API takes them."""
    parallel_tool_calls: bool = False
    effort: str | None = None
    attempt: int = 1


@attrs.frozen(kw_only=True)
class ItemBegan:
    """An item is on its way; deltas with its id may follow, then `ItemDone`."""

    item_id: str | None
    item_type: str


@attrs.frozen(kw_only=True)
class Delta:
    """A piece of text of an item."""

    item_id: str | None
    text: str
    channel: str = "message"
    """`message`, `reasoning` or `arguments`."""


@attrs.frozen(kw_only=True)
class ItemDone:
    """An item is complete."""

    item: Item


@attrs.frozen(kw_only=True)
class ResponseDone:
    """The response ended as it should; nothing follows."""

    response_id: str | None = None
    usage: TokenUsage | None = None
    end_turn: bool | None = None
    """False forces another request."""


ModelEvent: TypeAlias = ItemBegan | Delta | ItemDone | ResponseDone


class ModelError(Exception):
    """A request failed.

    Attributes:
        message: what to tell the user.
        code: class of the error, such as `rate_limited`, `server_error`, `stream_cut`, `bad_response`,
            `bad_request`, `unauthorized`, `context_window_exceeded`, `connection_failed`.
        retryable: whether the same request may succeed later.
        retry_after_s: seconds that the server asks to wait; None when it does not say.
    """

    def __init__(
        self, message: str, *, code: str, retryable: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class Model(Protocol):
    """A model that answers requests. It makes one attempt; the turn decides about retries and logs each."""

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]:
        """Open the response to *request*; leaving the context closes it at any point of the stream.

        The iterator ends after `ResponseDone`. Raises ModelError, from the context manager or the iterator.
        """
        ...
