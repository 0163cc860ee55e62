"""What a history becomes before a model gets it: every call with one output behind it, and nothing it cannot take."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Final, cast

from turnfold.core.engine.ports import Item

ABORTED: Final = "aborted"
"""Text of the output of a call that has none, as Codex words it. It is told to the model and never logged."""

IMAGE_LEFT_OUT: Final = "[image left out: this model takes no images]"
"""Text in the place of an image, for a model that sees none."""

_OUTPUT_OF: Final = {
    "function_call": "function_call_output",
    "local_shell_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "tool_search_call": "tool_search_output",
}
_OUTPUTS: Final = frozenset(_OUTPUT_OF.values())
_NEED_CALL_ID: Final = frozenset({"function_call", "custom_tool_call"})
_OTHERS: Final = frozenset(
    {
        "message",
        "reasoning",
        "web_search_call",
        "image_generation_call",
        "compaction",
        "compaction_summary",
        "context_compaction",
    }
)
"""Types that need no partner. What is of no known type is left out, as `ghost_snapshot` and Codex's `other` are."""

_Key = tuple[str, str]
"""Type of the output and id of the call."""


def normalize(items: Iterable[Item], *, images: bool = True) -> tuple[Item, ...]:
    """Return *items* in their order, as a model can take them. The log keeps what was; this is for one request.

    - A call without an output gets one right behind it, with the text `aborted`. Each call takes the first
      output of its type and id that comes after it and that no earlier call took.
    - An output that no call takes is left out. An output of a search that the server made itself needs no call.
    - `ghost_snapshot`, `compaction_trigger` and items of unknown type are left out, and so are calls of functions
      and custom tools without an id, since nothing can answer them. Reasoning stays as it is.
    - With *images* off, a text stands for each image.

    Normalizing twice is the same as once. Items that change are copied; none is altered.

    Source: Codex's normalization of prompts (orphans, missing outputs, images). Codex does not look at the order of
    calls and outputs and gives the outputs that it adds an id; endpoints take them without.
    """
    kept = [item for item in items if _is_known(item)]
    extra, unanswered = _partners(kept)
    result: list[Item] = []
    for position, item in enumerate(kept):
        if position in extra:
            continue
        result.append(item if images else _without_images(item))
        if position in unanswered:
            result.append(_aborted(item))
    return tuple(result)


def call_id_of(item: Item) -> str | None:
    """Return the id that joins a call and its output; None when the item has none that is text."""
    call_id = item.get("call_id")
    return call_id if isinstance(call_id, str) else None


def _type_of(item: Item) -> str:
    item_type = item.get("type")
    return item_type if isinstance(item_type, str) else ""


def _is_known(item: Item) -> bool:
    item_type = _type_of(item)
    if item_type in _NEED_CALL_ID:
        return call_id_of(item) is not None
    return item_type in _OTHERS or item_type in _OUTPUT_OF or item_type in _OUTPUTS


def _partners(items: list[Item]) -> tuple[set[int], set[int]]:
    """Return the positions of outputs that answer nothing, and of calls that nothing answers."""
    waiting: defaultdict[_Key, deque[int]] = defaultdict(deque)
    extra: set[int] = set()
    for position, item in enumerate(items):
        item_type, call_id = _type_of(item), call_id_of(item)
        if item_type in _OUTPUT_OF and call_id is not None:
            waiting[_OUTPUT_OF[item_type], call_id].append(position)
        elif item_type in _OUTPUTS and not _is_made_by_server(item):
            calls = waiting[item_type, call_id] if call_id is not None else None
            if calls:
                calls.popleft()
            else:
                extra.add(position)
    return extra, {position for calls in waiting.values() for position in calls}


def _is_made_by_server(item: Item) -> bool:
    return _type_of(item) == "tool_search_output" and (
        item.get("execution") == "server" or call_id_of(item) is None
    )


def _aborted(call: Item) -> Item:
    output_type = _OUTPUT_OF[_type_of(call)]
    output: dict[str, object] = {"type": output_type, "call_id": call["call_id"]}
    if output_type == "tool_search_output":
        # A search answers with tools and has no place for a text.
        return {**output, "status": "completed", "execution": "client", "tools": []}
    return {**output, "output": ABORTED}


def _without_images(item: Item) -> Item:
    field = "output" if _type_of(item) in _OUTPUTS else "content"
    parts = item.get(field)
    if not isinstance(parts, list | tuple):
        return item
    seen = [_part_without_image(part) for part in cast("list[object] | tuple[object, ...]", parts)]
    return {**item, field: seen}


def _part_without_image(part: object) -> object:
    if not isinstance(part, Mapping):
        return part
    described = cast("Mapping[str, object]", part)
    return (
        {"type": "input_text", "text": IMAGE_LEFT_OUT}
        if described.get("type") == "input_image"
        else described
    )
