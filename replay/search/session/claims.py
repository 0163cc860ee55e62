"""The checks on decisions of the session: turns, aborts and input keep their order in every state."""

from __future__ import annotations

from typing import Final

import attrs

from turnfold import events as ev
from turnfold.core import NetworkPhase, SessionPhase, TurnPhase
from turnfold.core.commands import (
    BeginTurn,
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
from turnfold.core.decide import is_aborting, next_trigger
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
from turnfold.replay.search.session.checks import (
    EVERY_COMMAND,
    EVERY_EVENT,
    Decided,
    SessionCheck,
    Violated,
    must,
    session_check,
)

TERMINALS: Final = (ev.TurnCompleted, ev.TurnAborted)
"""Events that end a started turn."""

ENDS: Final = (*TERMINALS, ev.TurnCleared)
"""Events that free the slot."""

DROPS: Final = (ev.ApprovalDropped, ev.WaitersDropped)
NOTICES: Final = (ev.InputRefused, ev.SteerRefused)
CLOSING: Final = frozenset({SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN, SessionPhase.CLOSED})
"""Phases from which on no turn begins."""


@session_check(commands=EVERY_COMMAND)
def folds(decided: Decided) -> None:
    """What is decided is legal, the decision's state is the fold of its events; only what is parked has no result."""
    _, _, decision, moves = decided
    state = moves[-1].after if moves else decided.before
    must(
        state is decision.state or state == decision.state,
        "the decision's state is not the fold of its events",
    )
    must(
        decision.parked is (decision.result is None), "a decision has a result exactly when it is not parked"
    )


@session_check(kinds=EVERY_EVENT)
def refusals_change_nothing(decided: Decided) -> None:
    """What is refused leaves the state as it was, and at most a notice in the log (law of commands)."""
    decision = decided.decision
    if isinstance(decision.result, Refused):
        unchanged = attrs.evolve(decision.state, seq=decided.before.seq) == decided.before
        must(unchanged, "a refused command changed the state")
        must(
            all(isinstance(event, NOTICES) for event in decision.events),
            "a refused command left more than a notice",
        )


@session_check(kinds=EVERY_EVENT)
def one_terminal(decided: Decided) -> None:
    """F7, F8: a terminal event names the started turn in the slot and empties it; a turn without task has none."""
    for before, event, after in decided.moves:
        if isinstance(event, ev.TurnCompleted | ev.TurnAborted | ev.TurnCleared):
            turn = before.turn
            if turn is None:
                raise Violated("a turn ended where there was none")
            must(turn.turn_id == event.turn_id, "a turn ended that was not the one in the slot")
            cleared = isinstance(event, ev.TurnCleared)
            must(
                (turn.phase is TurnPhase.RESERVED) is cleared,
                "a started turn was cleared, or one that had not started got a terminal event",
            )
            must(after.turn is None, "the slot is not free after a turn's end")
        elif before.turn is not None:
            same = after.turn is not None and before.turn.turn_id == after.turn.turn_id
            must(same, "a turn left the slot without an event that ends it")


@session_check(kinds=(*DROPS, *ENDS, ev.ApprovalResolved))
def drops_follow(decided: Decided) -> None:
    """F6: waiters are dropped right after the turn left the slot, in the same step, and never before."""
    kinds = decided.kinds
    before_a_drop = {ev.ApprovalDropped, ev.HookClosed, *ENDS, None}
    for place, (before, event, _) in enumerate(decided.moves):
        if isinstance(event, DROPS):
            previous = kinds[place - 1] if place else None
            must(previous in before_a_drop, "waiters were dropped long after the turn's end")
            must(before.turn is None, "waiters were dropped before the turn's end")
        if isinstance(event, ev.ApprovalResolved):
            must(not is_aborting(before), "a question was answered during an abort")
    if any(kind in ENDS for kind in kinds):
        _nobody_waits(decided)


def _nobody_waits(decided: Decided) -> None:
    state = decided.after
    must(not state.approvals, "questions of a turn outlived it")
    asking = any(host.phase is NetworkPhase.ASKING for host in state.hosts.values())
    must(not asking, "a question about the network outlived its turn")
    kept = {None} if state.turn is None else {None, state.turn.turn_id}
    must({entry.turn_id for entry in state.inputs} <= kept, "input of a turn outlived it")


@session_check(kinds=EVERY_EVENT)
def inputs_are_never_lost(decided: Decided) -> None:
    """Law 6: accepted input leaves the state only by an event that names it; F13: and none at a natural end."""
    for before, event, after in decided.moves:
        if not before.inputs:
            continue
        gone = {entry.input_id for entry in before.inputs} - {entry.input_id for entry in after.inputs}
        named: set[str | None] = set()
        if isinstance(event, ev.WaitersDropped):
            named = set(event.inputs)
        elif isinstance(event, ev.UserInputRecorded | ev.InputDropped):
            named = {event.input_id}
        must(gone <= named, "input was lost")
        if isinstance(event, ev.TurnCompleted):
            left = any(entry.turn_id == event.turn_id for entry in before.inputs)
            must(not left, "a turn ended by itself with input left")


@session_check(commands=(Submit, Steer))
def accepted_input_is_kept(decided: Decided) -> None:
    """What is accepted is in the log with its settings; what is refused is handed back."""
    command, decision = decided.command, decided.decision
    if not isinstance(command, Submit | Steer):
        return
    result = decision.result
    must(
        isinstance(result, Started | Steered | Queued | Refused),
        "the answer to input does not say what became of it",
    )
    if isinstance(result, Refused):
        must(
            (command.text, command.content) == (result.text, result.content),
            "refused input was not handed back",
        )
        return
    must(command.text or command.content, "empty input was accepted")
    kept = any(entry.input_id == command.input_id for entry in decision.state.inputs)
    must(kept, "accepted input is not in the state")
    if isinstance(command, Submit):
        must(
            (command.settings is not None) is (command.settings in decision.events),
            "settings of accepted input were not applied",
        )


@session_check(commands=(Submit, Steer))
def input_during_an_abort(decided: Decided) -> None:
    """F9, F10: it is refused as such before anything else is looked at, or kept for the next turn; no turn begins."""
    before, command, decision, _ = decided
    if not isinstance(command, Submit | Steer) or not is_aborting(before):
        return
    started = any(isinstance(event, ev.TurnReserved | ev.TurnSteered) for event in decision.events)
    must(not started, "input went into a turn, or started one, during an abort")
    closing = isinstance(command, Submit) and before.session in CLOSING
    result = decision.result
    if isinstance(result, Refused) and not closing:
        if isinstance(command, Steer) or before.behaviour.while_aborting == "refuse":
            said = (result.reason, result.code, result.message)
            right = (ev.TURN_ABORT_IN_PROGRESS, BAD_REQUEST, "turn abort is still in progress")
            must(said == right, "input during an abort was refused for another reason")
        must(len(decision.events) == 1, "a refusal during an abort is not one notice")
    if isinstance(result, Queued):
        must(None is decision.state.inputs[-1].turn_id, "queued input belongs to a turn")


@session_check(kinds=(ev.TurnReserved, ev.TurnStarted))
def next_turns(decided: Decided) -> None:
    """F5, F11, F15: the slot is taken when it is free, in an open session, with no waiter left of an earlier turn.

    After an abort it is taken by itself only if the turn was interrupted, and after the terminal event.
    """
    reasons = [event.reason for event in decided.decision.events if isinstance(event, ev.TurnAborted)]
    for before, event, after in decided.moves:
        if isinstance(event, ev.TurnReserved):
            free = (before.session, before.turn, before.approvals) == (SessionPhase.IDLE, None, {})
            must(free, "a turn took a slot that was not free")
            if event.trigger in {"queued", "mail"}:
                must(reasons in ([], [ev.INTERRUPTED]), "a turn began by itself after another kind of abort")
                work = any(entry.turn_id is None for entry in before.inputs)
                mail = any(each.trigger_turn for each in before.mail)
                must(work or mail, "a turn began by itself with nothing to do")
        if isinstance(event, ev.TurnStarted):
            reserved = before.turn is not None and before.turn.phase is TurnPhase.RESERVED
            must(
                reserved and before.session is SessionPhase.RESERVED,
                "a turn started that was not reserved",
            )
            must(after.turn is not None, "a started turn is not in the slot")


@session_check(commands=(Interrupt, Conclude, FinishTurn, SendMail))
def work_goes_on(decided: Decided) -> None:
    """F11: what outlives turns takes the free slot in the step that frees it, if an id was brought for it."""
    command, decision = decided.command, decided.decision
    if (
        not isinstance(command, Interrupt | Conclude | FinishTurn | SendMail)
        or command.next_turn_id is None
        or not decision.events
    ):
        return
    happened = any(isinstance(event, (*ENDS, ev.MailReceived)) for event in decision.events)
    interrupted = all(
        event.reason == ev.INTERRUPTED for event in decision.events if isinstance(event, ev.TurnAborted)
    )
    if happened and interrupted and decision.state.session is SessionPhase.IDLE:
        must(next_trigger(decision.state) is None, "work was left lying in an idle session")


@session_check(commands=(RunTask,))
def a_replacement_waits(decided: Decided) -> None:
    """F14: a replacement waits for the end of the turn that it replaces, and that end has begun."""
    before, command, decision, _ = decided
    if not isinstance(command, RunTask) or before.turn is None or before.session in CLOSING:
        return
    if before.turn.phase is TurnPhase.RESERVED:
        must(isinstance(decision.result, Started), "a turn without task held up its replacement")
    else:
        must(decision.parked, "a replacement did not wait for the turn's end")
        must(is_aborting(decision.state), "a replacement waits for a turn that is not being aborted")


@session_check(kinds=EVERY_EVENT)
def nothing_follows_a_shutdown(decided: Decided) -> None:
    """F14: after `shutdown_began` no turn begins, a turn ends before `shutdown_completed`, and nothing follows that."""
    for before, event, _ in decided.moves:
        if before.session in CLOSING:
            begins = isinstance(event, ev.TurnReserved | ev.TurnStarted)
            must(not begins, "a turn began in a session that ends")
        if before.session is SessionPhase.CLOSED:
            must(isinstance(event, ev.SessionResumed), "something followed the end of the session")
        if isinstance(event, ev.ShutdownCompleted):
            must(before.turn is None, "the session ended before its turn")


@session_check(commands=(BeginTurn, FinishTurn, ScopesGone, Unwound, FlushEnded, Conclude))
def identity(decided: Decided) -> None:
    """Hazard 8: what the engine says of a turn that is not in the slot changes nothing, and no other turn."""
    before, command, decision, _ = decided
    if not isinstance(command, BeginTurn | FinishTurn | ScopesGone | Unwound | FlushEnded | Conclude):
        return
    if before.turn is None or before.turn.turn_id != command.turn_id:
        nothing = isinstance(decision.result, Refused) and not decision.events
        must(nothing, "what was said of another turn was taken for this one's")


@session_check(commands=(Unwound,))
def left_over(decided: Decided) -> None:
    """Hazards 5 and 7: an unwound turn has no open call or hook run, and leaves review mode."""
    if isinstance(decided.command, Unwound) and not isinstance(decided.decision.result, Refused):
        state = decided.after
        must(not state.calls and not state.hook_runs, "a call or hook run stayed open in an unwound turn")
        must(state.turn is not None and not state.turn.reviewing, "an unwound turn is in review mode")


@session_check(commands=(FinishTurn,))
def finish(decided: Decided) -> None:
    """F7, F13: a turn ends by itself only while it runs, and with input left it goes on."""
    command, decision, turn = decided.command, decided.decision, decided.before.turn
    if isinstance(command, FinishTurn) and turn is not None and turn.turn_id == command.turn_id:
        if turn.phase is not TurnPhase.RUNNING:
            must(not decision.events, "a turn ended by itself that did not run")
        elif any(entry.turn_id == turn.turn_id for entry in decided.before.inputs):
            pending = isinstance(decision.result, Refused) and decision.result.reason == INPUT_PENDING
            must(pending, "a turn ended by itself with input left")


_REASONS: Final = frozenset({NOT_IDLE, SHUTTING_DOWN, ev.TURN_ABORT_IN_PROGRESS, ev.EMPTY_INPUT})


@session_check(commands=(Submit,))
def idle_only(decided: Decided) -> None:
    """`start_if_idle` never goes into a turn that runs."""
    before, command, decision, _ = decided
    if isinstance(command, Submit) and command.mode == "start_if_idle" and before.turn is not None:
        result = decision.result
        must(not isinstance(result, Steered | Started), "`start_if_idle` went into a turn that runs")
        if isinstance(result, Refused):
            must(result.reason in _REASONS, "`start_if_idle` was refused for another reason")


CHECKS: Final[tuple[SessionCheck, ...]] = (
    folds,
    refusals_change_nothing,
    one_terminal,
    drops_follow,
    inputs_are_never_lost,
    accepted_input_is_kept,
    input_during_an_abort,
    next_turns,
    work_goes_on,
    a_replacement_waits,
    nothing_follows_a_shutdown,
    identity,
    left_over,
    finish,
    idle_only,
)
"""All of them."""
