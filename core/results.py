"""Results: what whoever gave a command is told."""

from typing import Final, TypeAlias

import attrs

from turnfold.events import (
    ACTIVE_TURN_NOT_STEERABLE,
    EMPTY_INPUT,
    EXPECTED_TURN_MISMATCH,
    NO_ACTIVE_TURN,
    TURN_ABORT_IN_PROGRESS,
)

BAD_REQUEST: Final = "bad_request"
NOT_IDLE: Final = "not_idle"
SHUTTING_DOWN: Final = "shutting_down"
UNKNOWN_APPROVAL: Final = "unknown_approval"
INVALID_ROLLBACK: Final = "invalid_rollback"
TURN_OVER: Final = "turn_over"
INPUT_PENDING: Final = "input_pending"
ILLEGAL: Final = "illegal"

MESSAGES: Final = {
    NO_ACTIVE_TURN: "no active turn to steer",
    TURN_ABORT_IN_PROGRESS: "turn abort is still in progress",
    EXPECTED_TURN_MISMATCH: "expected active turn id `{expected}` but found `{actual}`",
    ACTIVE_TURN_NOT_STEERABLE: "cannot steer a {kind} turn",
    EMPTY_INPUT: "input must not be empty",
    NOT_IDLE: "a turn is in progress",
    SHUTTING_DOWN: "the session is shutting down",
    UNKNOWN_APPROVAL: "no pending approval `{approval_id}`",
    INVALID_ROLLBACK: "num_turns must be >= 1",
    TURN_OVER: "the turn is over",
    INPUT_PENDING: "input that the turn accepted is not recorded yet",
}
"""Texts of refusals by reason. Those of a steer are wire facts (F9)."""


@attrs.frozen(kw_only=True)
class Started:
    """The input starts a turn."""

    turn_id: str
    input_id: str | None = None


@attrs.frozen(kw_only=True)
class Steered:
    """The input went into the turn that runs."""

    turn_id: str
    input_id: str


@attrs.frozen(kw_only=True)
class Queued:
    """The input is kept for the next turn."""

    input_id: str


@attrs.frozen(kw_only=True)
class Interrupted:
    """The turn is being aborted; every scope of it is cancelled, and none was waited for."""

    turn_id: str
    already: bool = False
    """Whether the abort had begun before."""


@attrs.frozen(kw_only=True)
class Idle:
    """There was no turn to interrupt."""

    cancelled: tuple[str, ...] = ()
    """Work of starting up that was cancelled instead."""


@attrs.frozen(kw_only=True)
class Done:
    """The command was carried out."""


@attrs.frozen(kw_only=True)
class Refused:
    """The command was refused and changed nothing."""

    reason: str
    message: str
    code: str = BAD_REQUEST
    turn_kind: str | None = None
    """Kind of the turn that can't be steered."""
    text: str | None = None
    """The input, handed back."""
    content: object = None
    """The input's parts, handed back."""


Result: TypeAlias = Started | Steered | Queued | Interrupted | Idle | Done | Refused
