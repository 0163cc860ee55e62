"""Replay: strict over what was recorded, with repairs that make a foreign log legal, each named and marked."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.replays import repaired, steps_of
from turnfold.core import SessionPhase, fold
from turnfold.events import (
    AbortBegan,
    AbortUnwound,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    Envelope,
    Event,
    ExecEnded,
    HistoryRolledBack,
    HookClosed,
    HookCompleted,
    HookStarted,
    MessageRecorded,
    Origin,
    ReviewEnded,
    ScopesCancelled,
    SessionMetaRecorded,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnContextRecorded,
    TurnReserved,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.events import Located
from turnfold.replay.invariants import registry
from turnfold.replay.replayer import Replayer
from turnfold.rollouts import Dialect, profile_of

META = SessionMetaRecorded(session_id="s")
CALL = ToolCallRequested(call_id="c", call_type="function_call")
OUTPUT = ToolCallOutput(call_id="c", call_type="function_call")
ASK = ApprovalRequested(approval_id="p", call_id="c", approval_kind="exec")
ANSWER = ApprovalResolved(approval_id="p", call_id="c", decision="accept")
RUN = HookStarted(run_id="r", event_name="stop", status="running")
RAN = HookCompleted(run_id="r", event_name="stop", status="completed")


def start(turn: str) -> TurnStarted:
    return TurnStarted(turn_id=turn)


def end(turn: str) -> TurnCompleted:
    return TurnCompleted(turn_id=turn)


def stop(turn: str | None = None) -> TurnAborted:
    return TurnAborted(turn_id=turn, reason="interrupted")


ABORT: list[type[Event]] = [AbortBegan, ScopesCancelled, AbortUnwound]

CLAUSES: dict[str, tuple[list[Event], list[type[Event]], list[str]]] = {
    "legal events need nothing": ([META, start("a"), CALL, OUTPUT, end("a")], [], []),
    "the phases of an abort are hidden": ([META, start("a"), stop("a")], ABORT, []),
    "an interrupted call is closed": ([META, start("a"), CALL, stop("a")], [ToolCallClosed, *ABORT], []),
    "a run that was left is closed": ([META, start("a"), RUN, stop("a")], [HookClosed, *ABORT], []),
    "a completed turn with an open call": ([META, start("a"), CALL, end("a")], [ToolCallClosed], ["TF204"]),
    "a completed turn with an open run": ([META, start("a"), RUN, end("a")], [HookClosed], []),
    "a turn that was cut off": (
        [META, start("a"), CALL, start("b")],
        [ToolCallClosed, *ABORT, TurnAborted],
        ["TF305"],
    ),
    "a rollback in a turn": (
        [META, start("a"), HistoryRolledBack(num_turns=1)],
        [*ABORT, TurnAborted],
        ["TF702"],
    ),
    "a resume in a turn": (
        [META, start("a"), SessionResumed(session_id="s")],
        [*ABORT, TurnAborted],
        ["TF306"],
    ),
    "a question that was open": (
        [META, start("a"), CALL, ASK, stop("a"), start("b")],
        [ToolCallClosed, *ABORT, ApprovalDropped],
        [],
    ),
    "a completion without start": ([META, end("a")], [TurnStarted], ["TF301"]),
    "an abort without start": ([META, stop()], [TurnStarted, *ABORT], ["TF302"]),
    "work without a turn": ([META, CALL], [TurnStarted], ["TF309"]),
    "work after the last turn": ([META, start("a"), end("a"), CALL], [TurnStarted], ["TF308"]),
    "work that names its turn": ([META, TurnContextRecorded(turn_id="a")], [TurnStarted], ["TF309"]),
    "an output without a call": ([META, start("a"), OUTPUT], [ToolCallRequested], ["TF201"]),
    "a call whose id is used again": ([META, start("a"), CALL, CALL], [ToolCallClosed], ["TF203"]),
    "a run whose id is used again": ([META, start("a"), RUN, RUN], [HookClosed], []),
    "a run that was never started": ([META, start("a"), RAN], [HookStarted], []),
    "an answer that nobody asked for": (
        [META, start("a"), CALL, ApprovalResolved(approval_id="p", decision="accept")],
        [ApprovalRequested],
        [],
    ),
    "a judgement whose beginning is hidden": (
        [META, start("a"), CALL, ReviewEnded(review_id="g", call_id="c", status="approved")],
        [],
        [],
    ),
    "no identity": ([start("a")], [SessionMetaRecorded], []),
    "a shutdown in a turn": ([META, start("a"), ShutdownCompleted()], [*ABORT, TurnAborted], ["TF306"]),
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_clause(clause: str) -> None:
    """Each repair infers what it should, names the defect if there is one, and makes the log legal."""
    events, kinds, codes = CLAUSES[clause]
    steps = steps_of(*events)
    inferred = [envelope for step in steps for envelope in step.inferred]
    hidden = {"a judgement whose beginning is hidden", "a shutdown in a turn"}
    assert clause in hidden or kinds == [type(envelope.event) for envelope in inferred]
    assert codes == [code for step in steps for code in step.codes]
    assert not [step.refusal for step in steps if step.refusal]
    assert {Origin.INFERRED} >= {envelope.origin for envelope in inferred}
    assert fold(repaired(steps)) == steps[-1].state


REFUSED: dict[str, tuple[list[Event], str | None]] = {
    "a second terminal": ([META, start("a"), end("a"), stop("a")], "TF304"),
    "a second terminal in another turn": ([META, start("a"), end("a"), start("b"), end("a")], "TF304"),
    "a terminal of an unknown turn": ([META, start("a"), end("x")], "TF307"),
    "an abort of an unknown turn": ([META, start("a"), stop("x")], "TF307"),
    "a second start": ([META, start("a"), start("a")], "TF310"),
    "work of a turn that is over": ([META, start("a"), end("a"), TurnContextRecorded(turn_id="a")], "TF308"),
    "an answer to a turn that is over": (
        [META, start("a"), end("a"), attrs.evolve(ANSWER, turn_id="a")],
        None,
    ),
    "work of another turn": ([META, start("a"), TurnContextRecorded(turn_id="x")], "TF316"),
    "work when no turn can start any more": ([META, ShutdownBegan(), CALL], "TF309"),
    "a start when no turn can start any more": ([META, ShutdownBegan(), start("a")], None),
    "what nobody can explain": ([META, start("a"), CALL, ASK, ASK], None),
}


@pytest.mark.parametrize("clause", REFUSED)
def test_refused(clause: str) -> None:
    """What no inference makes legal is refused, with the rule's name and what would have been legal."""
    events, code = REFUSED[clause]
    steps = steps_of(*events)
    refusal = steps[-1].refusal
    assert refusal is not None
    assert code == refusal.code
    assert "legal there" in refusal.message
    assert fold(repaired(steps)) == steps[-1].state


def test_codes_are_in_the_book() -> None:
    """Every defect that a repair names has its rule."""
    named = {code for _, _, codes in CLAUSES.values() for code in codes} | {
        code for _, code in REFUSED.values() if code
    }
    assert named <= set(registry())


def test_a_terminal_of_an_unknown_turn_ends_the_open_one() -> None:
    """As Codex reads it: the open turn ends as the stray terminal says."""
    for terminal, kind in ((end("x"), TurnCompleted), (stop("x"), TurnAborted)):
        step = steps_of(META, start("a"), terminal)[-1]
        assert kind is type(step.inferred[-1].event)
        assert step.state.turn is None


def test_a_reserved_turn_is_cleared() -> None:
    """A turn that had no task yet leaves no terminal."""
    step = steps_of(META, TurnReserved(turn_id="a"), SessionResumed(session_id="s"), dialect=Dialect.OWN)[-1]
    assert [TurnCleared] == [type(envelope.event) for envelope in step.inferred]
    assert SessionPhase.IDLE is step.state.session


def test_after_the_end_of_a_session() -> None:
    """A session that is gone on with was resumed."""
    closed = [META, ShutdownCompleted(), start("a")]
    assert [SessionResumed] == [type(envelope.event) for envelope in steps_of(*closed)[-1].inferred]


def test_an_abort_goes_on_from_where_it_is() -> None:
    """What a log shows of an abort is not inferred again."""
    begun = [META, start("a"), AbortBegan(turn_id="a", reason="replaced"), ScopesCancelled(turn_id="a")]
    step = steps_of(*begun, TurnAborted(turn_id="a", reason="replaced"), dialect=Dialect.OWN)[-1]
    assert [AbortUnwound] == [type(envelope.event) for envelope in step.inferred]


def test_an_exec_end_implies_its_beginning() -> None:
    """A file that shows no decisions and no beginnings still shows that the command ran."""
    steps = steps_of(META, start("a"), CALL, ExecEnded(call_id="c"), OUTPUT, end("a"))
    assert 2 == sum(len(step.inferred) for step in steps)
    assert () == sum((step.codes for step in steps), ())


def test_implicit_turns_end_with_the_next_message() -> None:
    """Files without starts: the user's message ends a turn of ours and begins the next."""
    old = steps_of(META, UserInputRecorded(message="1"), CALL, UserInputRecorded(message="2"))
    assert ["rollout-1", "rollout-3"] == [
        envelope.event.turn_id for envelope in repaired(old) if isinstance(envelope.event, TurnStarted)
    ]
    assert [ToolCallClosed, TurnCompleted, TurnStarted] == [
        type(envelope.event) for envelope in old[-1].inferred
    ]


def test_an_implicit_turn_takes_its_first_message() -> None:
    """Work before the user's message opens the turn that the message belongs to."""
    steps = steps_of(META, TurnContextRecorded(), UserInputRecorded(message="1"))
    assert 1 == sum(isinstance(envelope.event, TurnStarted) for envelope in repaired(steps))


def test_an_implicit_turn_is_completed_by_a_start() -> None:
    """It had no terminal to wait for, so it was not cut off."""
    step = steps_of(META, CALL, start("a"))[-1]
    assert ([ToolCallClosed, TurnCompleted], ()) == (
        [type(envelope.event) for envelope in step.inferred],
        step.codes,
    )
    step = steps_of(META, CALL, HistoryRolledBack(num_turns=1))[-1]
    assert TurnCompleted is type(step.inferred[-1].event)


def test_a_copied_turn_that_was_cut_off_is_no_defect() -> None:
    """A fork's copy of its parent may end in the middle of a turn."""
    fork = SessionMetaRecorded(session_id="01a1fbf3-993d-7f40-a76f-b90bdf29591e", forked_from_id="p")
    old = "01a1fbf2-0000-7a40-aac8-75f6a87b8bda"
    assert () == steps_of(fork, start(old), start("01a1fbf3-9975-7a40-aac8-75f6a87b8bda"))[-1].codes


def test_a_twin_changes_nothing() -> None:
    """A derived record says the same thing again."""
    replayer = Replayer(profile_of(Dialect.OWN))
    replayer.step(Located(Envelope(seq=0, event=META), 1))
    before = replayer.state
    step = replayer.step(
        Located(Envelope(seq=0, event=MessageRecorded(role="user"), origin=Origin.DERIVED), 2)
    )
    assert before is step.state


NAMES = st.sampled_from("ab")
EVENTS = st.one_of(
    NAMES.map(start),
    NAMES.map(end),
    NAMES.map(stop),
    NAMES.map(lambda name: TurnContextRecorded(turn_id=name)),
    st.sampled_from(
        [META, ShutdownBegan(), CALL, OUTPUT, ASK, ANSWER, RUN, RAN, stop(), TurnContextRecorded(),
         UserInputRecorded(message="x"), MessageRecorded(role="user", text="x"), HistoryRolledBack(num_turns=1),
         ShutdownCompleted(),
         SessionResumed(session_id="s"), ExecEnded(call_id="c"), AbortBegan(turn_id="a", reason="interrupted"),
         TurnReserved(turn_id="b")]
    ),
)  # fmt: skip


@given(
    st.lists(EVENTS, max_size=25),
    st.sampled_from([Dialect.CODEX, Dialect.BARE, Dialect.APP_SERVER, Dialect.OWN]),
)
def test_any_order_becomes_legal(events: list[Event], dialect: Dialect) -> None:
    """Whatever the order: a replay never raises, and what it makes of the log folds strictly to its state."""
    steps = steps_of(*events, dialect=dialect)
    assert not steps or fold(repaired(steps)) == steps[-1].state
