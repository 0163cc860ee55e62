"""One answer of the model: a request, its stream, its retries. Every attempt is in the log."""

from collections.abc import Callable, Mapping

import attrs
import trio

from turnfold.core.engine.feed import Streamed
from turnfold.core.engine.models import normalize
from turnfold.core.engine.ports import (
    Delta,
    Desk,
    Item,
    ItemBegan,
    ItemDone,
    ModelError,
    ModelEvent,
    ModelRequest,
    ResponseDone,
    ToolCall,
)
from turnfold.core.engine.turn.calls import Calls
from turnfold.core.engine.turn.kit import Kit
from turnfold.events import (
    Event,
    ItemCompleted,
    ItemStarted,
    MessageRecorded,
    ModelRequestFailed,
    ModelRequestStarted,
    ModelResponseCompleted,
    StreamErrorRaised,
    TokenUsage,
    TokenUsageReported,
    ToolCallRequested,
    event_of_item,
)

ITEM_TYPES: Mapping[str, str] = {"message": "AgentMessage", "reasoning": "Reasoning"}
"""Items of the model that clients are shown as items, by type; calls show themselves by their own events."""


@attrs.define
class Answer:
    """What came of a request."""

    message: str | None = None
    """The last message of the assistant."""
    end_turn: bool | None = None
    usage: TokenUsage | None = None
    called: bool = False
    """Whether it calls a tool."""


@attrs.frozen(kw_only=True)
class Prompt:
    """What a request is made of."""

    instructions: str
    items: tuple[Item, ...]
    tools: tuple[Item, ...] = ()


class Sampling:
    """Asks the model on behalf of one turn."""

    def __init__(self, kit: Kit, desk: Desk, calls: Calls) -> None:
        self._kit = kit
        self._desk = desk
        self._calls = calls
        self.first_token_us: int | None = None
        """When the turn's first token came."""

    async def sample(
        self, prompt: Callable[[], Prompt], input_ids: tuple[str, ...] = (), *, record: bool = True
    ) -> Answer:
        """Ask until the model answers, and record what it says.

        Each attempt makes its own *prompt*: calls of a stream that broke off have their outputs in it. With
        *record* false (a compaction) its items are not recorded. Calls are begun, not waited for. Raises ModelError
        when it does not answer.
        """
        attempt = 1
        while True:
            request = self._request(prompt(), attempt)
            await self._desk.record(
                ModelRequestStarted(
                    turn_id=self._desk.turn_id,
                    request_id=request.request_id,
                    model=request.model,
                    attempt=attempt,
                    input_ids=input_ids,
                )
            )
            try:
                return await self._stream(request, record=record)
            except ModelError as error:
                delay_s = self._delay_s(error, attempt, request.request_id)
                await self._failed(request, error, will_retry=delay_s is not None)
                if delay_s is None:
                    raise
                await trio.sleep(delay_s)
                # What the broken stream had called runs; its outputs belong before the next request.
                await self._calls.drain()
            attempt, input_ids = attempt + 1, ()

    def _request(self, prompt: Prompt, attempt: int) -> ModelRequest:
        options = self._kit.options
        tools = self._kit.tools.values()
        return ModelRequest(
            request_id=self._desk.new_id("request"),
            turn_id=self._desk.turn_id,
            model=self._desk.state.settings.model or options.model,
            instructions=prompt.instructions,
            items=normalize(prompt.items),
            tools=prompt.tools,
            parallel_tool_calls=any(tool.parallel for tool in tools),
            effort=options.effort,
            attempt=attempt,
        )

    def _delay_s(self, error: ModelError, attempt: int, key: str) -> float | None:
        return self._kit.backoff.delay_s(attempt, error.retry_after_s, key) if error.retryable else None

    async def _failed(self, request: ModelRequest, error: ModelError, *, will_retry: bool) -> None:
        failed = ModelRequestFailed(
            turn_id=self._desk.turn_id,
            request_id=request.request_id,
            message=error.message,
            error_code=error.code,
            will_retry=will_retry,
        )
        told: tuple[Event, ...] = (failed,)
        if will_retry:
            told = (failed, StreamErrorRaised(message=error.message, error_code=error.code))
        await self._desk.record(*told)

    async def _stream(self, request: ModelRequest, *, record: bool) -> Answer:
        answer = Answer()
        async with self._kit.model.stream(request) as events:
            async for event in events:
                if self.first_token_us is None and not isinstance(event, ResponseDone):
                    self.first_token_us = self._desk.now_us()
                if isinstance(event, ResponseDone):
                    await self._done(request, event)
                    answer.end_turn, answer.usage = event.end_turn, event.usage
                    return answer
                await self._take(event, answer, record=record)
        raise ModelError(
            "the stream ended before the response was complete", code="stream_cut", retryable=True
        )

    async def _take(self, event: ModelEvent, answer: Answer, *, record: bool) -> None:
        match event:
            case Delta() if record:
                streamed = Streamed(self._desk.turn_id, event.item_id, event.text, event.channel)
                self._kit.kernel.feed.publish(streamed)
            case ItemBegan() if record:
                await self._began(event)
            case ItemDone(item=item):
                await self._item(item, answer, record=record)
            case _:
                pass

    async def _began(self, event: ItemBegan) -> None:
        shown = ITEM_TYPES.get(event.item_type)
        if shown is not None and event.item_id is not None:
            await self._desk.record(
                ItemStarted(
                    turn_id=self._desk.turn_id,
                    item_id=event.item_id,
                    item_type=shown,
                    started_at_ms=self._desk.now_us() // 1000,
                )
            )

    async def _item(self, item: Item, answer: Answer, *, record: bool) -> None:
        event = event_of_item(item, self._desk.turn_id)
        if isinstance(event, MessageRecorded) and event.role == "assistant":
            answer.message = event.text
        if not record:
            return
        if isinstance(event, ToolCallRequested):
            await self._call(event)
            answer.called = True
            return
        await self._desk.record(*self._completed(item, event), event)

    def _completed(self, item: Item, event: Event) -> tuple[Event, ...]:
        kind, item_id = item.get("type"), item.get("id")
        shown = ITEM_TYPES.get(kind) if isinstance(kind, str) else None
        if shown is None or not isinstance(item_id, str):
            return ()
        return (
            ItemCompleted(
                turn_id=self._desk.turn_id,
                item_id=item_id,
                item_type=shown,
                text=event.text if isinstance(event, MessageRecorded) else None,
                completed_at_ms=self._desk.now_us() // 1000,
            ),
        )

    async def _call(self, event: ToolCallRequested) -> None:
        """Record the call before anything of it runs (§2.7/85)."""
        call_id = event.call_id
        if call_id is None:
            call_id = self._desk.new_id("call")
            event = attrs.evolve(event, call_id=call_id)
        if call_id in self._desk.state.calls:
            raise ModelError(f"the model used the call id `{call_id}` twice", code="bad_response")
        await self._desk.record(event)
        self._calls.begin(
            ToolCall(
                call_id=call_id,
                name=event.name or event.call_type,
                turn_id=self._desk.turn_id,
                call_type=event.call_type,
                arguments=event.arguments,
            )
        )

    async def _done(self, request: ModelRequest, done: ResponseDone) -> None:
        turn_id = self._desk.turn_id
        completed = ModelResponseCompleted(
            turn_id=turn_id,
            request_id=request.request_id,
            response_id=done.response_id,
            usage=done.usage,
            end_turn=done.end_turn,
        )
        if done.usage is None:
            await self._desk.record(completed)
            return
        report = TokenUsageReported(
            total=added(self._desk.state.tokens, done.usage),
            last=done.usage,
            model_context_window=self._kit.options.context_window,
            turn_id=turn_id,
        )
        await self._desk.record(completed, report)


def added(total: TokenUsage | None, usage: TokenUsage) -> TokenUsage:
    """The session's tokens with those of one more response."""
    if total is None:
        return usage
    written = (total.cache_write_input_tokens, usage.cache_write_input_tokens)
    return TokenUsage(
        input_tokens=total.input_tokens + usage.input_tokens,
        cached_input_tokens=total.cached_input_tokens + usage.cached_input_tokens,
        cache_write_input_tokens=None if written == (None, None) else sum(each or 0 for each in written),
        output_tokens=total.output_tokens + usage.output_tokens,
        reasoning_output_tokens=total.reasoning_output_tokens + usage.reasoning_output_tokens,
        total_tokens=total.total_tokens + usage.total_tokens,
    )
