"""The fold: strict, pure, and the same as the tables run by somebody else."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.histories import ALL, Oracle, enveloped, events, history, legal_histories, make
from turnfold import events as ev
from turnfold.core import (
    EVENT_TRIGGERED,
    INITIAL,
    CallPhase,
    IllegalEvent,
    Machine,
    NetworkPhase,
    PendingInput,
    SequenceError,
    SessionPhase,
    State,
    TurnPhase,
    fold,
    reduce,
)
from turnfold.events import Envelope, Event, Origin

ATTEMPT = "decide:c exec:c exec-end:c"
"""One attempt to run a call's command."""


def step(state: State, event: Event) -> State:
    """Return the state after one more event."""
    return reduce(state, Envelope(seq=state.seq + 1, event=event))


def refuses(state: State, event: Event) -> bool:
    """Return whether the event is illegal in *state*."""
    try:
        step(state, event)
    except IllegalEvent:
        return True
    return False


def open_instances(state: State) -> set[tuple[Machine, str]]:
    """Return machine and key of everything that a state holds open."""
    turns = [] if state.turn is None else [state.turn.turn_id]
    ledgers: dict[Machine, Iterable[str]] = {
        Machine.TURN: turns,
        Machine.CALL: state.calls,
        Machine.APPROVAL: state.approvals,
        Machine.HOOK_RUN: state.hook_runs,
        Machine.NETWORK: state.hosts,
    }
    return {(machine, key) for machine, ledger in ledgers.items() for key in ledger}


@given(legal_histories())
def test_legal_histories_fold(told: list[Event]) -> None:
    """What the tables allow folds without an error, and leaves open exactly what has not ended."""
    oracle = Oracle()
    for event in told:
        oracle.feed(event)
    state = fold(enveloped(told))
    assert len(told) - 1 == state.seq
    assert {place for place in oracle.phases if place[0] is not Machine.SESSION} == open_instances(state)


@given(legal_histories(length_max=30), st.sampled_from(ALL))
def test_reduce_agrees_with_the_tables_on_any_event(told: list[Event], event: Event) -> None:
    """After any legal history an event is accepted if and only if the tables, run on their own, allow it."""
    oracle = Oracle()
    for earlier in told:
        oracle.feed(earlier)
    assert oracle.allows(event) is not refuses(fold(enveloped(told)), event)


@given(legal_histories(length_max=30), st.sampled_from(ALL))
def test_illegal_events_change_nothing_and_name_what_is_legal(told: list[Event], event: Event) -> None:
    """The error lists the row of the instance that refused; the state is as it was."""
    state = fold(enveloped(told))
    before = attrs.asdict(state)
    if refuses(state, event):
        with pytest.raises(IllegalEvent) as caught:
            step(state, event)
        error = caught.value
        assert tuple(EVENT_TRIGGERED[error.machine][error.phase]) == error.legal
        assert (type(event) in error.legal) <= error.barred
        assert all(kind.__name__ in str(error) for kind in error.legal)
    assert before == attrs.asdict(state)


@given(legal_histories(), st.data())
def test_fold_is_associative(told: list[Event], data: st.DataObject) -> None:
    """A log can be folded in pieces: it makes no difference where it is cut."""
    envelopes = enveloped(told)
    cut = data.draw(st.integers(0, len(envelopes)))
    assert fold(envelopes) == fold(envelopes[cut:], fold(envelopes[:cut]))


@given(legal_histories(length_max=40))
def test_an_abort_leads_home(told: list[Event]) -> None:
    """From any state with a turn, aborting makes the session idle with nothing left open."""
    state = fold(enveloped(told))
    if state.turn is None:
        return
    turn_id = state.turn.turn_id
    if state.turn.phase is TurnPhase.RESERVED:
        state = step(state, make(ev.TurnCleared, turn_id=turn_id))
    else:
        state = abort(state, turn_id)
    for run_id in list(state.hook_runs):
        # Of the session, not of the turn: such a run may outlive a turn that was only reserved.
        state = step(state, make(ev.HookClosed, run_id=run_id))
    for approval_id in list(state.approvals):
        state = step(state, make(ev.ApprovalDropped, approval_id=approval_id))
    assert state.session in {SessionPhase.IDLE, SessionPhase.CLOSING}
    assert set() == {machine for machine, _ in open_instances(state)} - {Machine.NETWORK}


def abort(state: State, turn_id: str) -> State:
    """Carry an abort on from whatever phase it is in, in the order that an engine would."""
    closings = [make(ev.HookClosed, run_id=key) for key in state.hook_runs]
    closings += [make(ev.ToolCallClosed, call_id=key) for key in state.calls]
    phases = [
        (TurnPhase.RUNNING, [make(ev.AbortBegan, turn_id=turn_id)]),
        (TurnPhase.ABORTING, [make(ev.ScopesCancelled, turn_id=turn_id)]),
        (TurnPhase.CANCELLED, [*closings, make(ev.AbortUnwound, turn_id=turn_id)]),
        (TurnPhase.UNWOUND, [make(ev.AbortMarkerRecorded, turn_id=turn_id)]),
        (TurnPhase.MARKED, [make(ev.JournalFlushed)]),
        (TurnPhase.FLUSHED, [make(ev.HookClosed, run_id=key) for key in state.hook_runs]),
    ]
    for phase, steps in phases:
        if state.turn is not None and state.turn.phase is phase:
            for event in steps:
                state = step(state, event) if not refuses(state, event) else state
    return step(state, make(ev.TurnAborted, turn_id=turn_id))


def test_envelopes_come_in_order() -> None:
    """A gap and a repeat are refused before the event is looked at, and the number that was due is named."""
    state = fold(history("meta start:t"))
    for seq in (1, 3):
        with pytest.raises(SequenceError, match=f"expected event 2, got event {seq}") as caught:
            reduce(state, Envelope(seq=seq, event=make(ev.TurnStarted)))
        assert 2 == caught.value.expected
        assert seq == caught.value.envelope.seq


def test_a_derived_twin_changes_nothing() -> None:
    """The second writing of a fact repeats its number; it is passed over, be it legal there or not."""
    state = fold(history("meta start:t"))
    twin = Envelope(seq=1, origin=Origin.DERIVED, event=make(ev.TurnStarted, turn_id="t"))
    assert state is reduce(state, twin)
    with pytest.raises(SequenceError):
        reduce(state, attrs.evolve(twin, seq=0))


def test_an_event_class_of_somebody_else_is_refused() -> None:
    """A class that is not in EVENTS is no illegal order but a mistake of the caller."""

    class Strange(ev.Event):
        pass

    with pytest.raises(TypeError, match="Strange is not in"):
        reduce(INITIAL, Envelope(seq=0, event=Strange()))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("start:t", "event 0: TurnStarted while session is new; legal there: SessionMetaRecorded"),
        (
            "meta done:t",
            "event 1: TurnCompleted while session is idle; legal there: TurnReserved, TurnStarted,",
        ),
        ("meta start:t done:u", "event 2: TurnCompleted while turn 'u' is none; legal there: TurnReserved,"),
        (
            "meta start:t call:c answer:a",
            "event 3: ApprovalResolved while approval 'a' is none; legal there: ",
        ),
        (
            "meta start:t call:c done:t",
            "event 3: TurnCompleted while call 'c' is requested, and has to be over first; legal there: Hook",
        ),
        (
            "meta reserve:t start:u",
            "event 2: TurnStarted while turn 't' is reserved, and has to be over first; legal there: Turn",
        ),
        (
            "meta closing closed rollback",
            "event 3: HistoryRolledBack while session is closed; legal there: Ses",
        ),
        (
            "meta connect network:allow_session connect",
            "while network 'x://x:1' is session_approved; .*: nothing",
        ),
    ],
)
def test_the_error_says_what_was_wrong_and_what_would_be_right(told: str, message: str) -> None:
    """Event, instance, phase and the legal types are in the message."""
    with pytest.raises(IllegalEvent, match=message):
        fold(history(told))


@pytest.mark.parametrize(
    "told",
    [
        "meta meta start:t input:t message done:t rollback",
        "meta start:t call:c output:c done:t start:u done:u closing closed resume start:v done:v",
        "meta start:t call:c hook:r hook-end:r decide:c exec:c exec-end:c output:c done:t",
        f"meta start:t call:c {ATTEMPT} sandbox-denied:c {ATTEMPT} output:c done:t",
        "meta start:t call:c decide:c exec:c output:c done:t exec-end:c",
        "meta start:t abort:t cancel:t unwind:t mark:t flush aborted:t drop:t",
        "meta start:t abort:t cancel:t unwind:t mark:t flush-failed aborted:t",
        "meta start:t abort:t cancel:t unwind:t aborted:t start:u done:u",
        "meta start:t closing abort:t cancel:t unwind:t aborted:t closed",
        "meta reserve:t clear:t reserve:u start:u done:u",
        "meta connect connect network:deny connect network:allow_once connect network:deny_session refused",
        "meta connect network:allow_session closing closed resume connect",
    ],
)
def test_ordinary_histories_are_legal(told: str) -> None:
    """What sessions do every day folds."""
    assert len(told.split()) - 1 == fold(history(told)).seq


@pytest.mark.parametrize(
    "told",
    [
        "meta start:t call:c decide:c decide:c",
        "meta start:t call:c exec:c",
        "meta start:t call:c call:c",
        "meta start:t output:c",
        "meta start:t call:c output:c output:c",
        f"meta start:t call:c {ATTEMPT} sandbox-denied:c {ATTEMPT} sandbox-denied:c",
        "meta start:t rollback",
        "meta start:t hook:r hook:r",
        "meta start:t hook:r done:t",
        "meta hook-end:r",
        "meta network:deny",
        "meta message start:t done:t input:t",
        "meta closing start:t",
        "meta closing reserve:t",
    ],
)
def test_what_must_not_happen_is_refused(told: str) -> None:
    """The last word of each history is illegal; all before it are legal."""
    *before, last = history(told)
    with pytest.raises(IllegalEvent):
        reduce(fold(before), last)


def test_the_state_knows_who_it_is() -> None:
    """The first identity record counts; a later one, a parent's copy for instance, changes nothing."""
    own, parent = make(ev.SessionMetaRecorded, session_id="own", cwd="/a"), make(ev.SessionMetaRecorded)
    state = fold(enveloped([own, parent]))
    assert "own" == state.session_id
    assert "/a" == state.settings.cwd


def test_the_state_holds_settings_and_tokens() -> None:
    """Later settings win, what they leave out stays; token numbers are the last that were reported."""
    usage = ev.TokenUsage(input_tokens=3, total_tokens=3)
    state = fold(
        enveloped(
            [
                *events("meta"),
                make(ev.SessionConfigured, model="m1", sandbox_mode="read-only"),
                make(ev.TokenUsageReported, total=usage),
                make(ev.TokenUsageReported, has_rate_limits=True),
                make(ev.SettingsApplied, model="m2", approval_policy="never"),
                make(ev.TurnStarted, turn_id="t", started_at_s=5, task_kind="review"),
                make(ev.TurnContextRecorded, turn_id="t", cwd="/b"),
            ]
        )
    )
    assert ("/b", "m2", "never", "read-only", None) == attrs.astuple(state.settings)
    assert usage == state.tokens
    assert state.turn is not None
    assert (5, "review", 5) == (state.turn.started_at_s, state.turn.task_kind, state.turn.since_seq)


def test_accepted_input_is_held_until_it_is_used_or_dropped() -> None:
    """Steered and queued input is in the state, in order, until an event says what became of it."""
    steered = [make(ev.TurnSteered, turn_id="t", input_id=f"i{number}", text="x") for number in range(3)]
    state = fold(enveloped([*events("meta start:t"), *steered, make(ev.InputQueued, input_id="q")]))
    assert ["i0", "i1", "i2", "q"] == [entry.input_id for entry in state.inputs]
    state = step(state, make(ev.UserInputRecorded, input_id="i0"))
    state = step(state, make(ev.UserInputRecorded))
    state = step(state, make(ev.InputDropped, input_id="i1"))
    assert (PendingInput("i2", "t", "x"), PendingInput("q", None, None)) == state.inputs
    aborted = fold(enveloped(events("abort:t cancel:t unwind:t aborted:t"), state.seq + 1), state)
    assert 2 == len(aborted.inputs)
    assert ["q"] == [e.input_id for e in step(aborted, make(ev.TurnStarted, turn_id="u")).inputs]
    dropped = step(aborted, make(ev.WaitersDropped, turn_id="t", inputs=("i2", "q")))
    assert () == dropped.inputs
    assert () == step(dropped, make(ev.InputDropped, input_id="i2")).inputs


def test_instances_move_through_their_phases() -> None:
    """The state shows where each open instance is, and since when."""
    state = fold(history("meta start:t call:c decide:c exec:c ask:a hook:r connect"))
    assert (CallPhase.RUNNING, 2) == (state.calls["c"].phase, state.calls["c"].since_seq)
    assert ["a"] == list(state.approvals)
    assert ["r"] == list(state.hook_runs)
    assert NetworkPhase.ASKING is state.hosts["x://x:1"].phase


def test_states_and_histories_do_not_grow_with_the_log() -> None:
    """A state holds what is open: after a thousand turns it is as after one, but for the number."""
    turn = "start:t call:c ask:a answer:a output:c hook:r hook-end:r done:t "
    one, many = fold(history("meta " + turn)), fold(history("meta " + turn * 1000))
    assert one == attrs.evolve(many, seq=one.seq)


def test_the_language_of_histories() -> None:
    """Words become events with their id, and an unknown word is an error, not a silence."""
    assert [make(ev.TurnStarted, turn_id="t"), make(ev.JournalFlushed)] == events("start:t flush")
    with pytest.raises(KeyError):
        events("no-such-word")
