"""A model that says what it was told to say: responses are data, and every request is kept."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import TypeAlias

import attrs
import trio

from turnfold.core.engine.fakes.clock import CountedIds
from turnfold.core.engine.ports import (
    Delta,
    Ids,
    Item,
    ItemBegan,
    ItemDone,
    ModelError,
    ModelEvent,
    ModelRequest,
    ResponseDone,
)
from turnfold.events import TokenUsage


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@attrs.frozen
class Say:
    """A message of the assistant, in one piece of text or in several."""

    deltas: tuple[str, ...] = attrs.field(converter=_texts)
    """Each piece is a delta; the message is all of them."""


@attrs.frozen
class Think:
    """A reasoning item with a summary, in one piece of text or in several."""

    deltas: tuple[str, ...] = attrs.field(converter=_texts)


@attrs.frozen
class CallTool:
    """A call of a tool."""

    name: str
    arguments: object = attrs.field(factory=dict[str, object])
    """A mapping is written as JSON for a function; text goes out as it stands, so that it may be malformed.
    The input of a custom tool is text. The action of `local_shell_call` is a mapping."""
    call_id: str | None = attrs.field(default=None, kw_only=True)
    """`call-<n>` when not given, counted in the model."""
    call_type: str = attrs.field(default="function_call", kw_only=True)
    """`function_call`, `custom_tool_call` or `local_shell_call`."""


@attrs.frozen
class Emit:
    """An item as it is, of whatever type: it begins and is done."""

    item: Item


@attrs.frozen
class Pause:
    """Silence, on trio's clock."""

    seconds: float


@attrs.frozen
class WaitAt:
    """Silence until the test opens the gate of this name."""

    gate: str


@attrs.frozen
class Fail:
    """The response breaks off with this error."""

    message: str = "the script says so"
    code: str = attrs.field(default="server_error", kw_only=True)
    retryable: bool = attrs.field(default=False, kw_only=True)
    retry_after_s: float | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(kw_only=True)
class End:
    """The response ends as it should. A response without this step ends so too, without usage."""

    usage: TokenUsage | None = None
    end_turn: bool | None = None


Step: TypeAlias = Say | Think | CallTool | Emit | Pause | WaitAt | Fail | End

Script: TypeAlias = Iterable[Iterable[Step]] | Callable[[ModelRequest], Iterable[Step]]
"""The responses in order, or what finds the response to a request: for tests in which the order of requests differs."""


class Gate:
    """A point in a response at which the model stands still until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = trio.Event()
        """Set when the model has come to it."""
        self._open = trio.Event()

    def open(self) -> None:
        """Let the model pass, now and later."""
        self._open.set()

    async def pass_through(self) -> None:
        """Say that it was reached, and wait until it is open."""
        self.reached.set()
        await self._open.wait()


class ScriptedModel:
    """Gives the n-th response to the n-th request, whoever asks; a retry is a request too. Or asks a function for it.

    There is a checkpoint before each event, so an explored schedule can interrupt between any two. Ids are counted
    and come out the same in every run. A request beyond the last response fails with a ModelError of code
    `script_exhausted`.

    Args:
        responses: for each request the steps of its response, or a function that is given the request.
        ids: names items and calls; counted ones when not given. A session that goes on from its log wants others
            than those that are in it.
    """

    def __init__(self, responses: Script = (), ids: Ids | None = None) -> None:
        self._answer = responses if callable(responses) else None
        self._responses = () if callable(responses) else tuple(tuple(steps) for steps in responses)
        self._ids: Ids = CountedIds() if ids is None else ids
        self._gates: dict[str, Gate] = {}
        self.requests: list[ModelRequest] = []
        """Every request that was begun, in order. One that was cancelled before it began is not among them."""
        self.open_streams = 0
        """Number of responses that are being streamed now."""

    @property
    def left(self) -> int:
        """Number of responses that nobody asked for yet."""
        return max(0, len(self._responses) - len(self.requests))

    def gate(self, name: str) -> Gate:
        """Return the gate called *name*; it is made when first asked for, by the test or by the script."""
        return self._gates.setdefault(name, Gate())

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]:
        """Open the next response. See `ports.Model`."""
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        await trio.lowlevel.checkpoint()
        self.requests.append(request)
        number = len(self.requests)
        steps = self._steps(number, request)
        self.open_streams += 1
        try:
            async with aclosing(self._play(number, steps)) as events:
                yield events
        finally:
            self.open_streams -= 1

    def _steps(self, number: int, request: ModelRequest) -> Iterable[Step]:
        if self._answer is not None:
            return self._answer(request)
        if number > len(self._responses):
            raise ModelError(
                f"request {number} (attempt {request.attempt} in turn {request.turn_id}) has no response:"
                f" the script holds {len(self._responses)}; add one more, or ask less often",
                code="script_exhausted",
            )
        return self._responses[number - 1]

    async def _play(self, number: int, steps: Iterable[Step]) -> AsyncGenerator[ModelEvent, None]:
        for step in (*steps, End()):
            match step:
                case Pause(seconds):
                    await trio.sleep(seconds)
                case WaitAt(name):
                    await self.gate(name).pass_through()
                case Fail(message, code=code, retryable=retryable, retry_after_s=retry_after_s):
                    await trio.lowlevel.checkpoint()
                    raise ModelError(message, code=code, retryable=retryable, retry_after_s=retry_after_s)
                case End(usage=usage, end_turn=end_turn):
                    await trio.lowlevel.checkpoint()
                    yield ResponseDone(response_id=f"response-{number}", usage=usage, end_turn=end_turn)
                    return
                case _:
                    for event in self._item(step):
                        await trio.lowlevel.checkpoint()
                        yield event

    def _item(self, step: Say | Think | CallTool | Emit) -> Iterator[ModelEvent]:
        match step:
            case Say(deltas):
                yield from self._text("message", "message", deltas)
            case Think(deltas):
                yield from self._text("reasoning", "reasoning", deltas)
            case CallTool():
                item = self._call(step)
                yield ItemBegan(item_id=str(item["id"]), item_type=step.call_type)
                yield ItemDone(item=item)
            case Emit(item):
                item_id = item.get("id")
                yield ItemBegan(
                    item_id=item_id if isinstance(item_id, str) else None, item_type=str(item.get("type"))
                )
                yield ItemDone(item=item)

    def _text(self, item_type: str, channel: str, deltas: tuple[str, ...]) -> Iterator[ModelEvent]:
        item_id = self._ids.new(item_type)
        yield ItemBegan(item_id=item_id, item_type=item_type)
        for delta in deltas:
            yield Delta(item_id=item_id, text=delta, channel=channel)
        text = "".join(deltas)
        if item_type == "message":
            content = [{"type": "output_text", "text": text}]
            yield ItemDone(item={"type": "message", "id": item_id, "role": "assistant", "content": content})
        else:
            summary = [{"type": "summary_text", "text": text}]
            yield ItemDone(item={"type": "reasoning", "id": item_id, "summary": summary})

    def _call(self, step: CallTool) -> Mapping[str, object]:
        item: dict[str, object] = {"type": step.call_type, "id": self._ids.new("item")}
        item["call_id"] = step.call_id or self._ids.new("call")
        match step.call_type:
            case "local_shell_call":
                return {**item, "status": "completed", "action": step.arguments}
            case "custom_tool_call":
                return {**item, "name": step.name, "input": step.arguments}
            case _:
                text = step.arguments if isinstance(step.arguments, str) else json.dumps(step.arguments)
                return {**item, "name": step.name, "arguments": text}
