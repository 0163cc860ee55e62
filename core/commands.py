"""Commands: what clients and the engine's effects ask of a session. Ids and times come with them (law 3).

A command is taken or refused as a whole: what is taken is in the log, what is refused changes nothing. Where a
command may let the next turn start it brings a fresh `next_turn_id`; without one nothing starts.
"""

from typing import Final, TypeAlias

import attrs
from attrs import validators

from turnfold.events import Event, SessionMetaRecorded, SettingsApplied, TokenUsage
from turnfold.events import SessionConfigured as Configuration

START_OR_STEER: Final = "start_or_steer"
START_IF_IDLE: Final = "start_if_idle"
"""Ways to submit input; the second never goes into a turn that runs."""

REGULAR: Final = "regular"
REVIEW: Final = "review"
COMPACT: Final = "compact"
UNSTEERABLE: Final = frozenset({REVIEW, COMPACT})
"""Kinds of task; into the last two nobody can steer."""


@attrs.frozen(kw_only=True)
class Open:
    """Begin a session that has no log yet."""

    identity: SessionMetaRecorded
    configuration: Configuration


@attrs.frozen(kw_only=True)
class Resume:
    """Go on with a session whose log was folded; a turn that is open there is aborted first, by the book."""

    configuration: Configuration
    through_seq: int
    """Last `seq` that was read back."""
    open_turn_id: str | None = None
    """Turn that was open there."""


@attrs.frozen(kw_only=True)
class Submit:
    """A user's input: into the turn that runs, else into a turn of its own (F10, and §1.4(i) of the upstream)."""

    submission_id: str
    input_id: str
    turn_id: str
    """Id of the turn that it starts, if it starts one."""
    text: str | None
    content: object = None
    client_id: str | None = None
    settings: SettingsApplied | None = attrs.field(
        default=None, validator=validators.optional(validators.instance_of(SettingsApplied))
    )
    """Applied before the turn, and only if the input is accepted."""
    mode: str = attrs.field(default=START_OR_STEER, validator=validators.in_((START_OR_STEER, START_IF_IDLE)))


@attrs.frozen(kw_only=True)
class Steer:
    """A user's input for the turn that runs, and for no other (F9)."""

    submission_id: str
    input_id: str
    text: str | None
    content: object = None
    expected_turn_id: str | None = None


@attrs.frozen(kw_only=True)
class Interrupt:
    """End the turn that runs (F1, F8)."""

    by: str = "client"
    turn_id: str | None = None
    """Only this turn; None means whichever runs."""
    reason: str = "interrupted"
    """`interrupted`, or `budget_limited`, `review_ended` where the engine itself ends a turn."""
    startup: tuple[str, ...] = ()
    """Work of starting up that is under way: with no turn to interrupt it is cancelled instead."""
    next_turn_id: str | None = None


@attrs.frozen(kw_only=True)
class Answer:
    """Somebody answers a question."""

    approval_id: str
    decision: str
    source: str = "user"
    answered_by: str | None = None
    message: str | None = None
    amendment: object = None


@attrs.frozen(kw_only=True)
class RunTask:
    """Run a task in a turn of its own; a turn that runs is replaced by it (F14)."""

    submission_id: str
    turn_id: str
    task_kind: str
    input_id: str
    text: str | None = None


@attrs.frozen(kw_only=True)
class SendMail:
    """Another agent sends mail; it may start a turn (F11)."""

    mail_id: str
    text: str | None = None
    sender: str | None = None
    trigger_turn: bool = False
    next_turn_id: str | None = None


@attrs.frozen(kw_only=True)
class RollBack:
    """Take the last *num_turns* turns of the user out of the history (at least 1, and only while idle)."""

    num_turns: int = attrs.field(validator=validators.instance_of(int))
    tokens: TokenUsage | None = None
    """Tokens of the session without those turns, where somebody counted; recorded first (§2.9 of the upstream)."""


@attrs.frozen(kw_only=True)
class Shutdown:
    """End the session. It joins an abort that is under way (F14)."""

    by: str = "client"


@attrs.frozen(kw_only=True)
class BeginTurn:
    """The task of the reserved turn runs."""

    turn_id: str
    trigger: str | None = None
    started_at_s: int | None = None
    model_context_window: int | None = None


@attrs.frozen(kw_only=True)
class Record:
    """The work of a turn, or of the session when *turn_id* is None, has something to put on record."""

    events: tuple[Event, ...]
    turn_id: str | None = None
    abort_by: str | None = None
    """Who wants the turn aborted in the same step; None when nobody does (C3, D3)."""


@attrs.frozen(kw_only=True)
class FinishTurn:
    """The task of a turn came to its end. Refused while input is left that the turn had accepted (F13)."""

    turn_id: str
    last_agent_message: str | None = None
    error: object = None
    completed_at_s: int | None = None
    duration_ms: int | None = None
    time_to_first_token_ms: int | None = None
    next_turn_id: str | None = None


@attrs.frozen(kw_only=True)
class ScopesGone:
    """Every cancellation scope of the aborting turn is cancelled (F2)."""

    turn_id: str
    scopes: int


@attrs.frozen(kw_only=True)
class Leftover:
    """An effect that did not end within its grace."""

    effect_id: str
    call_id: str | None = None


@attrs.frozen(kw_only=True)
class Unwound:
    """The aborting turn's effects have ended, but for those *abandoned* after the grace (F3)."""

    turn_id: str
    grace_ms: int
    abandoned: tuple[Leftover, ...] = ()


@attrs.frozen(kw_only=True)
class FlushEnded:
    """The journal was flushed for an abort, or could not be (F4)."""

    turn_id: str
    through_seq: int | None = None
    error: str | None = None
    pending: int | None = None


@attrs.frozen(kw_only=True)
class Conclude:
    """Nothing is left to do for the abort but to say that it is over (F5)."""

    turn_id: str
    completed_at_s: int | None = None
    duration_ms: int | None = None
    next_turn_id: str | None = None


@attrs.frozen(kw_only=True)
class Close:
    """Everything that outlives turns is closed; the session may end."""

    abandoned: tuple[str, ...] = ()


ClientCommand: TypeAlias = Submit | Steer | Interrupt | Answer | RunTask | SendMail | RollBack | Shutdown
EffectCommand: TypeAlias = (
    Open | Resume | BeginTurn | Record | FinishTurn | ScopesGone | Unwound | FlushEnded | Conclude | Close
)
Command: TypeAlias = ClientCommand | EffectCommand
