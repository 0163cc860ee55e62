"""Events in Codex's own form: the payloads that the real Codex reads, and what they cannot say of an event.

A form is only used where Codex has all that it asks for; every other event gets a record of our own type, which
Codex passes over. What a reader would understand otherwise than the event says is listed beside the payload, so that
reading back gives the event exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

import attrs
import msgspec

from turnfold.events import (
    AgentMessageEmitted,
    AgentReasoningEmitted,
    CompactionItemRecorded,
    CompactionNoted,
    Event,
    HistoryCompacted,
    HistoryRolledBack,
    ImageRecorded,
    MessageRecorded,
    ReasoningRecorded,
    ReviewModeEntered,
    ReviewModeExited,
    SessionMetaRecorded,
    TokenUsageReported,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    UserInputRecorded,
    WebSearchRecorded,
    WorldStateRecorded,
    item_of,
    to_payload,
)
from turnfold.rollouts.recorder.form import Fields, Form, plain_fields, reserved_keys


def form_of(event: Event) -> Form | None:
    """The event in Codex's form; None where Codex has none, or asks for what the event does not know."""
    build = _FORMS.get(type(event))
    if build is None or reserved_keys(type(event)) & event.extra.keys():
        return None
    return build(event)


def unsaid(event: Event, form: Form) -> Fields:
    """What the payload says wrongly or not at all: `set` for fields, `added` for keys that are not the event's."""
    kept = to_payload(_bare(event)) if isinstance(event, TokenUsageReported) else {}
    meant = {name: kept.get(name, getattr(event, name)) for name in form.seen}
    wrong = {name: value for name, value in meant.items() if value != form.seen[name]}
    return ({"set": wrong} if wrong else {}) | ({"added": form.added} if form.added else {})


def _as_it_is(record_type: str, tag: str | None = None) -> Callable[[Event], Form]:
    head = {} if tag is None else {"type": tag}

    def build(event: Event) -> Form:
        return Form(record_type, head | plain_fields(event))

    return build


def _meta(event: SessionMetaRecorded) -> Form:
    form = Form("session_meta", plain_fields(event, "window_id", "agent_depth"))
    form.seen["window_id"] = _dig(event.extra, "context_window", "window_id", kind=str)
    form.seen["agent_depth"] = _dig({"s": event.source}, "s", "subagent", "thread_spawn", "depth", kind=int)
    return form


def _dig(value: Any, *path: str, kind: type[object]) -> Any:
    for key in path:
        value = cast("Fields", value).get(key) if isinstance(value, dict | Mapping) else None
    return value if type(value) is kind else None


def _context(event: TurnContextRecorded) -> Form | None:
    form = Form("turn_context", plain_fields(event, "sandbox_mode"))
    if event.sandbox_mode is not None:
        form.add("sandbox_policy", {"type": event.sandbox_mode})
    form.add("summary", "auto")
    named: Any = form.payload.get("sandbox_policy")
    if isinstance(named, dict):
        policy = cast("Fields", named)
        named = policy.get("mode") or policy.get("type")
    form.seen["sandbox_mode"] = named if isinstance(named, str) else None
    return form


def _message(event: MessageRecorded) -> Form | None:
    if not _is_content(event.extra.get("content", "")):
        return None
    form = Form("response_item", {**(item_of(event) or {}), **_said(turn_id=event.turn_id)})
    if "content" not in event.extra:
        form.added.append("content")
    form.seen["text"] = _text(form.payload["content"])
    form.seen["parts"] = _parts(form.payload["content"])
    return _turned(event, form)


def _is_content(content: object) -> bool:
    """Whether content is what every reader takes: a text, or parts with a type and perhaps a text."""
    if isinstance(content, str):
        return True
    parts: Sequence[Any] = cast("Sequence[Any]", content) if isinstance(content, list) else [None]
    return all(
        isinstance(part, dict)
        and isinstance(cast("Fields", part).get("type", ""), str)
        and isinstance(cast("Fields", part).get("text"), str | None)
        for part in parts
    )


def _text(content: Any) -> str | None:
    if isinstance(content, str):
        return content
    return next((part["text"] for part in content if part.get("text") is not None), None)


def _parts(content: Any) -> int:
    return 1 if isinstance(content, str) else len(content)


def _said(**fields: object) -> Fields:
    return {key: value for key, value in fields.items() if value is not None}


def _turned(event: Any, form: Form) -> Form:
    """A turn that only the item's metadata name is not the event's."""
    if (
        event.turn_id is None
        and {"internal_chat_message_metadata_passthrough", "metadata"} & event.extra.keys()
    ):
        form.seen["turn_id"] = ""
    return form


def _reasoning(event: ReasoningRecorded) -> Form:
    form = Form("response_item", {**(item_of(event) or {}), **_said(turn_id=event.turn_id)})
    if "summary" not in event.extra:
        form.added.append("summary")
    return _turned(event, form)


def _call(event: ToolCallRequested) -> Form | None:
    kind: str = event.call_type
    given: object = event.arguments
    if kind not in ("function_call", "custom_tool_call", "local_shell_call"):
        return None
    is_shell = kind == "local_shell_call"
    if event.call_id is None or (is_shell and not _is_a(dict, given)):
        return None
    is_fit = is_shell or isinstance(given, str)
    item = item_of(event if is_fit else attrs.evolve(event, arguments=_as_text(given)))
    form = Form("response_item", {**(item or {}), **_said(turn_id=event.turn_id)})
    if is_shell:
        form.seen["name"] = "local_shell"
        form.payload.pop("name", None)
        form.stand_in(event, "status", "completed")
    else:
        form.seen["arguments"] = _as_text(given)
        form.stand_in(event, "name", "")
    return _turned(event, form)


def _is_a(kind: type[object], value: object) -> bool:
    return isinstance(value, kind)


def _as_text(value: object) -> str:
    """A value where Codex only takes text."""
    if isinstance(value, str) or value is None:
        return value or ""
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return repr(value)  # a journal takes everything


def _output(event: ToolCallOutput) -> Form | None:
    if event.call_id is None or event.call_type not in (
        "function_call",
        "custom_tool_call",
        "local_shell_call",
    ):
        return None
    output: Any = event.output
    shown: Any = output if _is_a(list, output) else _as_text(output)
    item = item_of(event if shown is output else attrs.evolve(event, output=shown)) or {}
    form = Form("response_item", {**item, **_said(success=event.success, turn_id=event.turn_id)})
    form.seen["output"] = shown
    if event.call_type == "local_shell_call":
        form.seen["call_type"] = "function_call"
    return _turned(event, form)


def _item(event: Event) -> Form:
    return Form("response_item", item_of(event) or {})


def _image(event: ImageRecorded) -> Form | None:
    return _item(event) if isinstance(event.extra.get("result"), str) else None


def _compaction(event: CompactionItemRecorded) -> Form | None:
    is_known = event.item_type in ("compaction", "compaction_summary", "context_compaction")
    return _item(event) if is_known and isinstance(event.extra.get("encrypted_content"), str) else None


def _compacted(event: HistoryCompacted) -> Form | None:
    items = event.extra.get("replacement_history")
    if items is not None and not isinstance(items, list):
        return None
    form = Form("compacted", plain_fields(event, "replacement_count"))
    form.seen["replacement_count"] = None if items is None else len(cast("Sequence[Any]", items))
    form.stand_in(event, "message", "")
    return form


def _world(event: WorldStateRecorded) -> Form | None:
    is_whole = event.full is not None and "state" in event.extra
    return Form("world_state", plain_fields(event)) if is_whole else None


def _user_message(event: UserInputRecorded) -> Form:
    form = Form("event_msg", {"type": "user_message", **plain_fields(event)})
    form.stand_in(event, "message", "")
    return form


def _agent_message(event: AgentMessageEmitted) -> Form:
    form = Form("event_msg", {"type": "agent_message", **plain_fields(event)})
    form.stand_in(event, "message", "")
    return form


def _agent_reasoning(event: AgentReasoningEmitted) -> Form | None:
    tag = event.form or "agent_reasoning"
    if tag not in ("agent_reasoning", "agent_reasoning_raw_content"):
        return None
    form = Form("event_msg", {"type": tag, **plain_fields(event, "form")}, seen={"form": tag})
    form.stand_in(event, "text", "")
    return form


def _tokens(event: TokenUsageReported) -> Form | None:
    if "info" in event.extra:
        return None
    fields = to_payload(_bare(event))
    form = Form("event_msg", {"type": "token_count", **_said(turn_id=event.turn_id), **event.extra})
    total, last = fields.get("total"), fields.get("last")
    info: Fields | None = None
    if isinstance(total, dict):
        total, last = _usage(total), _usage(last if isinstance(last, dict) else {})
        window = event.model_context_window
        info = {"total_token_usage": total, "last_token_usage": last, "model_context_window": window}
    form.add("info", info)
    form.seen["total"], form.seen["last"] = (_sparse(total), _sparse(last)) if info else (None, None)
    form.seen["model_context_window"] = event.model_context_window if info else None
    form.seen["has_rate_limits"] = event.extra.get("rate_limits") is not None
    return form


_USAGE: Final = (
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
)


def _usage(usage: Any) -> Fields:
    """Numbers of tokens as Codex wants them: the known ones, zeros too."""
    named = {name: usage.get(name, 0) for name in _USAGE}
    written = usage.get("cache_write_input_tokens")
    return named if written is None else named | {"cache_write_input_tokens": written}


def _sparse(usage: Any) -> Fields:
    """The same as our codec writes them."""
    return {name: number for name, number in usage.items() if number or name not in _USAGE}


def _bare(event: Event) -> Event:
    return attrs.evolve(event, extra={}) if event.extra else event


def _review_entered(event: ReviewModeEntered) -> Form | None:
    asked = Form("event_msg", {"type": "entered_review_mode", **plain_fields(event)})
    return asked if "target" in event.extra else None


def _review_exited(event: ReviewModeExited) -> Form:
    form = Form("event_msg", {"type": "exited_review_mode", **event.extra})
    form.seen["has_output"] = event.extra.get("review_output") is not None
    return form


_FORMS: Final[Mapping[type[Event], Callable[[Any], Form | None]]] = MappingProxyType(
    {
        SessionMetaRecorded: _meta,
        TurnContextRecorded: _context,
        MessageRecorded: _message,
        ReasoningRecorded: _reasoning,
        ToolCallRequested: _call,
        ToolCallOutput: _output,
        WebSearchRecorded: _item,
        ImageRecorded: _image,
        CompactionItemRecorded: _compaction,
        HistoryCompacted: _compacted,
        WorldStateRecorded: _world,
        TurnStarted: _as_it_is("event_msg", "task_started"),
        TurnCompleted: _as_it_is("event_msg", "task_complete"),
        TurnAborted: _as_it_is("event_msg", "turn_aborted"),
        HistoryRolledBack: _as_it_is("event_msg", "thread_rolled_back"),
        CompactionNoted: _as_it_is("event_msg", "context_compacted"),
        UserInputRecorded: _user_message,
        AgentMessageEmitted: _agent_message,
        AgentReasoningEmitted: _agent_reasoning,
        TokenUsageReported: _tokens,
        ReviewModeEntered: _review_entered,
        ReviewModeExited: _review_exited,
    }
)
"""Every event that Codex keeps in its rollouts and needs no more for than the event has."""
