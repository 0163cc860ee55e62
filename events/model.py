"""Events of the model: requests, what it said, and the tokens that were counted."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event, Part


@attrs.frozen(kw_only=True, repr=False)
class TokenUsage(Part):
    """Numbers of tokens, as the model's provider counts them."""

    input_tokens: int = 0
    """Tokens given to the model, cached ones included."""

    cached_input_tokens: int = 0
    """Those of them that were read from a cache."""

    cache_write_input_tokens: int | None = None
    """Those of them that were written to a cache; None in records older than this number."""

    output_tokens: int = 0
    """Tokens that the model gave, those of its reasoning included."""

    reasoning_output_tokens: int = 0
    """Those of them that were reasoning."""

    total_tokens: int = 0
    """The total as the record says it."""


@attrs.frozen(kw_only=True, repr=False)
class ModelRequestStarted(Event):
    """A request was sent to the model.

    own log.
    """

    kind: ClassVar[str] = "model_request_started"

    turn_id: str
    """Turn that asks."""

    request_id: str
    """Id of the request."""

    model: str | None = None
    """Model that is asked."""

    attempt: int = 1
    """1, and one more with each retry."""

    input_ids: tuple[str, ...] = ()
    """Ids of the steered inputs that this request gives to the model for the first time."""


@attrs.frozen(kw_only=True, repr=False)
class ModelResponseCompleted(Event):
    """The model's response ended as it should.

    own log.
    """

    kind: ClassVar[str] = "model_response_completed"

    turn_id: str
    """Turn that asked."""

    request_id: str
    """Id of the request."""

    response_id: str | None = None
    """Id that the provider gave to the response."""

    usage: TokenUsage | None = None
    """Tokens of this request."""

    end_turn: bool | None = None
    """Whether the provider lets the turn end here; False forces another request."""


@attrs.frozen(kw_only=True, repr=False)
class ModelRequestFailed(Event):
    """A request to the model failed.

    own log.
    """

    kind: ClassVar[str] = "model_request_failed"

    turn_id: str
    """Turn that asked."""

    request_id: str
    """Id of the request."""

    message: str | None = None
    """The error's text."""

    error_code: object = attrs.field(default=None, hash=False)
    """Class of the error: a string, or a mapping from its name to details."""

    will_retry: bool = False
    """Whether the same turn asks again."""


@attrs.frozen(kw_only=True, repr=False)
class MessageRecorded(Event):
    """A message became part of the model's history.

    rollout `response_item` `message`, and bare `message` lines of 2025.
    """

    kind: ClassVar[str] = "message_recorded"

    item_id: str | None = None
    """Id of the item (`id`)."""

    role: str
    """`user`, `assistant`, `developer` or `system`."""

    text: str | None = None
    """Text of the first part that has one; None when no part has."""

    phase: str | None = None
    """Phase of an assistant's message: `commentary` or `final_answer`."""

    parts: int = 0
    """Number of content parts."""

    turn_id: str | None = None
    """Turn of the message, where its metadata name one."""


@attrs.frozen(kw_only=True, repr=False)
class ReasoningRecorded(Event):
    """Reasoning of the model became part of its history.

    rollout `response_item` `reasoning`, and bare `reasoning` lines of 2025.
    """

    kind: ClassVar[str] = "reasoning_recorded"

    item_id: str | None = None
    """Id of the item (`id`)."""

    turn_id: str | None = None
    """Turn of the reasoning, where its metadata name one."""


@attrs.frozen(kw_only=True, repr=False)
class AgentMessageEmitted(Event):
    """The agent said something to the user; the twin of an assistant's `MessageRecorded`.

    rollout `event_msg` `agent_message`.
    """

    kind: ClassVar[str] = "agent_message_emitted"

    message: str | None = None
    """The text."""

    phase: str | None = None
    """`commentary` or `final_answer`."""


@attrs.frozen(kw_only=True, repr=False)
class AgentReasoningEmitted(Event):
    """The agent showed the user some of its reasoning.

    rollout `event_msg` `agent_reasoning`, `agent_reasoning_raw_content`, `agent_reasoning_section_break`.
    """

    kind: ClassVar[str] = "agent_reasoning_emitted"

    text: str | None = None
    """The text; None for a section break."""

    form: str | None = None
    """The record's tag."""


@attrs.frozen(kw_only=True, repr=False)
class WebSearchRecorded(Event):
    """A search that the provider ran became part of the history; it has no output of its own.

    rollout `response_item` `web_search_call`.
    """

    kind: ClassVar[str] = "web_search_recorded"

    item_id: str | None = None
    """Id of the item (`id`)."""

    status: str | None = None
    """Such as `completed`."""


@attrs.frozen(kw_only=True, repr=False)
class ImageRecorded(Event):
    """An image that the provider generated became part of the history.

    rollout `response_item` `image_generation_call`.
    """

    kind: ClassVar[str] = "image_recorded"

    item_id: str | None = None
    """Id of the item (`id`)."""

    status: str | None = None
    """Such as `completed`."""


@attrs.frozen(kw_only=True, repr=False)
class GhostSnapshotRecorded(Event):
    """A snapshot of the working copy was noted in the history.

    rollout `response_item` `ghost_snapshot`, which newer versions remove when they read.
    """

    kind: ClassVar[str] = "ghost_snapshot_recorded"

    ghost_commit: object = attrs.field(default=None, hash=False)
    """The snapshot as the record holds it, a mapping with the id of a commit."""


@attrs.frozen(kw_only=True, repr=False)
class TokenUsageReported(Event):
    """Token numbers were shown; the same numbers may be shown again.

    rollout `event_msg` `token_count`; app-server `thread/tokenUsage/updated`.
    """

    kind: ClassVar[str] = "token_usage_reported"

    total: TokenUsage | None = None
    """Tokens of the session so far (`info.total_token_usage`); None in a record of rate limits only."""

    last: TokenUsage | None = None
    """Tokens of the last request (`info.last_token_usage`)."""

    model_context_window: int | None = None
    """Size of the model's context window in tokens."""

    has_rate_limits: bool = False
    """Whether the record holds rate limits."""

    turn_id: str | None = None
    """Turn that the numbers belong to; rollouts do not say."""


@attrs.frozen(kw_only=True, repr=False)
class TokenUsageRecorded(Event):
    """The tokens of one response were booked, with running totals.

    rollout `token_usage_record`.
    """

    kind: ClassVar[str] = "token_usage_recorded"

    thread_id: str | None = None
    """Session that is charged."""

    turn_id: str | None = None
    """Turn that is charged."""

    root_turn_id: str | None = None
    """Turn at the root of the tree of agents."""

    response_id: str | None = None
    """Id that the provider gave to the response."""

    usage: TokenUsage | None = None
    """Tokens of the response."""

    turn_usage: TokenUsage | None = None
    """Tokens of the turn so far (`turn_token_usage`)."""

    thread_usage: TokenUsage | None = None
    """Tokens of the session so far (`thread_token_usage`)."""


@attrs.frozen(kw_only=True, repr=False)
class PlanUpdated(Event):
    """The agent changed its plan.

    app-server `turn/plan/updated`. Never in a rollout.
    """

    kind: ClassVar[str] = "plan_updated"

    turn_id: str | None = None
    """Turn of the plan."""

    explanation: str | None = None
    """Why it changed."""

    plan: object = attrs.field(default=None, hash=False)
    """The steps as the source holds them, a list of mappings with `step` and `status`."""


@attrs.frozen(kw_only=True, repr=False)
class DiffUpdated(Event):
    """What a turn changed in files, all together, is different now.

    app-server `turn/diff/updated`. Never in a rollout.
    """

    kind: ClassVar[str] = "diff_updated"

    turn_id: str | None = None
    """Turn of the changes."""

    diff: str | None = None
    """The changes as a unified diff."""
