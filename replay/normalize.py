"""What Codex does to a history before it sends it: every call gets an output, every output has a call.

It is not persisted: an interrupted call has no output in the file, and the model is told `aborted` all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from turnfold.events import GhostSnapshotRecorded, ToolCallOutput, ToolCallRequested
from turnfold.replay.history import HistoryItem
from turnfold.rollouts.record import kind_of

SYNTHETIC: Final = -3
"""`HistoryItem.part` of an output that was put in; its line is the call's."""

ABORTED: Final = "aborted"
"""Text of such an output."""

ANSWERED_AS: Final = {"local_shell_call": "function_call"}
"""Type of a call → that of its output, where they differ."""


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
    return None if call_id is None else (_answered_as(payload.call_type), call_id)


def _answered_as(call_type: str) -> str:
    return ANSWERED_AS.get(call_type, call_type)


def _aborted(call: Any) -> ToolCallOutput:
    return ToolCallOutput(call_id=call.call_id, call_type=_answered_as(call.call_type), output=ABORTED)
