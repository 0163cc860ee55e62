"""What both engines did, in the same words: lines for each transition and for each item that the model sees."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.conformance.scenario import Hunk
from turnfold.events import (
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    CompactionNoted,
    ErrorRaised,
    Event,
    ExecBegan,
    ExecEnded,
    HookClosed,
    HookCompleted,
    HookStarted,
    ItemCompleted,
    ItemStarted,
    SteerRefused,
    StreamErrorRaised,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    TurnSteered,
)

CONTEXT: Final = (
    "You are a coding agent running in the Codex CLI",
    "<environment_context>",
    "<permissions instructions>",
    "<skills_instructions>",
)
"""How the texts begin that Codex puts in front of a conversation. An embedder of ours writes its own."""

WORDED: Final = (
    ("<turn_aborted>", "(marker of an interruption)"),
    ("You are performing a CONTEXT CHECKPOINT COMPACTION", "(request for a summary)"),
    ("This conversation is about to be cut.", "(request for a summary)"),
    ("Another language model started to solve this problem", "(summary)"),
    ("The conversation so far was cut.", "(summary)"),
)
"""Texts that each engine words in its own way, by how they begin, and what stands for them in a comparison."""

_NUMBERS: Final = (
    (re.compile(r"\d+\.\d+ seconds"), "N seconds"),
    (re.compile(r"Chunk ID: [0-9a-f]+\n"), ""),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"session ID \d+"), "session ID N"),
    (re.compile(r'"session_id": \d+'), '"session_id": N'),
    (re.compile(r'[^\s":]*/(?:codex|our)-home'), "HOME"),
)
_DECISIONS: Final = {
    "accept": "approved",
    "acceptForSession": "approved_for_session",
    "decline": "denied",
    "cancel": "abort",
}
_ITEMS: Final = {"commandexecution": "command"}


def plain(text: str) -> str:
    """Return *text* without what changes from run to run."""
    for pattern, instead in _NUMBERS:
        text = pattern.sub(instead, text)
    return text


def transition(event: Event) -> str | None:
    """Return the line of an event that a client hears of; None for one that is not compared."""
    match event:
        case TurnStarted():
            return "turn started"
        case TurnCompleted():
            return "turn failed" if event.error else "turn completed"
        case TurnAborted():
            return f"turn aborted: {event.reason}"
        case ItemStarted() | ItemCompleted():
            return _item(event)
        case ExecBegan():
            return "command started"
        case ExecEnded():
            return f"command {'completed' if event.exit_code == 0 else 'failed'}"
        case HookStarted():
            return f"hook started: {event.event_name}"
        case HookCompleted():
            told = "".join(f", {entry.kind}: {entry.text}" for entry in event.entries)
            return plain(f"hook {event.status}: {event.event_name}{told}")
        case HookClosed():
            return f"hook closed: {event.reason}"
        case ApprovalRequested():
            return "asked"
        case ApprovalResolved():
            decision = event.decision or ""
            return f"answered: {_DECISIONS.get(decision, decision)}"
        case ApprovalDropped():
            return "question dropped"
        case TurnSteered():
            return "steered"
        case SteerRefused():
            return plain(f"steer refused: {event.message}")
        case ErrorRaised():
            return "asking again" if event.will_retry else "error"
        case StreamErrorRaised():
            return "asking again"
        case CompactionNoted():
            return "compacted"
        case _:
            return None


def _item(event: ItemStarted | ItemCompleted) -> str | None:
    kind = (event.item_type or "").lower()
    if kind == "reasoning":
        return None
    kind = _ITEMS.get(kind, kind)
    if isinstance(event, ItemStarted):
        return f"{kind} started"
    return f"{kind} {event.status or 'completed'}"


def items_seen(requests: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each item that a request has and the one before had not, request by request."""
    lines: list[str] = []
    before: list[str] = []
    for number, request in enumerate(requests, 1):
        now = [line for item in request["input"] if (line := _seen(item)) is not None]
        lines.append(f"request {number}")
        kept = len(before) if now[: len(before)] == before else 0
        if kept < len(before):
            lines.append("(history replaced)")
        lines += now[kept:]
        before = now
    return lines


def _seen(item: Mapping[str, Any]) -> str | None:
    match item["type"]:
        case "message":
            text = "\n".join(part.get("text", "") for part in item["content"])
            worded = [instead for begin, instead in WORDED if text.startswith(begin)]
            return None if text.startswith(CONTEXT) else plain(f"{item['role']}: {(*worded, text)[0]}")
        case "function_call":
            arguments = item["arguments"]
            return plain(f"call {item['call_id']}: {item['name']} {arguments}")
        case "function_call_output":
            output = item["output"]
            text = output if isinstance(output, str) else json.dumps(output)
            return plain(f"output {item['call_id']}: {text}")
        case other:
            return plain(f"{other}: {json.dumps(item, sort_keys=True)}")


def hunks(theirs: Sequence[str], ours: Sequence[str]) -> list[Hunk]:
    """Return the places where two lists differ."""
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
    return [
        Hunk(tuple(theirs[a:b]), tuple(ours[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
