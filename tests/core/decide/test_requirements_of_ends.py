"""How turns and sessions end: one example for each line of the acceptance list that the pure core alone shows."""

from __future__ import annotations

import pytest

from tests.core.decide.telling import ABORTING, aborted, after, kinds, refusal, steer, submit
from tests.core.histories import events
from tests.stateful.alphabet import LEAVE, OTHER, WRONG, opened
from tests.stateful.core_search import at_rest, left_alone
from turnfold import events as ev
from turnfold.core import SessionPhase
from turnfold.core.commands import (
    COMPACT,
    Answer,
    BeginTurn,
    Close,
    Conclude,
    FinishTurn,
    FlushEnded,
    Interrupt,
    Leftover,
    Record,
    RunTask,
    ScopesGone,
    SendMail,
    Shutdown,
    Unwound,
)
from turnfold.core.decide import decide
from turnfold.core.results import (
    ILLEGAL,
    SHUTTING_DOWN,
    TURN_OVER,
    UNKNOWN_APPROVAL,
    Done,
    Idle,
    Interrupted,
    Started,
)
from turnfold.events import Event


@pytest.mark.covers("F1")
def test_an_interrupt_begins_an_abort_and_nothing_more() -> None:
    """One event marks the turn; a second interrupt during the abort does nothing."""
    first = decide(after("start:t"), Interrupt(by="client"))
    assert (ev.AbortBegan(turn_id="t", reason="interrupted", by="client"),) == first.events
    assert Interrupted(turn_id="t") == first.result
    second = decide(first.state, Interrupt())
    assert () == second.events
    assert Interrupted(turn_id="t", already=True) == second.result


@pytest.mark.covers("F1")
def test_with_no_turn_an_interrupt_cancels_the_work_of_starting_up() -> None:
    """No turn event is told; without such work nothing is; an interrupt for another turn does nothing either."""
    cancelled = decide(opened(), Interrupt(startup=("mcp",)))
    assert (ev.StartupCancelled(work=("mcp",)),) == cancelled.events
    assert Idle(cancelled=("mcp",)) == cancelled.result
    assert ((), Idle()) == (decide(opened(), Interrupt()).events, decide(opened(), Interrupt()).result)
    other = decide(after("start:t"), Interrupt(turn_id=WRONG, startup=("mcp",)))
    assert ((), Idle()) == (other.events, other.result)


@pytest.mark.covers("F3", "F4", "F5", "F7")
def test_an_abort_by_the_book() -> None:
    """Scopes, clean-up with what is abandoned, marker, flush, one terminal event; idle with that very event."""
    state = after("start:t call:c hook:h")
    told: list[type[Event]] = []
    for command in (
        Interrupt(),
        ScopesGone(turn_id="t", scopes=3),
        Unwound(turn_id="t", grace_ms=100, abandoned=(Leftover(effect_id="e", call_id="c"),)),
        FlushEnded(turn_id="t", through_seq=9),
        Conclude(turn_id="t", completed_at_s=5, duration_ms=7),
    ):
        decision = decide(state, command)
        told += kinds(decision)
        state = decision.state
    assert [
        ev.AbortBegan,
        ev.ScopesCancelled,
        ev.EffectAbandoned,
        ev.HookClosed,
        ev.ToolCallClosed,
        ev.AbortUnwound,
        ev.AbortMarkerRecorded,
        ev.JournalFlushed,
        ev.TurnAborted,
    ] == told
    assert (SessionPhase.IDLE, None) == (state.session, state.turn)


@pytest.mark.covers("F4")
@pytest.mark.parametrize("reason", [ev.REPLACED, ev.REVIEW_ENDED, ev.BUDGET_LIMITED])
def test_only_an_interruption_leaves_a_marker(reason: str) -> None:
    """Any other reason ends the turn without one, and so does an interruption where it is switched off."""
    for state, why in ((opened(), reason), (opened(marker=False), ev.INTERRUPTED)):
        begun = decide(after("start:t", state), Interrupt(reason=why)).state
        told = [event for decision in left_alone(begun) for event in decision.events]
        assert [ev.ScopesCancelled, ev.AbortUnwound, ev.TurnAborted] == [type(event) for event in told]
        assert why == getattr(told[-1], "reason", None)


def test_a_disk_that_fails_does_not_keep_a_turn_from_ending() -> None:
    """The failure is in the log, as far as there is one, and the terminal event follows."""
    marked = after("start:t abort:t cancel:t unwind:t mark:t")
    failed = decide(marked, FlushEnded(turn_id="t", error="disk full", pending=2))
    assert (ev.JournalFailed(turn_id="t", message="disk full", pending=2),) == failed.events
    assert [ev.TurnAborted] == kinds(decide(failed.state, Conclude(turn_id="t")))


def test_an_abort_cannot_be_concluded_before_its_clean_up() -> None:
    """Too early, it is refused; after the turn is gone as well."""
    assert ILLEGAL == refusal(decide(after("start:t abort:t"), Conclude(turn_id="t"))).reason
    assert TURN_OVER == refusal(decide(opened(), Conclude(turn_id="t"))).reason


@pytest.mark.covers("F5")
def test_hooks_of_the_interruption_cannot_outlive_it() -> None:
    """A hook run that was cut short is closed, for else the turn could not end (hazard 7)."""
    state = after("hook:h", aborted())
    assert [ev.HookClosed, ev.TurnAborted] == kinds(decide(state, Conclude(turn_id="t")))


def test_a_review_that_outlives_its_command_does_not_hold_the_abort() -> None:
    """The call's closing ends it; where the call still waits for it, it ends by an event of its own."""
    told = "start:t call:c decide:c exec:c"
    review = ev.ReviewStarted(review_id="r", call_id="c")
    reviewing = decide(after(told), Record(events=(review,), turn_id="t")).state
    ended = decide(reviewing, Record(events=tuple(events("exec-end:c")), turn_id="t")).state
    for state, expected in ((reviewing, [ev.ReviewEnded]), (ended, [])):
        cancelled = after("abort:t cancel:t", state)
        closing = kinds(decide(cancelled, Unwound(turn_id="t", grace_ms=1)))
        assert [*expected, ev.ToolCallClosed, ev.AbortUnwound] == closing


@pytest.mark.covers("F6")
def test_waiters_are_dropped_after_the_terminal_event() -> None:
    """The question and the input that nobody used are dropped next, and an answer meanwhile is refused."""
    state = aborted(state=decide(after("start:t ask:a"), steer()).state)
    late = refusal(decide(state, Answer(approval_id="a", decision="approved")))
    assert "turn abort is still in progress" == late.message
    ended = decide(state, Conclude(turn_id="t"))
    assert [ev.TurnAborted, ev.ApprovalDropped, ev.WaitersDropped] == kinds(ended)
    assert ev.WaitersDropped(turn_id="t", approvals=("a",), inputs=("i9",)) == ended.events[-1]
    assert ({}, ()) == (ended.state.approvals, ended.state.inputs)


@pytest.mark.covers("F7")
def test_whoever_comes_second_does_not_end_the_turn_again() -> None:
    """A natural finish after an abort began is refused, and an interrupt after the finish finds no turn."""
    begun = decide(after("start:t"), Interrupt()).state
    assert TURN_OVER == refusal(decide(begun, FinishTurn(turn_id="t"))).reason
    finished = decide(after("start:t"), FinishTurn(turn_id="t"))
    assert [ev.TurnCompleted] == kinds(finished)
    assert Idle() == decide(finished.state, Interrupt()).result


@pytest.mark.covers("F8")
def test_a_turn_without_a_task_is_cleared() -> None:
    """Its input is dropped and the slot is free, without a terminal event; then what waits may start (F11)."""
    reserved = decide(opened(), submit()).state
    cleared = decide(reserved, Interrupt(next_turn_id="v"))
    assert [ev.TurnCleared, ev.WaitersDropped] == kinds(cleared)
    assert (SessionPhase.IDLE, None, ()) == (cleared.state.session, cleared.state.turn, cleared.state.inputs)
    mailed = decide(reserved, SendMail(mail_id="m", trigger_turn=True)).state
    followed = decide(mailed, Interrupt(next_turn_id="v"))
    assert [ev.TurnCleared, ev.WaitersDropped, ev.TurnReserved] == kinds(followed)


@pytest.mark.covers("F14", "F15")
def test_a_replacement_waits_for_the_end_of_the_old_turn() -> None:
    """It begins the abort and is decided again when the slot is free: aborted(old) comes before started(new)."""
    task = RunTask(submission_id="s", turn_id="u", task_kind=COMPACT, input_id="i", text="now")
    begun = decide(after("start:t"), task)
    assert (ev.AbortBegan(turn_id="t", reason="replaced", by="replacement"),) == begun.events
    assert (True, None) == (begun.parked, begun.result)
    joined = decide(begun.state, task)
    assert (True, ()) == (joined.parked, joined.events)
    started = decide(at_rest(begun.state), task)
    assert [ev.TurnRequested, ev.TurnReserved, ev.InputQueued] == kinds(started)
    assert Started(turn_id="u", input_id="i") == started.result
    assert [ev.TurnStarted] == kinds(decide(started.state, BeginTurn(turn_id="u", trigger="command")))


@pytest.mark.covers("F14")
def test_a_replacement_clears_a_turn_without_a_task() -> None:
    """Nothing has to be aborted; a session that ends takes no task."""
    task = RunTask(submission_id="s", turn_id="u", task_kind=COMPACT, input_id="i")
    decision = decide(after("reserve:t"), task)
    assert [ev.TurnCleared, ev.TurnRequested, ev.TurnReserved] == kinds(decision)
    assert Started(turn_id="u") == decision.result
    assert SHUTTING_DOWN == refusal(decide(after("closing"), task)).reason


@pytest.mark.covers("F14")
@pytest.mark.parametrize("told", ["start:t", "start:t abort:t", "reserve:t", ""])
def test_a_shutdown_ends_after_the_turn(told: str) -> None:
    """The turn's end comes before `shutdown_completed`, an abort that runs is joined, and nothing follows."""
    begun = decide(after(told), Shutdown())
    assert "start:t" in told or None is begun.state.turn
    assert (ev.AbortBegan in kinds(begun)) is (told == "start:t")
    later = [event for decision in left_alone(begun.state) for event in decision.events]
    ends = [type(event) for event in later if isinstance(event, ev.TurnAborted | ev.ShutdownCompleted)]
    assert [*([ev.TurnAborted] if "start:t" in told else []), ev.ShutdownCompleted] == ends
    assert ev.ShutdownCompleted is type(later[-1])
    closed = at_rest(begun.state)
    for command in (submit(), Interrupt(), Shutdown(), BeginTurn(turn_id="t"), Close()):
        assert () == decide(closed, command).events


@pytest.mark.covers("F14")
def test_a_session_is_not_closed_before_its_turn_has_ended() -> None:
    """Closing needs a shutdown that has begun and a free slot; it closes hook runs that were cut short."""
    assert ILLEGAL == refusal(decide(opened(), Close())).reason
    assert ILLEGAL == refusal(decide(after("start:t abort:t closing"), Close())).reason
    assert [ev.HookClosed, ev.ShutdownCompleted] == kinds(decide(after("closing hook:h"), Close()))


@pytest.mark.covers("F15")
@pytest.mark.parametrize("told", ["start:t", *(f"start:t {abort}" for abort in ABORTING), ""])
def test_a_task_begins_on_a_reserved_turn_only(told: str) -> None:
    """Not on one that has a task, not on one that is being aborted, not on none."""
    decision = decide(after(told), BeginTurn(turn_id="t"))
    assert ((), TURN_OVER) == (decision.events, refusal(decision).reason)


@pytest.mark.covers("F17")
def test_a_turn_holds_one_task() -> None:
    """Ours has one task for each turn: a second one replaces it, so one `turn_aborted` is all there is to order."""
    task = RunTask(submission_id="s", turn_id="u", task_kind="regular", input_id="i")
    begun = decide(after("start:t"), task)
    told = [event for decision in left_alone(begun.state) for event in decision.events]
    assert [("t", "replaced")] == [
        (event.turn_id, event.reason) for event in told if isinstance(event, ev.TurnAborted)
    ]
    assert ILLEGAL == refusal(decide(begun.state, Record(events=tuple(events("start:u"))))).reason


@pytest.mark.covers("C4")
def test_a_users_abort_interrupts_and_resolves_nothing() -> None:
    """The waiter gets no answer; the question is dropped after the terminal event (F6)."""
    question = ev.ApprovalRequested(approval_id="a", approval_kind=LEAVE)
    asked = decide(after("start:t"), Record(events=(question,), turn_id="t")).state
    decision = decide(asked, Answer(approval_id="a", decision="abort"))
    assert (ev.AbortBegan(turn_id="t", reason="interrupted", by="user"),) == decision.events
    assert Interrupted(turn_id="t") == decision.result
    told = [event for each in left_alone(decision.state) for event in each.events]
    assert not any(isinstance(event, ev.ApprovalResolved) for event in told)
    assert 1 == sum(isinstance(event, ev.ApprovalDropped) for event in told)


@pytest.mark.covers("C4")
@pytest.mark.parametrize(("kind", "decided"), [(LEAVE, "denied"), (LEAVE, "approved"), (OTHER, "abort")])
def test_other_answers_resolve_the_question(kind: str, decided: str) -> None:
    """Whatever else is answered goes to whoever waits; so does `abort` where no leave was asked for."""
    question = ev.ApprovalRequested(approval_id="a", approval_kind=kind)
    asked = decide(after("start:t"), Record(events=(question,), turn_id="t")).state
    decision = decide(asked, Answer(approval_id="a", decision=decided))
    assert [ev.ApprovalResolved] == kinds(decision)
    assert Done() == decision.result


def test_answers_to_unknown_questions_are_refused() -> None:
    """An id that nobody asked with, or that was answered already."""
    refused = refusal(decide(after("start:t ask:a answer:a"), Answer(approval_id="a", decision="approved")))
    assert (UNKNOWN_APPROVAL, "no pending approval `a`") == (refused.reason, refused.message)


@pytest.mark.covers("C3", "D3")
def test_a_record_can_begin_the_abort_in_the_same_step() -> None:
    """All of it or nothing: the decision, and then the interruption."""
    denied = ev.ToolDecisionRecorded(call_id="c", decision="denied", source="config")
    decision = decide(after("start:t call:c"), Record(events=(denied,), turn_id="t", abort_by="hook"))
    assert (denied, ev.AbortBegan(turn_id="t", reason="interrupted", by="hook")) == decision.events
    again = decide(decision.state, Record(events=(denied,), turn_id="t", abort_by="hook"))
    assert ((), TURN_OVER) == (again.events, refusal(again).reason)
