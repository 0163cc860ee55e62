"""Events of tool calls: requested by the model, decided, attempted, and answered or closed."""

from typing import ClassVar, Final

import attrs

from turnfold.events.base import Event

CALL_TYPES: Final = ("function_call", "custom_tool_call", "local_shell_call", "tool_search_call")
"""Types of call records that we know."""

CLOSINGS: Final = ("interrupted", "rejected", "abandoned")
"""Ways in which a call ends without an output, as our own log says them."""


@attrs.frozen(kw_only=True, repr=False)
class ToolCallRequested(Event):
    """The model called a tool; recorded before the tool runs.

    rollout `response_item` `function_call`, `custom_tool_call`, `local_shell_call`, `tool_search_call`.
    """

    kind: ClassVar[str] = "tool_call_requested"

    call_id: str | None = None
    """Id that joins a call with its output; some records of old files and of server-side tools have none."""

    item_id: str | None = None
    """Id of the item (`id`)."""

    name: str | None = None
    """Name of the tool; None where the type says it all."""

    namespace: str | None = None
    """Namespace of the name."""

    call_type: str
    """One of `CALL_TYPES`, or a foreign value: the record's tag."""

    arguments: object = attrs.field(default=None, hash=False)
    """What the tool is given, as the record holds it: text (`arguments`, `input`) or a mapping (`action`)."""

    status: str | None = None
    """`completed`, `in_progress`, `incomplete`, for the types that have one."""

    turn_id: str | None = None
    """Turn of the call; most rollouts do not say."""


@attrs.frozen(kw_only=True, repr=False)
class ToolCallOutput(Event):
    """The output of a call was recorded, for the model to read.

    rollout `response_item` `function_call_output`, `custom_tool_call_output`, `tool_search_output`.
    """

    kind: ClassVar[str] = "tool_call_output"

    call_id: str | None = None
    """Id of the call that is answered."""

    item_id: str | None = None
    """Id of the item (`id`)."""

    call_type: str
    """Type of the calls that such a record answers: `function_call` for `function_call_output`; or a foreign value."""

    output: object = attrs.field(default=None, hash=False)
    """The output as the record holds it: text, or a list of content parts."""

    success: bool | None = None
    """Own log: whether the tool did what it was asked to."""

    turn_id: str | None = None
    """Turn of the call; most rollouts do not say."""


@attrs.frozen(kw_only=True, repr=False)
class ToolCallClosed(Event):
    """A call ended without an output, and the log says so.

    own log; in Codex such a call is left open.
    """

    kind: ClassVar[str] = "tool_call_closed"

    call_id: str
    """Id of the call."""

    how: str
    """One of `CLOSINGS`."""

    turn_id: str | None = None
    """Turn of the call."""

    message: str | None = None
    """Text that goes with it, such as `tool interrupted`."""


@attrs.frozen(kw_only=True, repr=False)
class ToolDecisionRecorded(Event):
    """Whether one attempt of a call may run was decided; each attempt has one decision.

    own log. A call that the policy forbids has none.
    """

    kind: ClassVar[str] = "tool_decision_recorded"

    call_id: str
    """Id of the call."""

    decision: str
    """One of `REVIEW_DECISIONS`."""

    source: str
    """One of `DECISION_SOURCES`."""

    attempt: int = 1
    """1, or 2 for the retry without sandbox."""

    turn_id: str | None = None
    """Turn of the call."""

    message: str | None = None
    """Message of whoever denied."""


@attrs.frozen(kw_only=True, repr=False)
class PatchApplied(Event):
    """A patch was applied, or failed to be.

    rollout `event_msg` `patch_apply_end`.
    """

    kind: ClassVar[str] = "patch_applied"

    call_id: str
    """Id of the call."""

    turn_id: str | None = None
    """Turn of the call."""

    success: bool | None = None
    """Whether all of the patch was applied."""

    status: str | None = None
    """`completed`, `failed` or `declined`."""


@attrs.frozen(kw_only=True, repr=False)
class McpCallEnded(Event):
    """A call of a tool server (Model Context Protocol) ended.

    rollout `event_msg` `mcp_tool_call_end`.
    """

    kind: ClassVar[str] = "mcp_call_ended"

    call_id: str
    """Id of the call."""

    server: str | None = None
    """Name of the server (`invocation.server`)."""

    tool: str | None = None
    """Name of the tool (`invocation.tool`)."""

    duration_us: int | None = None
    """Duration in microseconds (`duration` with `secs` and `nanos`)."""

    success: bool | None = None
    """Whether the server answered with a result (`result.Ok`)."""


@attrs.frozen(kw_only=True, repr=False)
class WebSearchEnded(Event):
    """A search of the web ended.

    rollout `event_msg` `web_search_end`.
    """

    kind: ClassVar[str] = "web_search_ended"

    call_id: str
    """Id of the call; no call record has it, for the search runs at the model's provider."""

    query: str | None = None
    """What was searched for."""


@attrs.frozen(kw_only=True, repr=False)
class ImageGenerated(Event):
    """An image was generated.

    rollout `event_msg` `image_generation_end`.
    """

    kind: ClassVar[str] = "image_generated"

    call_id: str
    """Id of the call."""

    status: str | None = None
    """As the provider says it, such as `completed`."""


@attrs.frozen(kw_only=True, repr=False)
class ImageViewed(Event):
    """The model was shown an image file.

    rollout `event_msg` `view_image_tool_call`.
    """

    kind: ClassVar[str] = "image_viewed"

    call_id: str
    """Id of the call."""

    path: str | None = None
    """The file."""


@attrs.frozen(kw_only=True, repr=False)
class DynamicToolRequested(Event):
    """A tool that the client brought along was called.

    rollout `event_msg` `dynamic_tool_call_request`; app-server request `item/tool/call`.
    """

    kind: ClassVar[str] = "dynamic_tool_requested"

    call_id: str
    """Id of the call."""

    turn_id: str | None = None
    """Turn of the call."""

    tool: str | None = None
    """Name of the tool."""


@attrs.frozen(kw_only=True, repr=False)
class DynamicToolAnswered(Event):
    """The client answered the call of its tool.

    rollout `event_msg` `dynamic_tool_call_response`; app-server, the client's response.
    """

    kind: ClassVar[str] = "dynamic_tool_answered"

    call_id: str
    """Id of the call."""

    turn_id: str | None = None
    """Turn of the call."""

    tool: str | None = None
    """Name of the tool."""

    success: bool | None = None
    """Whether the tool did what it was asked to."""


@attrs.frozen(kw_only=True, repr=False)
class CollabEnded(Event):
    """A call that works on another agent ended.

    rollout `event_msg` `collab_agent_spawn_end`, `collab_agent_interaction_end`, `collab_waiting_end`,
    `collab_close_end`, `collab_resume_end`.
    """

    kind: ClassVar[str] = "collab_ended"

    call_id: str
    """Id of the call."""

    how: str
    """What it did: the tag without `collab_` and `_end`, such as `agent_spawn` or `waiting`."""

    receiver_id: str | None = None
    """Session of the other agent."""
