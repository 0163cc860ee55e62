"""A small alphabet of commands: enough to reach every phase, with every id once right and once wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from turnfold import events as ev
from turnfold.core import INITIAL, State
from turnfold.core.commands import (
    COMPACT,
    START_IF_IDLE,
    Answer,
    BeginTurn,
    Close,
    Command,
    Conclude,
    FinishTurn,
    FlushEnded,
    Interrupt,
    Leftover,
    Open,
    Record,
    Resume,
    RollBack,
    RunTask,
    ScopesGone,
    SendMail,
    Shutdown,
    Steer,
    Submit,
    Unwound,
)
from turnfold.core.decide import decide
from turnfold.events import Event

WRONG: Final = "wrong"
"""An id that nothing has."""

TURNS: Final = ("t", "u")
"""Ids of turns, by turns: which of the two a turn has makes no difference."""

LEAVE: Final = ev.APPROVAL_KINDS[0]
"""A question for leave to act."""

OTHER: Final = ev.APPROVAL_KINDS[5]
"""A question for something else."""

PHASE_COMMANDS: Final = (BeginTurn, FinishTurn, ScopesGone, Unwound, FlushEnded, Conclude)
"""Commands of the engine about one turn, named by its id."""


def configuration(*, marker: bool = True, while_aborting: str = "refuse") -> ev.SessionConfigured:
    """Return a configuration."""
    return ev.SessionConfigured(session_id="s", interrupt_marker=marker, while_aborting=while_aborting)


def opened(*, marker: bool = True, while_aborting: str = "refuse") -> State:
    """Return an idle session."""
    configured = configuration(marker=marker, while_aborting=while_aborting)
    return decide(
        INITIAL, Open(identity=ev.SessionMetaRecorded(session_id="s"), configuration=configured)
    ).state


def resume(state: State) -> Resume:
    """Return the command by which a process goes on from *state*."""
    behaviour = state.behaviour
    return Resume(
        configuration=configuration(
            marker=behaviour.interrupt_marker, while_aborting=behaviour.while_aborting
        ),
        through_seq=state.seq,
        open_turn_id=None if state.turn is None else state.turn.turn_id,
    )


def fresh_turn(state: State) -> str:
    """Return an id that the turn in the slot does not have."""
    return TURNS[1] if state.turn is not None and state.turn.turn_id == TURNS[0] else TURNS[0]


def fresh_input(state: State) -> str:
    """Return an id that no input has."""
    taken = {entry.input_id for entry in state.inputs}
    return next(name for name in ("i1", "i2", "i3", "i4", "i5") if name not in taken)


def at_most(count: int) -> Callable[[State], bool]:
    """Return the bound of a search: one thing of a sort open at once, and *count* of all sorts together."""

    def within(state: State) -> bool:
        reviewing = state.turn is not None and state.turn.reviewing
        ledgers = (state.inputs, state.mail, state.calls, state.approvals, state.hook_runs, state.hosts)
        sizes = [len(ledger) for ledger in ledgers]
        return max(sizes) <= 1 and sum(sizes) + reviewing <= count

    return within


def commands(state: State) -> Iterator[Command]:
    """Yield every command of the alphabet for *state*."""
    yield from of_clients(state)
    yield from of_engine(state)
    yield from of_work(state)
    yield Open(identity=ev.SessionMetaRecorded(session_id="s"), configuration=configuration())
    yield resume(state)


def of_clients(state: State) -> Iterator[Command]:
    """Yield what clients may ask."""
    yield from _input(state)
    fresh = fresh_turn(state)
    yield Interrupt()
    yield Interrupt(next_turn_id=fresh, startup=("mcp",))
    yield Interrupt(turn_id=WRONG, next_turn_id=fresh)
    yield Interrupt(
        reason=ev.BUDGET_LIMITED, by="engine", turn_id=None if state.turn is None else state.turn.turn_id
    )
    for approval_id in (*state.approvals, WRONG):
        yield Answer(approval_id=approval_id, decision="approved")
        yield Answer(approval_id=approval_id, decision="abort")
    yield RunTask(submission_id="s", turn_id=fresh, task_kind=COMPACT, input_id=fresh_input(state))
    yield RunTask(
        submission_id="s", turn_id=fresh, task_kind="regular", input_id=fresh_input(state), text="go"
    )
    if len(state.mail) < 2:
        mail_id = f"m{len(state.mail)}"
        yield SendMail(mail_id=mail_id)
        yield SendMail(mail_id=mail_id, trigger_turn=True)
        yield SendMail(mail_id=mail_id, trigger_turn=True, next_turn_id=fresh)
    yield RollBack(num_turns=1, tokens=ev.TokenUsage(total_tokens=1))
    yield RollBack(num_turns=0)
    yield Shutdown()


def _input(state: State) -> Iterator[Command]:
    fresh, input_id = fresh_turn(state), fresh_input(state)
    settings = ev.SettingsApplied(model="other")
    yield Submit(submission_id="s", input_id=input_id, turn_id=fresh, text="hi", settings=settings)
    yield Submit(submission_id="s", input_id=input_id, turn_id=fresh, text="", settings=settings)
    yield Submit(submission_id="s", input_id=input_id, turn_id=fresh, text="hi", mode=START_IF_IDLE)
    yield Steer(submission_id="s", input_id=input_id, text="hi")
    yield Steer(submission_id="s", input_id=input_id, text=None, content=["part"], expected_turn_id=WRONG)
    yield Steer(submission_id="s", input_id=input_id, text="")


def of_engine(state: State) -> Iterator[Command]:
    """Yield what the engine's effects may say, about the turn in the slot and about another one."""
    next_ids = (None, fresh_turn(state))
    for turn_id in (WRONG, *(() if state.turn is None else (state.turn.turn_id,))):
        yield BeginTurn(turn_id=turn_id)
        yield ScopesGone(turn_id=turn_id, scopes=1)
        yield Unwound(turn_id=turn_id, grace_ms=1, abandoned=(Leftover(effect_id="e", call_id="c"),))
        yield FlushEnded(turn_id=turn_id, through_seq=1)
        yield FlushEnded(turn_id=turn_id, error="disk full", pending=1)
        for next_id in next_ids:
            yield FinishTurn(turn_id=turn_id, next_turn_id=next_id)
            yield Conclude(turn_id=turn_id, next_turn_id=next_id)
    yield Close()


def of_work(state: State) -> Iterator[Command]:
    """Yield what a turn, or the session, may try to put on record, legal there or not."""
    turn_id = None if state.turn is None else state.turn.turn_id
    for event in work(turn_id):
        yield Record(events=(event,), turn_id=turn_id)
    for entry in state.inputs:
        yield Record(
            events=(ev.UserInputRecorded(input_id=entry.input_id, turn_id=turn_id),), turn_id=turn_id
        )
        yield Record(events=(ev.InputDropped(input_id=entry.input_id or "", reason="hook"),), turn_id=turn_id)
    for mail in state.mail:
        yield Record(events=(ev.MailRecorded(mail_id=mail.mail_id),), turn_id=turn_id)
    note = ev.WarningRaised(message="look")
    yield Record(events=(note,))
    yield Record(events=(note,), turn_id=WRONG)
    yield Record(events=(note,), turn_id=turn_id, abort_by="hook")
    yield Record(events=(note, ev.TurnCompleted(turn_id=turn_id or "t")), turn_id=turn_id)


def work(turn_id: str | None) -> tuple[Event, ...]:
    """Return events of one call, one question, one hook run, one network target and a review."""
    return (
        ev.ModelRequestStarted(turn_id=turn_id or WRONG, request_id="q"),
        ev.ToolCallRequested(call_id="c", name="shell", call_type="function_call", turn_id=turn_id),
        ev.ToolDecisionRecorded(call_id="c", decision="approved", source="config", turn_id=turn_id),
        ev.ExecBegan(call_id="c", turn_id=turn_id),
        ev.ExecEnded(call_id="c", turn_id=turn_id),
        ev.ToolCallOutput(call_id="c", call_type="function_call", output="ok", turn_id=turn_id),
        ev.ApprovalRequested(approval_id="a", approval_kind=LEAVE, turn_id=turn_id),
        ev.ApprovalRequested(approval_id="a", call_id="c", approval_kind=OTHER, turn_id=turn_id),
        ev.HookStarted(run_id="h", event_name="stop", status="running", turn_id=turn_id),
        ev.HookCompleted(run_id="h", event_name="stop", status="completed", turn_id=turn_id),
        ev.ReviewStarted(review_id="r", call_id="c", turn_id=turn_id),
        ev.ReviewEnded(review_id="r", call_id="c", turn_id=turn_id, status="approved"),
        ev.NetworkAccessRequested(host="Odd.example", protocol="http", port=80, turn_id=turn_id),
        ev.NetworkDecisionMade(
            host="Odd.example", protocol="http", port=80, decision="allow_once", source="user"
        ),
        ev.ReviewModeEntered(hint="look"),
        ev.ReviewModeExited(),
    )
