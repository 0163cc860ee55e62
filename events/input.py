"""Events of input: what users and other agents put in, when it was accepted, used, refused or dropped."""

from typing import ClassVar, Final

import attrs

from turnfold.events.base import Event

NO_ACTIVE_TURN: Final = "no_active_turn"
TURN_ABORT_IN_PROGRESS: Final = "turn_abort_in_progress"
EXPECTED_TURN_MISMATCH: Final = "expected_turn_mismatch"
ACTIVE_TURN_NOT_STEERABLE: Final = "active_turn_not_steerable"
EMPTY_INPUT: Final = "empty_input"

STEER_REFUSALS: Final = (
    NO_ACTIVE_TURN,
    TURN_ABORT_IN_PROGRESS,
    EXPECTED_TURN_MISMATCH,
    ACTIVE_TURN_NOT_STEERABLE,
    EMPTY_INPUT,
)
"""Reasons to refuse a steer that we know, in the order of their checks; a turn without task is not active."""


@attrs.frozen(kw_only=True, repr=False)
class TurnRequested(Event):
    """A client asked for a turn.

    app-server request `turn/start`; own log.
    """

    kind: ClassVar[str] = "turn_requested"

    text: str | None = None
    """Text of the input; None when it holds no text."""

    request_id: str | None = None
    """JSON-RPC id of the request as text; in our own log the id of the submission."""

    client_id: str | None = None
    """The client's own id of the message (`clientId`)."""


@attrs.frozen(kw_only=True, repr=False)
class SteerRequested(Event):
    """A client asked to give input to the running turn.

    app-server request `turn/steer`.
    """

    kind: ClassVar[str] = "steer_requested"

    expected_turn_id: str | None = None
    """Turn that the client believes to be running."""

    text: str | None = None
    """Text of the input; None when it holds no text."""

    request_id: str | None = None
    """JSON-RPC id of the request, as text."""


@attrs.frozen(kw_only=True, repr=False)
class TurnSteered(Event):
    """Input was accepted into the running turn; the model gets it with its next request.

    app-server, the answer to `turn/steer`; own log.
    """

    kind: ClassVar[str] = "turn_steered"

    turn_id: str
    """Turn that took the input."""

    input_id: str | None = None
    """Id of the input; app-server: the request's id."""

    text: str | None = None
    """Text of the input; None when it holds no text."""

    content: object = attrs.field(default=None, hash=False)
    """Own log: content parts as the model takes them; None when the text is all of it."""


@attrs.frozen(kw_only=True, repr=False)
class SteerRefused(Event):
    """Input for the running turn was refused; nothing changed.

    app-server, the error that answers `turn/steer`; own log.
    """

    kind: ClassVar[str] = "steer_refused"

    reason: str
    """One of `STEER_REFUSALS`, or a foreign value."""

    message: str
    """Text of the error, such as `no active turn to steer`."""

    code: str | None = None
    """`bad_request`, or `active_turn_not_steerable` with a `turn_kind`."""

    turn_kind: str | None = None
    """Kind of a turn that can't be steered: `review` or `compact`."""

    expected_turn_id: str | None = None
    """Turn that the client believed to be running."""

    actual_turn_id: str | None = None
    """Turn that was running; None when there was none."""

    request_id: str | None = None
    """JSON-RPC id of the request as text; in our own log the id of the submission."""

    text: str | None = None
    """Text of the input when it was handed back."""


@attrs.frozen(kw_only=True, repr=False)
class InputRefused(Event):
    """New input came during an abort: it was handed back, no setting was applied and no turn created.

    own log. Its message is `turn abort is still in progress`, its code `bad_request`.
    """

    kind: ClassVar[str] = "input_refused"

    submission_id: str
    """Id of the submission that carried the input."""

    message: str
    """Text of the error."""

    code: str = "bad_request"
    """Code of the error."""

    turn_id: str | None = None
    """Turn whose abort is in progress."""

    text: str | None = None
    """Text of the input that was handed back."""


@attrs.frozen(kw_only=True, repr=False)
class UserInputRecorded(Event):
    """A user's input became part of the session; input left over at a turn's end is recorded in that turn.

    rollout `event_msg` `user_message`; own log.
    """

    kind: ClassVar[str] = "user_input_recorded"

    message: str | None = None
    """Text of the input."""

    turn_id: str | None = None
    """Turn that it belongs to; rollouts do not say."""

    client_id: str | None = None
    """The client's own id of the message."""

    input_id: str | None = None
    """Own log: id of the input that was accepted before (`TurnSteered`, `InputQueued`)."""

    input_kind: str | None = None
    """`plain`, `user_instructions`, `environment_context` (`kind`, older files only)."""


@attrs.frozen(kw_only=True, repr=False)
class InputQueued(Event):
    """Input was kept for a turn that has not started.

    own log.
    """

    kind: ClassVar[str] = "input_queued"

    input_id: str
    """Id of the input."""

    text: str | None = None
    """Text of the input; None when it holds no text."""

    client_id: str | None = None
    """The client's own id of the message."""

    content: object = attrs.field(default=None, hash=False)
    """Own log: content parts as the model takes them; None when the text is all of it."""

    turn_id: str | None = None
    """Turn that was reserved for it; None when whichever turn comes next takes it."""


@attrs.frozen(kw_only=True, repr=False)
class InputDropped(Event):
    """An accepted input will never reach the model; the log says so instead of forgetting it.

    own log.
    """

    kind: ClassVar[str] = "input_dropped"

    input_id: str
    """Id of the input."""

    reason: str | None = None
    """`aborted` (its turn was), `blocked` (by a hook), `shutdown`."""

    turn_id: str | None = None
    """Turn that had accepted it."""


@attrs.frozen(kw_only=True, repr=False)
class MailReceived(Event):
    """Mail of another agent was put into the session's mailbox, which outlives turns.

    own log.
    """

    kind: ClassVar[str] = "mail_received"

    mail_id: str
    """Id of the mail."""

    trigger_turn: bool = False
    """Whether the mail starts a turn when the session is idle."""

    sender: str | None = None
    """Session or path of the agent that sent it."""

    text: str | None = None
    """Text of the mail."""


@attrs.frozen(kw_only=True, repr=False)
class MailRecorded(Event):
    """Mail of another agent became part of the history.

    rollout `inter_agent_communication`, with `inter_agent_communication_metadata` before it in some versions.
    """

    kind: ClassVar[str] = "mail_recorded"

    mail_id: str | None = None
    """Own log: id of the mail that was received before."""

    trigger_turn: bool | None = None
    """Whether the mail starts a turn when the session is idle."""

    sender: str | None = None
    """Session or path of the agent that sent it."""

    text: str | None = None
    """Text of the mail."""

    turn_id: str | None = None
    """Turn that it was given to."""
