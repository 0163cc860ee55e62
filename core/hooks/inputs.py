"""What hooks read: one JSON object on one line of stdin, the same for every handler that matches (B1, A6)."""

import json
from collections.abc import Mapping
from typing import ClassVar, Final, Literal

import attrs

from turnfold.core.hooks.names import HookEvent

PermissionMode = Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]
"""How much the user lets the agent do; the engine says `default` or `bypassPermissions`."""

StartSource = Literal["startup", "resume", "clear", "compact"]
"""Why a session starts."""

CompactTrigger = Literal["manual", "auto"]
"""Who wanted a compaction."""

GROUP: Final = "group"
"""Metadata of a field: name of the object within the payload that it goes into."""

NOTE: Final = "note"
"""Metadata of a field: its description in the schema."""

_TURN_NOTE: Final = "Codex extension: expose the active turn id to internal turn-scoped hooks."


class UnserializableInput(Exception):
    """A payload that JSON cannot hold, such as a path that is not Unicode; no hook is run with it (B9)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@attrs.frozen(kw_only=True)
class HookInput:
    """What all hooks are told.

    On stdin a field that is None is `null`, or is left out if None is its default.
    """

    event: ClassVar[HookEvent]
    unsent: ClassVar[frozenset[str]] = frozenset()
    """Fields that this event does not tell its hooks."""
    constants: ClassVar[Mapping[str, str]] = {}
    """Members of the payload that are always the same."""
    groups: ClassVar[Mapping[str, str]] = {}
    """Objects within the payload that fields go into, by their names, with the names of their types."""

    session_id: str
    """The thread's id."""
    transcript_path: str | None
    """File of the session, which exists when the hook runs; None for a session without one."""
    cwd: str
    """The turn's working directory."""
    model: str
    permission_mode: PermissionMode


@attrs.frozen(kw_only=True)
class TurnInput(HookInput):
    """What hooks are told within a turn."""

    turn_id: str = attrs.field(validator=attrs.validators.min_len(1), metadata={NOTE: _TURN_NOTE})
    """The turn; never empty."""


@attrs.frozen(kw_only=True)
class AgentInput(TurnInput):
    """What hooks are told within a turn that may be a sub-agent's."""

    agent_id: str | None = None
    """The sub-agent; None in the main thread."""
    agent_type: str | None = None
    """Its kind; None in the main thread."""


@attrs.frozen(kw_only=True)
class PreToolUseInput(AgentInput):
    """A tool is about to be called."""

    event: ClassVar[HookEvent] = HookEvent.PRE_TOOL_USE

    tool_name: str
    tool_input: object
    """The arguments; `{"command": ...}` for shells."""
    tool_use_id: str
    """The call id."""


@attrs.frozen(kw_only=True)
class PermissionRequestInput(TurnInput):
    """A command needs approval. All kinds of commands come as the tool `Bash`, and nothing else is told (B1)."""

    event: ClassVar[HookEvent] = HookEvent.PERMISSION_REQUEST
    constants: ClassVar[Mapping[str, str]] = {"tool_name": "Bash"}
    groups: ClassVar[Mapping[str, str]] = {"tool_input": "PermissionRequestToolInput"}

    command: str = attrs.field(metadata={GROUP: "tool_input"})
    """The command as text."""
    description: str | None = attrs.field(default=None, metadata={GROUP: "tool_input"})
    """Why it is wanted, in the model's words; left out when there is none."""


@attrs.frozen(kw_only=True)
class PostToolUseInput(AgentInput):
    """A tool was called and has succeeded."""

    event: ClassVar[HookEvent] = HookEvent.POST_TOOL_USE

    tool_name: str
    tool_input: object
    tool_response: object
    """Its output."""
    tool_use_id: str
    """The call id."""


@attrs.frozen(kw_only=True)
class SessionStartInput(HookInput):
    """A session starts, or starts again."""

    event: ClassVar[HookEvent] = HookEvent.SESSION_START

    source: StartSource


@attrs.frozen(kw_only=True)
class UserPromptSubmitInput(AgentInput):
    """The user said something."""

    event: ClassVar[HookEvent] = HookEvent.USER_PROMPT_SUBMIT

    prompt: str


@attrs.frozen(kw_only=True)
class StopInput(TurnInput):
    """The model has nothing more to do in this turn."""

    event: ClassVar[HookEvent] = HookEvent.STOP

    stop_hook_active: bool
    """Whether the turn goes on already because a hook wanted it to."""
    last_assistant_message: str | None


@attrs.frozen(kw_only=True)
class _CompactInput(AgentInput):
    unsent: ClassVar[frozenset[str]] = frozenset({"permission_mode"})

    trigger: CompactTrigger


@attrs.frozen(kw_only=True)
class PreCompactInput(_CompactInput):
    """The history is about to be compacted."""

    event: ClassVar[HookEvent] = HookEvent.PRE_COMPACT


@attrs.frozen(kw_only=True)
class PostCompactInput(_CompactInput):
    """The history was compacted."""

    event: ClassVar[HookEvent] = HookEvent.POST_COMPACT


@attrs.frozen(kw_only=True)
class SessionEndInput(HookInput):
    """A session ends."""

    event: ClassVar[HookEvent] = HookEvent.SESSION_END
    unsent: ClassVar[frozenset[str]] = frozenset({"model", "permission_mode"})
    constants: ClassVar[Mapping[str, str]] = {"reason": "other"}


@attrs.frozen(kw_only=True)
class SubagentStartInput(TurnInput):
    """A sub-agent starts; the turn is its own."""

    event: ClassVar[HookEvent] = HookEvent.SUBAGENT_START

    agent_id: str
    agent_type: str


@attrs.frozen(kw_only=True)
class SubagentStopInput(TurnInput):
    """A sub-agent has nothing more to do."""

    event: ClassVar[HookEvent] = HookEvent.SUBAGENT_STOP

    agent_id: str
    agent_type: str
    agent_transcript_path: str | None
    stop_hook_active: bool
    """Whether it goes on already because a hook wanted it to."""
    last_assistant_message: str | None


@attrs.frozen(kw_only=True)
class InterruptInput(TurnInput):
    """The user interrupted the turn."""

    event: ClassVar[HookEvent] = HookEvent.INTERRUPT


INPUTS: Final[tuple[type[HookInput], ...]] = (
    PreToolUseInput,
    PermissionRequestInput,
    PostToolUseInput,
    SessionStartInput,
    UserPromptSubmitInput,
    StopInput,
    PreCompactInput,
    PostCompactInput,
    SessionEndInput,
    SubagentStartInput,
    SubagentStopInput,
    InterruptInput,
)
"""The payload of each event, in the order of `HookEvent`."""

_LEADING: Final = (
    "session_id",
    "turn_id",
    "transcript_path",
    "cwd",
    "hook_event_name",
    "model",
    "permission_mode",
)


def permission_mode(approval_policy: object) -> PermissionMode:
    """Return what hooks are told of an approval policy: `bypassPermissions` for `never`, else `default`."""
    return "bypassPermissions" if approval_policy == "never" else "default"


def stdin_of(payload: HookInput) -> bytes:
    """Return *payload* as one JSON object on one line.

    Raises UnserializableInput when JSON in UTF-8 cannot hold a value of it.
    """
    try:
        text = json.dumps(_members(payload), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as fault:
        raise UnserializableInput(str(fault)) from fault


def _members(payload: HookInput) -> dict[str, object]:
    members: dict[str, object] = {"hook_event_name": payload.event.wire, **payload.constants}
    groups: dict[str, dict[str, object]] = {name: {} for name in payload.groups}
    for field in attrs.fields(type(payload)):
        value: object = getattr(payload, field.name)
        if field.name in payload.unsent or (value is None and field.default is None):
            continue
        into = groups[field.metadata[GROUP]] if GROUP in field.metadata else members
        into[field.name] = value
    members |= groups
    return {name: members.pop(name) for name in _LEADING if name in members} | members
