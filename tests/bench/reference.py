"""The reference of the read side's figures: a bare typed decode of every line, and nothing else.

    python -P tests/bench/reference.py FILE

It is a program of its own, so that its start-up and imports count as ours do. Without a file it does nothing.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec


class Usage(msgspec.Struct):
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0
    total_tokens: int = 0


class Info(msgspec.Struct):
    total_token_usage: Usage | None = None
    last_token_usage: Usage | None = None
    model_context_window: int | None = None


class Text(msgspec.Struct):
    type: str
    text: str | None = None


class Started(msgspec.Struct, tag="task_started"):
    turn_id: str | None = None
    started_at: int | None = None


class Completed(msgspec.Struct, tag="task_complete"):
    turn_id: str | None = None
    last_agent_message: str | None = None
    completed_at: int | None = None
    duration_ms: int | None = None


class Aborted(msgspec.Struct, tag="turn_aborted"):
    turn_id: str | None = None
    reason: str | None = None


class UserMessage(msgspec.Struct, tag="user_message"):
    message: str = ""


class AgentMessage(msgspec.Struct, tag="agent_message"):
    message: str = ""
    phase: str | None = None


class AgentReasoning(msgspec.Struct, tag="agent_reasoning"):
    pass


class TokenCount(msgspec.Struct, tag="token_count"):
    info: Info | None = None


class Message(msgspec.Struct, tag="message"):
    role: str
    content: list[Text]
    phase: str | None = None


class Reasoning(msgspec.Struct, tag="reasoning"):
    pass


class Call(msgspec.Struct, tag="function_call"):
    call_id: str
    name: str


class Output(msgspec.Struct, tag="function_call_output"):
    call_id: str


class Meta(msgspec.Struct):
    id: str
    history_mode: str | None = None


class Context(msgspec.Struct):
    cwd: str
    turn_id: str | None = None


class EventLine(msgspec.Struct, tag="event_msg"):
    timestamp: str
    payload: Started | Completed | Aborted | UserMessage | AgentMessage | AgentReasoning | TokenCount
    ordinal: int | None = None


class ItemLine(msgspec.Struct, tag="response_item"):
    timestamp: str
    payload: Message | Reasoning | Call | Output
    ordinal: int | None = None


class MetaLine(msgspec.Struct, tag="session_meta"):
    timestamp: str
    payload: Meta
    ordinal: int | None = None


class ContextLine(msgspec.Struct, tag="turn_context"):
    timestamp: str
    payload: Context
    ordinal: int | None = None


def main(path: str) -> int:
    """Decode each line of *path*; return how many there were."""
    decode: Any = msgspec.json.Decoder(EventLine | ItemLine | MetaLine | ContextLine).decode
    lines = 0
    with open(path, "rb") as file:  # noqa: PTH123  nothing but the decode may be in the figure
        for line in file:
            decode(line)
            lines += 1
    return lines


if __name__ == "__main__" and len(sys.argv) > 1:
    main(sys.argv[1])
