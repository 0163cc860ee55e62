"""The events of a Responses stream, read one by one. Pure: text comes in, model events come out."""

import json
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn, cast

from turnfold.core.engine.models.failures import failure_of_event, mapping, text
from turnfold.core.engine.ports import Delta, ItemBegan, ItemDone, ModelError, ModelEvent, ResponseDone
from turnfold.events import TokenUsage

_CHANNELS: Final = {
    "response.output_text.delta": "message",
    "response.refusal.delta": "message",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.reasoning_text.delta": "reasoning",
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "arguments",
}
_NEED_CALL: Final = frozenset({"function_call", "custom_tool_call"})
_SHOWN_MAX: Final = 200
_FINAL_REASONS: Final = frozenset({"max_output_tokens", "content_filter"})
"""Why a response may be incomplete so that the same request would end the same way."""


class Reading:
    """What is known of a response while it comes in. Event types that it does not know are passed over."""

    def __init__(self) -> None:
        self._response_id: str | None = None
        self._begun: set[object] = set()

    def feed(self, name: str, data: str) -> Iterator[ModelEvent]:
        """Yield what one event means; `ResponseDone` is the last. Raises ModelError."""
        if not data.strip() or data.strip() == "[DONE]":
            return
        event = _decoded(data)
        kind = text(event.get("type")) or name
        if kind in _CHANNELS:
            yield self._delta(event, _CHANNELS[kind])
            return
        match kind:
            case "response.created":
                self._response_id = text(mapping(event.get("response")).get("id"))
            case "response.output_item.added":
                yield self._added(event)
            case "response.output_item.done":
                yield from self._done(event)
            case "response.completed":
                yield self._completed(mapping(event.get("response")))
            case "response.failed":
                raise failure_of_event(mapping(mapping(event.get("response")).get("error")))
            case "error":
                raise failure_of_event(mapping(event.get("error")) or event)
            case "response.incomplete":
                _incomplete(mapping(event.get("response")))
            case _:
                pass

    def _delta(self, event: Mapping[str, object], channel: str) -> Delta:
        delta = event.get("delta")
        if not isinstance(delta, str):
            _bad(f"an event of type {event.get('type')} has no text in `delta`")
        return Delta(item_id=text(event.get("item_id")), text=delta, channel=channel)

    def _added(self, event: Mapping[str, object]) -> ItemBegan:
        item = _item(event)
        self._begun.add(_place(event, item))
        return ItemBegan(item_id=text(item.get("id")), item_type=str(item["type"]))

    def _done(self, event: Mapping[str, object]) -> Iterator[ModelEvent]:
        item = _item(event)
        place = _place(event, item)
        if place not in self._begun:
            # Some endpoints only say that an item is done. Who reads us may count on a beginning.
            yield ItemBegan(item_id=text(item.get("id")), item_type=str(item["type"]))
        self._begun.discard(place)
        if item["type"] in _NEED_CALL and not (text(item.get("call_id")) and text(item.get("name"))):
            _bad("a call of a tool has no `call_id` or no `name`, so nobody could answer it")
        yield ItemDone(item=item)

    def _completed(self, response: Mapping[str, object]) -> ResponseDone:
        end_turn = response.get("end_turn")
        return ResponseDone(
            response_id=text(response.get("id")) or self._response_id,
            usage=_usage(response.get("usage")),
            end_turn=end_turn if isinstance(end_turn, bool) else None,
        )


def _bad(complaint: str) -> NoReturn:
    raise ModelError(
        f"the model endpoint sent a response that makes no sense: {complaint}",
        code="bad_response",
        retryable=True,
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _decoded(data: str) -> Mapping[str, object]:
    try:
        event: object = json.loads(data, parse_constant=_no_constant)
        if "\\ud" in data.lower():
            event = _whole(event)
    except (ValueError, RecursionError) as error:
        _bad(f"an event is not JSON ({error}): {data[:_SHOWN_MAX]!r}")
    if not isinstance(event, dict):
        _bad(f"an event is not a JSON object: {data[:_SHOWN_MAX]!r}")
    return cast("Mapping[str, object]", event)


def _whole(value: object) -> object:
    """Replace halves of surrogate pairs, as endpoints send them at the seam of two deltas: no log could hold them."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_whole(part) for part in cast("list[object]", value)]
        case dict():
            return {str(_whole(key)): _whole(part) for key, part in cast("dict[str, object]", value).items()}
        case _:
            return value


def _item(event: Mapping[str, object]) -> Mapping[str, object]:
    item = mapping(event.get("item"))
    if text(item.get("type")) is None:
        _bad(f"an event of type {event.get('type')} has no item with a type")
    return item


def _place(event: Mapping[str, object], item: Mapping[str, object]) -> object:
    """What an item is known by between its events: its place, since some endpoints change the id."""
    index = event.get("output_index")
    return index if isinstance(index, int) else text(item.get("id"))


def _incomplete(response: Mapping[str, object]) -> NoReturn:
    reason = text(mapping(response.get("incomplete_details")).get("reason")) or "unknown"
    raise ModelError(
        f"the model endpoint left the response incomplete, reason: {reason}",
        code="response_incomplete",
        retryable=reason not in _FINAL_REASONS,
    )


def _count(counts: Mapping[str, object], name: str) -> int:
    number = counts.get(name)
    return number if type(number) is int and number >= 0 else 0


def _usage(given: object) -> TokenUsage | None:
    counts = mapping(given)
    if not counts:
        return None
    taken, made = _count(counts, "input_tokens"), _count(counts, "output_tokens")
    return TokenUsage(
        input_tokens=taken,
        cached_input_tokens=_count(mapping(counts.get("input_tokens_details")), "cached_tokens"),
        output_tokens=made,
        reasoning_output_tokens=_count(mapping(counts.get("output_tokens_details")), "reasoning_tokens"),
        total_tokens=_count(counts, "total_tokens") or taken + made,
    )
