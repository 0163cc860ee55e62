"""What holds for every decision in every state: the claims that searches and random walks check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from tests.stateful.core_search import Check, steps
from turnfold import events as ev
from turnfold.core import NetworkPhase, SessionPhase, State, TurnPhase
from turnfold.core.commands import (
    BeginTurn,
    Command,
    Conclude,
    FinishTurn,
    FlushEnded,
    Interrupt,
    RunTask,
    ScopesGone,
    SendMail,
    Steer,
    Submit,
    Unwound,
)
from turnfold.core.decide import Decision, is_aborting, next_trigger
from turnfold.core.results import (
    BAD_REQUEST,
    INPUT_PENDING,
    NOT_IDLE,
    SHUTTING_DOWN,
    Queued,
    Refused,
    Started,
    Steered,
)

TERMINALS: Final = (ev.TurnCompleted, ev.TurnAborted)
ENDS: Final = (*TERMINALS, ev.TurnCleared)
DROPS: Final = (ev.ApprovalDropped, ev.WaitersDropped)
NOTICES: Final = (ev.InputRefused, ev.SteerRefused)
CLOSING: Final = {SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN, SessionPhase.CLOSED}


def folds(before: State, _command: Command, decision: Decision) -> None:
    """What is decided is legal, and the decision's state is its fold; nothing is said without a result."""
    state = before
    for _, _, after in steps(before, decision.events):
        state = after
    assert state is decision.state or state == decision.state
    assert decision.parked is (decision.result is None)


def refusals_change_nothing(before: State, _command: Command, decision: Decision) -> None:
    """Law of commands: what is refused leaves the state as it was, and at most a notice in the log."""
    if isinstance(decision.result, Refused) and decision.events:
        assert attrs.evolve(decision.state, seq=before.seq) == before
        assert all(isinstance(event, NOTICES) for event in decision.events)


def one_terminal(before: State, _command: Command, decision: Decision) -> None:
    """F7, F8: a terminal event names the started turn in the slot and empties it; a turn without task has none."""
    for earlier, event, after in steps(before, decision.events):
        if isinstance(event, ENDS):
            assert earlier.turn is not None
            assert earlier.turn.turn_id == event.turn_id
            assert (earlier.turn.phase is TurnPhase.RESERVED) is isinstance(event, ev.TurnCleared)
            assert after.turn is None
        elif earlier.turn is not None:
            assert after.turn is not None
            assert earlier.turn.turn_id == after.turn.turn_id


def drops_follow(before: State, _command: Command, decision: Decision) -> None:
    """F6: waiters are dropped right after the turn left the slot, in the same step, and never before."""
    kinds = [type(event) for event in decision.events]
    for place, kind in enumerate(kinds):
        if kind in DROPS:
            previous = kinds[place - 1] if place else None
            assert previous is ev.ApprovalDropped or previous in ENDS or previous in (ev.HookClosed, None)
    for earlier, event, _ in steps(before, decision.events):
        if isinstance(event, DROPS):
            assert earlier.turn is None
        if isinstance(event, ev.ApprovalResolved):
            assert not is_aborting(earlier)
    if any(kind in ENDS for kind in kinds):
        assert {} == decision.state.approvals
        assert not any(host.phase is NetworkPhase.ASKING for host in decision.state.hosts.values())
        turn = decision.state.turn
        kept = {None} if turn is None else {None, turn.turn_id}
        assert {entry.turn_id for entry in decision.state.inputs} <= kept


def inputs_are_never_lost(before: State, _command: Command, decision: Decision) -> None:
    """Law 6: accepted input leaves the state only by an event that names it; F13: and none at a natural end."""
    for earlier, event, after in steps(before, decision.events):
        gone = {entry.input_id for entry in earlier.inputs} - {entry.input_id for entry in after.inputs}
        named: set[str | None] = set()
        if isinstance(event, ev.WaitersDropped):
            named = set(event.inputs)
        elif isinstance(event, ev.UserInputRecorded | ev.InputDropped):
            named = {event.input_id}
        assert gone <= named
        if isinstance(event, ev.TurnCompleted):
            assert event.turn_id not in {entry.turn_id for entry in earlier.inputs}


def accepted_input_is_kept(_before: State, command: Command, decision: Decision) -> None:
    """What is accepted is in the log with its settings; what is refused is handed back."""
    if isinstance(command, Submit | Steer):
        result = decision.result
        assert isinstance(result, Started | Steered | Queued | Refused)
        if isinstance(result, Refused):
            assert (command.text, command.content) == (result.text, result.content)
        else:
            assert command.text or command.content
            assert command.input_id in {entry.input_id for entry in decision.state.inputs}
            if isinstance(command, Submit):
                assert (command.settings is not None) is (command.settings in decision.events)


def input_during_an_abort(before: State, command: Command, decision: Decision) -> None:
    """F9, F10: it is refused as such before anything else is looked at, or kept for the next turn; no turn begins."""
    if not is_aborting(before) or not isinstance(command, Submit | Steer):
        return
    assert before.turn is not None
    assert not any(isinstance(event, ev.TurnReserved | ev.TurnSteered) for event in decision.events)
    closing = isinstance(command, Submit) and before.session in CLOSING
    if isinstance(decision.result, Refused) and not closing:
        if isinstance(command, Steer) or before.behaviour.while_aborting == "refuse":
            assert (ev.TURN_ABORT_IN_PROGRESS, BAD_REQUEST) == (decision.result.reason, decision.result.code)
            assert "turn abort is still in progress" == decision.result.message
        assert 1 == len(decision.events)
    if isinstance(decision.result, Queued):
        assert None is decision.state.inputs[-1].turn_id


def next_turns(before: State, _command: Command, decision: Decision) -> None:
    """F5, F11, F15: the slot is taken when it is free, in an open session, with no waiter left of an earlier turn.

    After an abort it is taken by itself only if the turn was interrupted, and after the terminal event.
    """
    reasons = [event.reason for event in decision.events if isinstance(event, ev.TurnAborted)]
    for earlier, event, after in steps(before, decision.events):
        if isinstance(event, ev.TurnReserved):
            assert (SessionPhase.IDLE, None, {}) == (earlier.session, earlier.turn, earlier.approvals)
            if event.trigger in {"queued", "mail"}:
                assert reasons in ([], [ev.INTERRUPTED])
                assert any(entry.turn_id is None for entry in earlier.inputs) or any(
                    mail.trigger_turn for mail in earlier.mail
                )
        if isinstance(event, ev.TurnStarted):
            assert earlier.turn is not None
            assert TurnPhase.RESERVED is earlier.turn.phase
            assert SessionPhase.RESERVED is earlier.session
            assert after.turn is not None


def work_goes_on(_before: State, command: Command, decision: Decision) -> None:
    """F11: what outlives turns takes the free slot in the step that frees it, if an id was brought for it."""
    if not isinstance(command, Interrupt | Conclude | FinishTurn | SendMail) or command.next_turn_id is None:
        return
    happened = [event for event in decision.events if isinstance(event, (*ENDS, ev.MailReceived))]
    interrupted = all(
        event.reason == ev.INTERRUPTED for event in happened if isinstance(event, ev.TurnAborted)
    )
    if happened and interrupted and decision.state.session is SessionPhase.IDLE:
        assert None is next_trigger(decision.state)


def replacement_and_shutdown(before: State, command: Command, decision: Decision) -> None:
    """F14: a replacement waits for the old turn's end; after `shutdown_began` none begins, after the end nothing."""
    if isinstance(command, RunTask) and before.turn is not None and before.session not in CLOSING:
        if before.turn.phase is TurnPhase.RESERVED:
            assert isinstance(decision.result, Started)
        else:
            assert decision.parked
            assert is_aborting(decision.state)
    for earlier, event, _ in steps(before, decision.events):
        if earlier.session in CLOSING:
            assert not isinstance(event, ev.TurnReserved | ev.TurnStarted)
        if earlier.session is SessionPhase.CLOSED:
            assert isinstance(event, ev.SessionResumed)
        if isinstance(event, ev.ShutdownCompleted):
            assert None is earlier.turn


def identity(before: State, command: Command, decision: Decision) -> None:
    """Hazard 8: what the engine says of a turn that is not in the slot changes nothing, and no other turn."""
    if not isinstance(command, BeginTurn | FinishTurn | ScopesGone | Unwound | FlushEnded | Conclude):
        return
    if before.turn is None or before.turn.turn_id != command.turn_id:
        assert isinstance(decision.result, Refused)
        assert () == decision.events


def left_over(_before: State, command: Command, decision: Decision) -> None:
    """Hazards 5 and 7: an unwound turn has no open call or hook run, and leaves review mode."""
    if isinstance(command, Unwound) and not isinstance(decision.result, Refused):
        assert ({}, {}) == (decision.state.calls, decision.state.hook_runs)
        assert decision.state.turn is not None
        assert not decision.state.turn.reviewing


def finish(before: State, command: Command, decision: Decision) -> None:
    """F7, F13: a turn ends by itself only while it runs, and with input left it goes on."""
    turn = before.turn
    if isinstance(command, FinishTurn) and turn is not None and turn.turn_id == command.turn_id:
        left = any(entry.turn_id == turn.turn_id for entry in before.inputs)
        if turn.phase is TurnPhase.RUNNING and left:
            assert isinstance(decision.result, Refused)
            assert INPUT_PENDING == decision.result.reason
        if turn.phase is not TurnPhase.RUNNING:
            assert () == decision.events


def idle_only(before: State, command: Command, decision: Decision) -> None:
    """`start_if_idle` never goes into a turn that runs."""
    if isinstance(command, Submit) and command.mode == "start_if_idle" and before.turn is not None:
        assert not isinstance(decision.result, Steered | Started)
        if isinstance(decision.result, Refused):
            assert decision.result.reason in {
                NOT_IDLE,
                SHUTTING_DOWN,
                ev.TURN_ABORT_IN_PROGRESS,
                ev.EMPTY_INPUT,
            }


CLAIMS: Final[tuple[Check, ...]] = (
    folds,
    refusals_change_nothing,
    one_terminal,
    drops_follow,
    inputs_are_never_lost,
    accepted_input_is_kept,
    input_during_an_abort,
    next_turns,
    work_goes_on,
    replacement_and_shutdown,
    identity,
    left_over,
    finish,
    idle_only,
)


def all_of(*claims: Callable[[State, Command, Decision], None]) -> Check:
    """Return the check that makes every one of *claims*."""

    def check(before: State, command: Command, decision: Decision) -> None:
        for claim in claims:
            try:
                claim(before, command, decision)
            except AssertionError as error:
                error.add_note(f"{claim.__name__}: {claim.__doc__}")
                raise

    return check
