"""Input, mail and what starts turns: one example for each line of the acceptance list that the pure core shows."""

from __future__ import annotations

import pytest

from tests.core.decide.telling import ABORTING, aborted, after, kinds, refusal, steer, submit
from tests.core.histories import events
from tests.stateful.alphabet import WRONG, opened
from tests.stateful.core_search import at_rest, left_alone
from turnfold import events as ev
from turnfold.core import TurnPhase
from turnfold.core.commands import (
    COMPACT,
    REVIEW,
    START_IF_IDLE,
    BeginTurn,
    Close,
    Conclude,
    FinishTurn,
    Record,
    RollBack,
    RunTask,
    SendMail,
    Shutdown,
    Steer,
)
from turnfold.core.decide import decide, next_trigger
from turnfold.core.results import (
    ILLEGAL,
    INPUT_PENDING,
    INVALID_ROLLBACK,
    NOT_IDLE,
    SHUTTING_DOWN,
    TURN_OVER,
    Queued,
    Started,
    Steered,
)


@pytest.mark.covers("F7", "F13")
@pytest.mark.parametrize(
    "word", ["done:t", "abort:t", "start:t", "reserve:u", "drop-ask:a", "steer:t", "closed"]
)
def test_the_work_of_a_turn_cannot_record_how_it_ends(word: str) -> None:
    """Ends, and what belongs to them, come of commands; a record of them is refused whole."""
    told = (ev.WarningRaised(message="look"), *events(word))
    decision = decide(after("start:t ask:a"), Record(events=told, turn_id="t"))
    assert () == decision.events
    assert (ILLEGAL, f"only the session itself records `{told[-1].kind}`") == (
        refusal(decision).reason,
        refusal(decision).message,
    )


@pytest.mark.covers("F9")
@pytest.mark.parametrize(
    ("told", "kind", "command", "message", "code"),
    [
        ("", "", steer("", WRONG), "no active turn to steer", "bad_request"),
        ("start:t abort:t", "", steer("", WRONG), "turn abort is still in progress", "bad_request"),
        ("reserve:t", "", steer("", WRONG), "no active turn to steer", "bad_request"),
        ("", REVIEW, steer("", WRONG), "expected active turn id `wrong` but found `k`", "bad_request"),
        ("", REVIEW, steer(""), "cannot steer a review turn", "active_turn_not_steerable"),
        ("", COMPACT, steer("", "k"), "cannot steer a compact turn", "active_turn_not_steerable"),
        ("start:t", "", steer("", "t"), "input must not be empty", "bad_request"),
    ],
)
def test_a_steer_is_refused_in_this_order(
    told: str, kind: str, command: Steer, message: str, code: str
) -> None:
    """Each check comes before the next one: the command is wrong in every later way as well."""
    state = after(told)
    if kind:
        state = decide(state, RunTask(submission_id="s", turn_id="k", task_kind=kind, input_id="i")).state
        state = decide(state, BeginTurn(turn_id="k")).state
    decision = decide(state, command)
    refused = refusal(decision)
    assert (message, code, "") == (refused.message, refused.code, refused.text)
    assert (kind or None) == refused.turn_kind or "expected" in message
    assert [ev.SteerRefused] == kinds(decision)


@pytest.mark.covers("F9")
def test_a_steer_goes_into_the_turn_that_runs() -> None:
    """With the right id or with none, with text or with parts."""
    for command in (
        steer(),
        steer(turn_id="t"),
        Steer(submission_id="s", input_id="i9", text=None, content=["p"]),
    ):
        decision = decide(after("start:t"), command)
        assert Steered(turn_id="t", input_id="i9") == decision.result
        assert [ev.TurnSteered] == kinds(decision)
    assert () == decide(after("closing closed"), steer()).events


@pytest.mark.covers("F10")
@pytest.mark.parametrize("told", ABORTING)
def test_input_during_an_abort_is_refused_and_handed_back(told: str) -> None:
    """The error has the submission's id, no setting was applied before, and no turn comes of it."""
    state = after(f"start:t {told}")
    decision = decide(state, submit(settings=ev.SettingsApplied(model="other")))
    refused = refusal(decision)
    assert ("turn abort is still in progress", "bad_request", "hi") == (
        refused.message,
        refused.code,
        refused.text,
    )
    expected = ev.InputRefused(
        submission_id="s1",
        message="turn abort is still in progress",
        code="bad_request",
        turn_id="t",
        text="hi",
    )
    assert (expected,) == decision.events
    assert state.settings == decision.state.settings


def test_input_during_an_abort_can_be_kept() -> None:
    """With `queue` it is accepted with its settings, if it is not empty, and is the next turn's (hazard 4)."""
    aborting = after("start:t abort:t", opened(while_aborting="queue"))
    settings = ev.SettingsApplied(model="other")
    kept = decide(aborting, submit(settings=settings, mode=START_IF_IDLE))
    assert Queued(input_id="i9") == kept.result
    assert [ev.SettingsApplied, ev.InputQueued] == kinds(kept)
    assert "input must not be empty" == refusal(decide(aborting, submit(""))).message
    told = [event for decision in left_alone(kept.state) for event in decision.events]
    assert [ev.TurnAborted] == [type(event) for event in told[-1:]]
    assert "queued" == next_trigger(at_rest(kept.state))


@pytest.mark.covers("F11")
def test_mail_starts_a_turn_after_an_interruption() -> None:
    """One new turn, after the terminal event and the drops; not while the abort runs, nor without an id for it."""
    state = aborted()
    mailed = decide(state, SendMail(mail_id="m", trigger_turn=True, next_turn_id="u"))
    assert [ev.MailReceived] == kinds(mailed)
    assert [ev.TurnAborted, ev.TurnReserved] == kinds(
        decide(mailed.state, Conclude(turn_id="t", next_turn_id="u"))
    )
    assert [ev.TurnAborted] == kinds(decide(mailed.state, Conclude(turn_id="t")))
    assert "mail" == next_trigger(mailed.state)
    quiet = decide(state, SendMail(mail_id="m")).state
    assert [ev.TurnAborted] == kinds(decide(quiet, Conclude(turn_id="t", next_turn_id="u")))


@pytest.mark.covers("F11")
@pytest.mark.parametrize("reason", [ev.REPLACED, ev.REVIEW_ENDED, ev.BUDGET_LIMITED])
def test_other_ends_start_nothing(reason: str) -> None:
    """A replaced turn is followed by what replaced it, and the engine's own ends by nothing; mail waits."""
    mailed = decide(aborted(reason), SendMail(mail_id="m", trigger_turn=True)).state
    ended = decide(mailed, Conclude(turn_id="t", next_turn_id="u"))
    assert [ev.TurnAborted] == kinds(ended)
    assert ("m",) == tuple(mail.mail_id for mail in ended.state.mail)


@pytest.mark.covers("F11")
def test_a_session_that_ends_starts_nothing() -> None:
    """Not after an interruption, not by new mail; after the end mail is refused."""
    closing = decide(aborted(), Shutdown()).state
    mailed = decide(closing, SendMail(mail_id="m", trigger_turn=True, next_turn_id="u"))
    assert [ev.MailReceived] == kinds(mailed)
    ended = decide(mailed.state, Conclude(turn_id="t", next_turn_id="u"))
    assert [ev.TurnAborted] == kinds(ended)
    closed = decide(ended.state, Close()).state
    assert SHUTTING_DOWN == refusal(decide(closed, SendMail(mail_id="n"))).reason


@pytest.mark.covers("F11")
def test_mail_starts_a_turn_in_an_idle_session() -> None:
    """At once, if it triggers; and after a natural end."""
    started = decide(opened(), SendMail(mail_id="m", text="hi", trigger_turn=True, next_turn_id="u"))
    assert [ev.MailReceived, ev.TurnReserved] == kinds(started)
    mailed = decide(after("start:t"), SendMail(mail_id="m", trigger_turn=True, next_turn_id="u"))
    assert [ev.MailReceived] == kinds(mailed)
    assert [ev.TurnCompleted, ev.TurnReserved] == kinds(
        decide(mailed.state, FinishTurn(turn_id="t", next_turn_id="u"))
    )


@pytest.mark.covers("F13")
def test_a_turn_does_not_end_by_itself_while_input_is_left() -> None:
    """The finish is refused until the turn has recorded what it accepted."""
    steered = decide(after("start:t"), steer()).state
    assert INPUT_PENDING == refusal(decide(steered, FinishTurn(turn_id="t"))).reason
    recorded = decide(
        steered, Record(events=(ev.UserInputRecorded(input_id="i9", turn_id="t"),), turn_id="t")
    ).state
    assert [ev.TurnCompleted] == kinds(decide(recorded, FinishTurn(turn_id="t")))


def test_a_refusal_says_why_in_plain_words() -> None:
    """A record that the tables do not allow names the event, what stands in its way, and what would be legal."""
    refused = refusal(decide(after("start:t"), Record(events=tuple(events("exec:c")), turn_id="t")))
    assert ILLEGAL == refused.reason
    assert "ExecBegan while call 'c' is none; legal there: ToolCallRequested" in refused.message
    over = refusal(decide(after("start:t"), Record(events=tuple(events("call:c")), turn_id="u")))
    assert (TURN_OVER, "the turn is over") == (over.reason, over.message)


def test_input_starts_a_turn_joins_it_and_steers_it() -> None:
    """Into an idle session, a reserved turn, and a running one; settings come first."""
    settings = ev.SettingsApplied(model="other")
    started = decide(opened(), submit(settings=settings))
    assert [ev.SettingsApplied, ev.TurnRequested, ev.TurnReserved, ev.InputQueued] == kinds(started)
    assert (Started(turn_id="u", input_id="i9"), TurnPhase.RESERVED) == (
        started.result,
        started.state.turn and started.state.turn.phase,
    )
    joined = decide(started.state, submit(input_id="i8"))
    assert (Steered(turn_id="u", input_id="i8"), [ev.InputQueued]) == (joined.result, kinds(joined))
    steered = decide(after("start:t"), submit())
    assert (Steered(turn_id="t", input_id="i9"), [ev.TurnSteered]) == (steered.result, kinds(steered))
    assert NOT_IDLE == refusal(decide(after("start:t"), submit(mode=START_IF_IDLE))).reason
    assert SHUTTING_DOWN == refusal(decide(after("closing closed"), submit())).reason
    assert "input must not be empty" == refusal(decide(opened(), submit(None))).message


def test_history_is_rolled_back_while_idle() -> None:
    """At least one turn, no turn in the slot, no end under way; recomputed tokens come first."""
    tokens = ev.TokenUsage(total_tokens=7)
    rolled = decide(opened(), RollBack(num_turns=2, tokens=tokens))
    assert (ev.TokenUsageReported(total=tokens), ev.HistoryRolledBack(num_turns=2)) == rolled.events
    assert [ev.HistoryRolledBack] == kinds(decide(opened(), RollBack(num_turns=1)))
    for told, count, message in (
        ("", 0, "num_turns must be >= 1"),
        ("start:t", 1, "Cannot rollback while a turn is in progress."),
        ("closing", 1, "the session is shutting down"),
    ):
        assert message == refusal(decide(after(told), RollBack(num_turns=count))).message
    assert INVALID_ROLLBACK == refusal(decide(opened(), RollBack(num_turns=0))).reason
