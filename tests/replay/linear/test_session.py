"""Histories of sessions, written by hand: which are legal, and what the story of an illegal one says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import pytest

from turnfold.core.engine import UnexpectedResult
from turnfold.core.results import Done, Idle, Interrupted, Queued, Refused, Result, Started, Steered
from turnfold.events import Event, TurnAborted, TurnCompleted
from turnfold.replay.linear import Call, Raised, SessionModel, check_session, linearize
from turnfold.replay.linear.session import IDLE

ABORTING: Final = Refused(reason="turn_abort_in_progress", message="turn abort is still in progress")
NO_TURN: Final = Refused(reason="no_active_turn", message="no active turn to steer")
ENDING: Final = Refused(reason="shutting_down", message="the session is shutting down")
OVER: Final = Refused(reason="shutting_down", message="the session is over")
FIRST: Final = Started(turn_id="t1", input_id="i1")
SECOND: Final = Started(turn_id="t2", input_id="i2")
STOPPED: Final = Interrupted(turn_id="t1")
INTO: Final = Steered(turn_id="t1", input_id="i2")
ABORTED: Final = TurnAborted(turn_id="t1", reason="interrupted")


def unknown(approval_id: str) -> Refused:
    """The refusal of an answer to what is not asked."""
    return Refused(reason="unknown_approval", message=f"no pending approval `{approval_id}`")


def after(*rows: tuple[str, Mapping[str, object], Result | Event | Raised | None]) -> list[Call]:
    """Calls one after the other, of one client; a row is operation, arguments, result."""
    return [
        Call(
            client="a",
            op=op,
            given=given,
            began=2 * place,
            ended=2 * place + 1,
            result=with_text(result, given) if op in {"submit", "steer"} else result,
        )
        for place, (op, given, result) in enumerate(rows)
    ]


def with_text(result: object, given: Mapping[str, object]) -> object:
    """The result; a refusal of input with the text handed back."""
    text = given.get("text")
    return (
        attrs.evolve(result, text=text) if isinstance(result, Refused) and isinstance(text, str) else result
    )


GO: Final[Mapping[str, object]] = {"text": "go"}
STEER: Final[Mapping[str, object]] = {"text": "x"}
NONE: Final[Mapping[str, object]] = {}
YES: Final[Mapping[str, object]] = {"approval_id": "q", "decision": "approved"}
ABORT: Final[Mapping[str, object]] = {"approval_id": "q", "decision": "abort"}
END: Final[Mapping[str, object]] = {"turn_id": "t1"}
MAIL: Final[Mapping[str, object]] = {"text": "m", "trigger_turn": True}

LEGAL: dict[str, list[Call]] = {
    "nothing": [],
    "a turn from beginning to end": after(
        ("submit", GO, FIRST), ("steer", STEER, INTO), ("finished", END, TurnCompleted(turn_id="t1"))
    ),
    "input before the task": after(("submit", GO, FIRST), ("steer", STEER, NO_TURN), ("submit", STEER, INTO)),
    "an abort": after(
        ("submit", GO, FIRST),
        ("interrupt", NONE, STOPPED),
        ("interrupt", NONE, Interrupted(turn_id="t1", already=True)),
        ("submit", GO, ABORTING),
        ("finished", END, ABORTED),
        ("submit", GO, SECOND),
    ),
    "a turn that was cleared": after(
        ("submit", GO, FIRST),
        ("interrupt", NONE, STOPPED),
        ("interrupt", NONE, Idle()),
        ("finished", END, None),
    ),
    "a question": after(
        ("submit", GO, FIRST),
        ("answer", YES, unknown("q")),
        ("answer", YES, Done()),
        ("answer", YES, unknown("q")),
    ),
    "a question during an abort": after(
        ("submit", GO, FIRST),
        ("answer", ABORT, STOPPED),
        ("answer", YES, ABORTING),
        ("finished", END, ABORTED),
        ("answer", YES, unknown("q")),
    ),
    "a replacement": after(
        ("submit", GO, FIRST),
        ("compact", NONE, Started(turn_id="t2")),
        ("finished", END, TurnAborted(turn_id="t1", reason="replaced")),
        (
            "steer",
            STEER,
            Refused(
                reason="active_turn_not_steerable",
                message="cannot steer a compact turn",
                code="active_turn_not_steerable",
                turn_kind="compact",
            ),
        ),
    ),
    "mail starts a turn": after(
        ("send_mail", MAIL, Done()), ("interrupt", {"turn_id": "t7"}, Interrupted(turn_id="t7"))
    ),
    "the end": after(
        ("submit", GO, FIRST),
        ("shutdown", NONE, None),
        ("submit", GO, OVER),
        ("steer", STEER, NO_TURN),
        ("interrupt", NONE, Idle()),
        ("interrupt", NONE, OVER),
        ("compact", NONE, ENDING),
        ("send_mail", MAIL, OVER),
        ("finished", END, ABORTED),
        ("shutdown", NONE, None),
    ),
    "wrong arguments": after(("submit", GO, Raised(error=ValueError("no `type`"))), ("submit", GO, FIRST)),
    "work of starting up": after(("interrupt", NONE, Idle(cancelled=("mcp",)))),
    "going back": after(
        ("roll_back", {"num_turns": 1}, Done()),
        ("submit", GO, FIRST),
        (
            "roll_back",
            {"num_turns": 1},
            Refused(reason="not_idle", message="Cannot rollback while a turn is in progress."),
        ),
    ),
}

ILLEGAL: dict[str, list[Call]] = {
    "results swapped": after(("steer", STEER, FIRST), ("submit", GO, INTO)),
    "a refusal after acceptance": after(
        ("submit", GO, FIRST),
        ("steer", STEER, INTO),
        ("steer", STEER, Refused(reason="empty_input", message="input must not be empty")),
    ),
    "a steer into an abort": after(
        ("submit", GO, FIRST), ("interrupt", NONE, STOPPED), ("steer", STEER, INTO)
    ),
    "a steer into a turn that is over": after(
        ("submit", GO, FIRST), ("finished", END, TurnCompleted(turn_id="t1")), ("steer", STEER, INTO)
    ),
    "an input id twice": after(("submit", GO, FIRST), ("submit", GO, Steered(turn_id="t1", input_id="i1"))),
    "a turn id twice": after(
        ("submit", GO, FIRST),
        ("finished", END, ABORTED),
        ("submit", GO, Started(turn_id="t1", input_id="i2")),
    ),
    "a turn of nobody": after(("interrupt", NONE, STOPPED)),
    "a turn that began too early": after(
        ("submit", GO, FIRST), ("submit", GO, SECOND), ("finished", END, ABORTED)
    ),
    "a turn that mail did not start": after(
        ("send_mail", MAIL, Done()),
        ("interrupt", NONE, Idle()),
        ("interrupt", NONE, Interrupted(turn_id="t1", already=True)),
    ),
    "a second interrupt as the first": after(
        ("submit", GO, FIRST), ("interrupt", NONE, STOPPED), ("interrupt", NONE, STOPPED)
    ),
    "an abort of nobody": after(("submit", GO, FIRST), ("steer", STEER, ABORTING)),
    "an end that nobody brought about": after(("submit", GO, ENDING)),
    "a cleared turn that completed": after(
        ("submit", GO, FIRST), ("compact", NONE, Started(turn_id="t2")), ("finished", END, ABORTED)
    ),
    "text that is not handed back": [
        Call(client="a", op="steer", given=STEER, began=0, ended=1, result=NO_TURN)
    ],
    "an answer without a question": after(("answer", YES, Done())),
    "an answer that counts twice": after(
        ("submit", GO, FIRST), ("answer", YES, Done()), ("answer", YES, Done())
    ),
    "an answer during an abort": after(
        ("submit", GO, FIRST), ("interrupt", NONE, STOPPED), ("answer", YES, Done())
    ),
    "a question that vanishes during an abort": after(
        ("submit", GO, FIRST),
        ("answer", ABORT, STOPPED),
        ("answer", YES, unknown("q")),
        ("answer", YES, ABORTING),
    ),
    "a result of another operation": after(("interrupt", NONE, Done())),
    "an error that no client made": after(("submit", GO, Raised(error=RuntimeError("broken")))),
    "an error of the engine's own": after(("submit", GO, Raised(error=UnexpectedResult("Idle()")))),
    "a message in other words": after(("steer", STEER, Refused(reason="no_active_turn", message="No turn"))),
    "something after the end": after(("shutdown", NONE, None), ("submit", GO, FIRST)),
    "queued, though the session refuses": after(
        ("submit", GO, FIRST), ("interrupt", NONE, STOPPED), ("submit", GO, Queued(input_id="i2"))
    ),
}


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_history_is_accepted(name: str) -> None:
    """What the specification allows has an order."""
    assert None is check_session(LEGAL[name])


@pytest.mark.covers("F9", "F10")
@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_history_is_refused(name: str) -> None:
    """What it does not allow has none, and the story says so."""
    story = check_session(ILLEGAL[name])
    assert story is not None
    assert story.startswith("not linearizable")


@pytest.mark.covers("F10", "F11")
def test_queued_input_starts_the_next_turn() -> None:
    """With `queue` input is kept during an abort, and a turn that nobody asked for takes it; it has a new id."""
    calls = after(
        ("submit", GO, FIRST),
        ("interrupt", NONE, STOPPED),
        ("submit", GO, Queued(input_id="i2")),
        ("finished", END, ABORTED),
        ("interrupt", {"turn_id": "other"}, Idle()),
        ("steer", {**STEER, "expected_turn_id": "t1"}, Refused(
            reason="expected_turn_mismatch", message="expected active turn id `t1` but found `t2`"
        )),
        ("interrupt", {"turn_id": "t2"}, Interrupted(turn_id="t2")),
    )  # fmt: skip
    assert None is check_session(calls, while_aborting="queue")
    began = [*calls[:6], attrs.evolve(calls[6], result=Interrupted(turn_id="t2", already=True))]
    assert None is not check_session(began, while_aborting="queue")


def test_a_story_shows_the_longest_order_and_what_would_fit() -> None:
    """The calls that can be explained, in order, then the one that cannot be."""
    calls = after(("submit", GO, FIRST), ("interrupt", NONE, STOPPED), ("steer", STEER, INTO))
    expected = """not linearizable: no order explains more than 2 of 3 answered calls
  1.  a: submit(text='go') -> Started(turn_id='t1', input_id='i1')
  2.  a: interrupt() -> Interrupted(turn_id='t1')
no call fits next:
  a: steer(text='x') -> Steered(turn_id='t1', input_id='i2')
    the model would say
      Refused(reason='no_active_turn', message='no active turn to steer', text='x')
      Refused(reason='turn_abort_in_progress', message='turn abort is still in progress', text='x')"""
    assert expected == check_session(calls)


def test_a_story_says_what_would_excuse_it() -> None:
    """Where the session's own doing would explain it, the argument that allows that is named."""
    aborted, ended = (
        check_session(ILLEGAL["an abort of nobody"]),
        check_session(ILLEGAL["an end that nobody brought about"]),
    )
    assert aborted is not None
    assert "with aborts_itself=True it would be" in aborted
    assert None is check_session(ILLEGAL["an abort of nobody"], aborts_itself=True)
    assert ended is not None
    assert "with ends_itself=True it would be" in ended
    assert None is check_session(ILLEGAL["an end that nobody brought about"], ends_itself=True)


def test_a_session_that_breaks_down_answers_nobody() -> None:
    """Whoever waits is told that it is over; a replacement that waited for the slot as well."""
    calls = [
        *after(("submit", GO, FIRST)),
        Call(client="b", op="compact", began=2, ended=7, result=OVER),
        Call(client="c", op="finished", given=END, began=3, ended=6, result=None),
        Call(client="a", op="steer", given=STEER, began=4, ended=5, result=attrs.evolve(OVER, text="x")),
    ]
    assert None is not check_session(calls)
    assert None is check_session(calls, ends_itself=True)


@pytest.mark.covers("F14")
def test_replacements_go_on_in_their_order() -> None:
    """Who waits for the slot gets it when the abort is over, and a later one clears the turn of the one before."""
    calls = [
        *after(("submit", GO, FIRST), ("steer", STEER, INTO)),
        Call(client="b", op="compact", began=4, ended=9, result=Started(turn_id="t2")),
        Call(
            client="c", op="review", given=GO, began=5, ended=8, result=Started(turn_id="t3", input_id="i3")
        ),
        Call(client="a", op="interrupt", began=6, ended=7, result=Interrupted(turn_id="t1", already=True)),
        Call(client="a", op="finished", given={"turn_id": "t2"}, began=10, ended=11, result=None),
        Call(client="a", op="interrupt", began=12, ended=13, result=Interrupted(turn_id="t3")),
    ]
    assert None is check_session(calls)
    unheard = Call(client="d", op="interrupt", began=5, ended=None)
    assert None is check_session([*calls, unheard])
    completed = attrs.evolve(calls[5], result=TurnAborted(turn_id="t2", reason="interrupted"))
    assert None is not check_session([*calls[:4], completed, *calls[6:]])


def test_who_went_away_may_have_started_a_turn() -> None:
    """A client that was cancelled started a turn whose id shows later, or did not."""
    lost = Call(client="a", op="submit", given=GO, began=0)
    stopped = Call(client="b", op="interrupt", began=1, ended=2, result=Interrupted(turn_id="t5"))
    again = Call(client="b", op="finished", given={"turn_id": "t5"}, began=3, ended=4, result=None)
    fresh = Call(client="b", op="submit", given=GO, began=5, ended=6, result=FIRST)
    assert None is check_session([lost, stopped, again, fresh])
    assert None is check_session([lost, attrs.evolve(stopped, result=Idle()), fresh])
    assert None is not check_session([attrs.evolve(lost, began=7), stopped])


def test_an_end_may_be_that_of_a_turn_that_nobody_knew() -> None:
    """The end of a turn that mail started is told to whoever has its id; one way only, and to one id."""
    mailed, waited = after(("send_mail", MAIL, Done()), ("finished", {"turn_id": "t1"}, ABORTED))
    assert None is not check_session([mailed, waited])
    assert None is check_session([mailed, waited], aborts_itself=True)
    completed = attrs.evolve(waited, result=TurnCompleted(turn_id="t1"))
    assert None is check_session([mailed, completed])
    assert None is not check_session([completed])


def test_a_session_forgets_ends_of_long_ago() -> None:
    """With more than 64 calls there may have been so many turns that None is told of one that ended."""
    row = ("finished", END, None)
    calls = after(
        ("submit", GO, FIRST),
        ("finished", END, ABORTED),
        row,
        *(("roll_back", {"num_turns": 1}, Done()),) * 62,
    )
    assert None is not check_session(calls[:64], aborts_itself=True)
    assert None is check_session(calls, aborts_itself=True)


def test_a_session_may_stand_elsewhere_at_first() -> None:
    """A resumed one may have input that waits: the next mail starts a turn for it, though it would not itself."""
    quiet: Mapping[str, object] = {"text": "m", "trigger_turn": False}
    calls = after(("send_mail", quiet, Done()), ("interrupt", {"turn_id": "t9"}, Interrupted(turn_id="t9")))
    assert None is not check_session(calls)
    assert None is check_session(calls, start=IDLE._replace(waiting=True))


def test_an_order_of_a_session_can_be_looked_at() -> None:
    """The model is one for the search as any other; its silent steps are in the order."""
    calls = LEGAL["mail starts a turn"]
    expected = """linearizable:
  1.  a: send_mail(text='m', trigger_turn=True) -> Done()
  2.  a: interrupt(turn_id='t7') -> Interrupted(turn_id='t7')"""
    assert expected == str(linearize(calls, SessionModel(calls)))


def test_content_is_handed_back_as_a_list() -> None:
    """Parts may be given as any sequence; a session keeps a list of them."""
    parts: Sequence[object] = ({"type": "input_text", "text": "x"},)
    given: Mapping[str, object] = {"text": None, "content": parts}
    call = Call(client="a", op="steer", given=given, began=0, ended=1, result=NO_TURN)
    assert None is check_session([attrs.evolve(call, result=attrs.evolve(NO_TURN, content=list(parts)))])
    assert None is not check_session([call])


def test_a_search_without_end_is_no_verdict() -> None:
    """Beyond the effort the story says that nothing was decided."""
    story = check_session(LEGAL["an abort"], effort=1)
    assert story is not None
    assert story.startswith("undecided: gave up after 2 states")


def test_what_is_no_history_of_a_session_is_named() -> None:
    """An operation that a session does not have, or a policy."""
    with pytest.raises(ValueError, match="a: a session has no operation 'jump': submit, steer,"):
        check_session(after(("jump", NONE, None)))
    with pytest.raises(ValueError, match="while_aborting is 'refuse' or 'queue', not 'wait'"):
        check_session([], while_aborting="wait")
