"""Answers that a session must not give, as faults planted between `decide` and its clients."""

from __future__ import annotations

from typing import Final

import attrs

from tests.replay.linear.deciding import Alter
from turnfold.core import SessionPhase, State, TurnPhase
from turnfold.core.commands import Answer, Command, Interrupt, RunTask, SendMail, Steer, Submit
from turnfold.core.decide import Decision, is_aborting
from turnfold.core.results import (
    NOT_IDLE,
    SHUTTING_DOWN,
    UNKNOWN_APPROVAL,
    Done,
    Idle,
    Interrupted,
    Refused,
    Result,
    Started,
    Steered,
)
from turnfold.events import EMPTY_INPUT, EXPECTED_TURN_MISMATCH, NO_ACTIVE_TURN, TURN_ABORT_IN_PROGRESS


def _reason(decision: Decision) -> str | None:
    return decision.result.reason if isinstance(decision.result, Refused) else None


def steer_into_an_abort(before: State, command: Command, decision: Decision) -> Result | None:
    """A steer is accepted though the turn is being aborted."""
    if isinstance(command, Steer) and is_aborting(before) and before.turn is not None:
        return Steered(turn_id=before.turn.turn_id, input_id=command.input_id)
    return decision.result


def refused_though_accepted(_before: State, command: Command, decision: Decision) -> Result | None:
    """Input that starts a turn is answered with a refusal, while the turn runs."""
    if isinstance(command, Submit) and isinstance(decision.result, Started):
        return Refused(reason=NOT_IDLE, message="a turn is in progress", text=command.text)
    return decision.result


def input_not_handed_back(_before: State, command: Command, decision: Decision) -> Result | None:
    """A refusal keeps the text."""
    if isinstance(command, Submit | Steer) and isinstance(decision.result, Refused) and command.text:
        return attrs.evolve(decision.result, text=None)
    return decision.result


def second_interrupt_first(_before: State, _command: Command, decision: Decision) -> Result | None:
    """Two interrupts of one turn are both told that they began the abort."""
    if isinstance(decision.result, Interrupted):
        return attrs.evolve(decision.result, already=False)
    return decision.result


def idle_for_a_turn_without_task(before: State, command: Command, decision: Decision) -> Result | None:
    """A reserved turn is cleared, and whoever interrupted is told that there was none."""
    if isinstance(command, Interrupt) and before.turn is not None and before.turn.phase is TurnPhase.RESERVED:
        return Idle()
    return decision.result


def empty_before_abort(before: State, command: Command, decision: Decision) -> Result | None:
    """The checks of F9 in another order: empty input is seen first."""
    if isinstance(command, Steer) and not command.text and _reason(decision) == TURN_ABORT_IN_PROGRESS:
        return Refused(reason=EMPTY_INPUT, message="input must not be empty", text=command.text)
    return decision.result


def empty_before_mismatch(_before: State, command: Command, decision: Decision) -> Result | None:
    """The same, before the expected turn is compared."""
    if isinstance(command, Steer) and not command.text and _reason(decision) == EXPECTED_TURN_MISMATCH:
        return Refused(reason=EMPTY_INPUT, message="input must not be empty", text=command.text)
    return decision.result


def steered_into_nothing(before: State, command: Command, decision: Decision) -> Result | None:
    """A steer of an idle session is accepted, into a turn that is long over."""
    if isinstance(command, Steer) and before.turn is None and before.session is SessionPhase.IDLE:
        return Steered(turn_id="turn-1", input_id=command.input_id)
    return decision.result


def answered_in_an_abort(before: State, command: Command, decision: Decision) -> Result | None:
    """An answer counts though the turn is being aborted."""
    if isinstance(command, Answer) and is_aborting(before) and _reason(decision) == TURN_ABORT_IN_PROGRESS:
        return Done()
    return decision.result


def answered_twice(_before: State, command: Command, decision: Decision) -> Result | None:
    """A second answer to a question counts as the first did."""
    if isinstance(command, Answer) and _reason(decision) == UNKNOWN_APPROVAL:
        return Done()
    return decision.result


def other_turn_interrupted(_before: State, _command: Command, decision: Decision) -> Result | None:
    """Whoever interrupts is told of another turn."""
    if isinstance(decision.result, Interrupted):
        return attrs.evolve(decision.result, turn_id="turn-of-others")
    return decision.result


def input_id_given_again(_before: State, _command: Command, decision: Decision) -> Result | None:
    """An input is given the id of an earlier one."""
    if isinstance(decision.result, Steered | Started) and decision.result.input_id is not None:
        return attrs.evolve(decision.result, input_id="input-1")
    return decision.result


def turn_id_given_again(_before: State, _command: Command, decision: Decision) -> Result | None:
    """Two turns have one id."""
    if isinstance(decision.result, Started):
        return attrs.evolve(decision.result, turn_id="turn-1")
    return decision.result


def replacement_refused(before: State, command: Command, decision: Decision) -> Result | None:
    """A compaction is refused as if a turn ran, though there is none or it should have replaced it."""
    if isinstance(command, RunTask) and isinstance(decision.result, Started) and before.turn is None:
        return Refused(reason=NOT_IDLE, message="a turn is in progress")
    return decision.result


def mail_refused(before: State, command: Command, decision: Decision) -> Result | None:
    """An open session refuses mail."""
    if isinstance(command, SendMail) and before.session is SessionPhase.IDLE:
        return Refused(reason=SHUTTING_DOWN, message="the session is shutting down")
    return decision.result


def abort_said_to_be_over(before: State, command: Command, decision: Decision) -> Result | None:
    """A steer during an abort is told that there is no turn."""
    if isinstance(command, Steer) and is_aborting(before):
        return Refused(reason=NO_ACTIVE_TURN, message="no active turn to steer", text=command.text)
    return decision.result


SPOILERS: Final[tuple[Alter, ...]] = (
    steer_into_an_abort,
    refused_though_accepted,
    input_not_handed_back,
    second_interrupt_first,
    idle_for_a_turn_without_task,
    empty_before_abort,
    empty_before_mismatch,
    steered_into_nothing,
    answered_in_an_abort,
    answered_twice,
    other_turn_interrupted,
    input_id_given_again,
    turn_id_given_again,
    replacement_refused,
    mail_refused,
    abort_said_to_be_over,
)
