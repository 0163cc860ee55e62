"""What Codex does to a history before it sends it: every call gets an output, every output has a call.

It is not persisted: an interrupted call has no output in the file, and the model is told `aborted` all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from turnfold.events import GhostSnapshotRecorded, ToolCallOutput, ToolCallRequested
from turnfold.replay.history import HistoryItem
from turnfold.replay.kinds import kind_of

SYNTHETIC: Final = -3
"""`HistoryItem.part` of an output that was put in; its line is the call's."""

ABORTED: Final = "aborted"
"""Text of such an output."""

OUTPUT_TYPES: Final = {"local_shell": "function_call_output", "tool_search": "tool_search_output"}
"""The types of output that are not called after their call."""


def normalized(items: Iterable[HistoryItem]) -> list[HistoryItem]:
    """Return *items* with missing outputs put in behind their calls, and outputs without a call left out.

    A call and an output belong together when they have the same id and a type that fits.
    """
    given = [item for item in items if kind_of(item.payload) is not GhostSnapshotRecorded]
    called = {_key(item.payload) for item in given if kind_of(item.payload) is ToolCallRequested}
    answered = {_key(item.payload) for item in given if kind_of(item.payload) is ToolCallOutput}
    result: list[HistoryItem] = []
    for item in given:
        kind, key = kind_of(item.payload), _key(item.payload)
        if kind is ToolCallOutput and key is not None and key not in called:
            continue
        result.append(item)
        if kind is ToolCallRequested and key is not None and key not in answered:
            result.append(HistoryItem(line=item.line, part=SYNTHETIC, payload=_aborted(item.payload)))
    return result


def _key(payload: Any) -> tuple[str, str] | None:
    """What a call and its output have in common; None for what needs no partner."""
    call_id = getattr(payload, "call_id", None)
    return None if call_id is None else (_family(payload.call_type), call_id)


def _family(call_type: str) -> str:
    """The output type that goes with a call type, or is one; local shell calls are answered like functions."""
    name = call_type.removesuffix("_output").removesuffix("_call")
    return OUTPUT_TYPES.get(name, f"{name}_call_output")


def _aborted(call: Any) -> ToolCallOutput:
    return ToolCallOutput(call_id=call.call_id, call_type=_family(call.call_type), output=ABORTED)
