"""`react`: what each step asks the engine to do, and what a resumed log had left undone."""

from __future__ import annotations

import pytest

from tests.core.histories import events
from tests.stateful.alphabet import opened
from tests.stateful.core_search import steps
from turnfold import events as ev
from turnfold.core import INITIAL, State
from turnfold.core.commands import Answer, Close, Interrupt, Record, RunTask, Shutdown
from turnfold.core.decide import decide
from turnfold.core.effects import (
    AwaitUnwind,
    CancelScopes,
    CancelStartup,
    CloseSession,
    ConcludeAbort,
    DropWaiter,
    Effect,
    FlushJournal,
    ReleaseWaiter,
    StartTask,
    Stop,
)
from turnfold.core.react import GRACE_MS, react
from turnfold.events import Event

PHASES: dict[str, Effect] = {
    "reserve:t": StartTask("t", "regular", None),
    "start:t abort:t": CancelScopes("t"),
    "start:t abort:t cancel:t": AwaitUnwind("t", GRACE_MS),
    "start:t abort:t cancel:t unwind:t": ConcludeAbort("t", "x", None),
    "start:t abort:t cancel:t unwind:t mark:t": FlushJournal("t"),
    "start:t abort:t cancel:t unwind:t mark:t flush": ConcludeAbort("t", "x", None),
    "closing": CloseSession(),
}
"""Histories that end where the engine has something to do, and what that is."""


def after(state: State, told: list[Event]) -> State:
    """Return the state after more events."""
    for _, _, after_ in steps(state, told):
        state = after_
    return state


@pytest.mark.parametrize("told", PHASES)
def test_each_phase_has_its_effect(told: str) -> None:
    """Coming into a phase asks for the work of that phase, and for nothing else."""
    *earlier, last = events(told)
    before = after(opened(), earlier)
    assert (PHASES[told],) == react(before, [last], after(before, [last]))


@pytest.mark.parametrize("told", PHASES)
def test_a_resumed_log_is_taken_up_where_it_ends(told: str) -> None:
    """From nothing to the state of a log, without events: the same work, so that an abort goes on after a crash."""
    assert (PHASES[told],) == react(INITIAL, (), after(opened(), events(told)))


@pytest.mark.parametrize("told", PHASES)
def test_what_stays_in_its_phase_asks_for_nothing(told: str) -> None:
    """Work is asked for once: a notice in the same phase repeats nothing."""
    before = after(opened(), events(told))
    notice = ev.WarningRaised(message="look")
    assert () == react(before, [notice], after(before, [notice]))


@pytest.mark.parametrize("told", ["", "start:t", "start:t done:t", "start:t call:c hook:h ask:a"])
def test_idle_sessions_and_running_turns_need_nothing(told: str) -> None:
    """A running turn works by itself; it is not started again by a resume either."""
    assert () == react(INITIAL, (), after(opened(), events(told)))


def test_the_start_says_what_triggered_it() -> None:
    """The task of a turn is told its kind and what took the slot, if this step took it."""
    before = opened()
    decision = decide(before, RunTask(submission_id="s", turn_id="t", task_kind="compact", input_id="i"))
    assert (StartTask("t", "compact", "command"),) == react(before, decision.events, decision.state)
    assert (StartTask("t", "compact", None),) == react(INITIAL, (), decision.state)


def test_a_turn_that_takes_the_slot_of_another_in_one_step_is_started() -> None:
    """Two turns are told apart by their ids: a replaced reservation starts the new task."""
    before = after(opened(), events("reserve:t"))
    decision = decide(before, RunTask(submission_id="s", turn_id="u", task_kind="compact", input_id="i"))
    assert (StartTask("u", "compact", "command"),) == react(before, decision.events, decision.state)


def test_the_grace_is_that_of_the_session() -> None:
    """The grace comes from the log, zero included."""
    configured = ev.SessionConfigured(session_id="s", grace_ms=0)
    state = after(opened(), [configured, *events("start:t abort:t cancel:t")])
    assert (AwaitUnwind("t", 0),) == react(INITIAL, (), state)


def test_an_answer_releases_its_waiter() -> None:
    """Whoever waits gets the resolved answer itself."""
    before = after(opened(), events("start:t ask:a"))
    decision = decide(before, Answer(approval_id="a", decision="approved", message="go"))
    (effect,) = react(before, decision.events, decision.state)
    assert isinstance(effect, ReleaseWaiter)
    assert ("a", "approved", "go") == (
        effect.answer.approval_id,
        effect.answer.decision,
        effect.answer.message,
    )


def test_a_dropped_question_drops_its_waiter_and_then_the_session_closes() -> None:
    """Effects come in the order of their events; what the new state needs comes last."""
    before = after(opened(), events("start:t ask:a closing"))
    told = events("done:t drop-ask:a")
    assert (DropWaiter("a"), CloseSession()) == react(before, told, after(before, told))


def test_starting_up_is_cancelled_on_request() -> None:
    """With no turn, an interrupt is for the work of starting up."""
    before = opened()
    decision = decide(before, Interrupt(startup=("mcp",)))
    assert (CancelStartup(),) == react(before, decision.events, decision.state)


def test_a_shutdown_waits_for_the_turn() -> None:
    """While the last turn is on its way home the session is not closed; afterwards it is, once."""
    before = after(opened(), events("start:t"))
    decision = decide(before, Shutdown())
    assert (CancelScopes("t"),) == react(before, decision.events, decision.state)
    last = after(decision.state, events("cancel:t unwind:t"))
    told = events("aborted:t")
    home = after(last, told)
    assert (CloseSession(),) == react(last, told, home)
    noted = decide(home, Record(events=(ev.WarningRaised(message="look"),)))
    assert () == react(home, noted.events, noted.state)


def test_the_end_stops_the_session_once() -> None:
    """`Stop` comes with the last event, also when that is seen from the initial state."""
    before = after(opened(), events("closing"))
    decision = decide(before, Close())
    assert (Stop(),) == react(before, decision.events, decision.state)
    assert (Stop(),) == react(INITIAL, (), decision.state)
    assert () == react(decision.state, (), decision.state)
