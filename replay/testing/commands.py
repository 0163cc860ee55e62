"""Strategies for commands: what clients and effects ask of a session, with right and with wrong ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import attrs
from hypothesis import strategies as st

from turnfold import events as ev
from turnfold.core import INITIAL, SessionPhase, State, TurnPhase
from turnfold.core import commands as cm
from turnfold.core.decide import Decision, decide
from turnfold.events import Event
from turnfold.replay.testing.answers import decisions_for
from turnfold.replay.testing.contents import KINDS

WRONG: Final = "wrong"
"""An id that nothing has: commands and events that name it are about something that is not there."""


def opened(*, interrupt_marker: bool = True, while_aborting: str = "refuse") -> State:
    """The state of a session that has just been opened: idle, with nothing in it."""
    configured = _configuration(interrupt_marker, while_aborting)
    return decide(
        INITIAL, cm.Open(identity=ev.SessionMetaRecorded(session_id="s"), configuration=configured)
    ).state


def _configuration(interrupt_marker: bool, while_aborting: str) -> ev.SessionConfigured:
    return ev.SessionConfigured(
        session_id="s", interrupt_marker=interrupt_marker, while_aborting=while_aborting
    )


def commands(state: State) -> st.SearchStrategy[cm.Command]:
    """Commands for `decide` in *state*: of clients, of the engine's effects, and things to record.

    Ids are those that are in the state, and `WRONG` or fresh ones. All of it is well formed, so `decide` may refuse it
    but must not fail. What the engine itself would say next comes up often, so that turns get somewhere.
    """
    due = _due(state)
    others = st.one_of(client_commands(state), effect_commands(state), records(state))
    return others if due is None else st.one_of(st.just(due), others)


def client_commands(state: State) -> st.SearchStrategy[cm.Command]:
    """What clients may ask in *state*."""
    return st.sampled_from([*_inputs(state), *_requests(state), *_answers(state)])


def _inputs(state: State) -> Iterator[cm.Command]:
    fresh, input_id, submission = (_fresh(state, name) for name in ("turn", "input", "submission"))
    settings = ev.SettingsApplied(model="other")
    for text in ("hi", ""):
        submit = cm.Submit(submission_id=submission, input_id=input_id, turn_id=fresh, text=text)
        yield submit
        yield attrs.evolve(submit, settings=settings)
        yield attrs.evolve(submit, mode=cm.START_IF_IDLE)
        for expected in (None, *_turn_ids(state)):
            yield cm.Steer(submission_id=submission, input_id=input_id, text=text, expected_turn_id=expected)
    for kind in (cm.COMPACT, cm.REVIEW, cm.REGULAR):
        yield cm.RunTask(
            submission_id=submission, turn_id=fresh, task_kind=kind, input_id=input_id, text="look"
        )


def _requests(state: State) -> Iterator[cm.Command]:
    fresh = _fresh(state, "turn")
    for turn_id in (None, *_turn_ids(state)):
        yield cm.Interrupt(turn_id=turn_id)
        yield cm.Interrupt(turn_id=turn_id, next_turn_id=fresh, startup=("mcp",))
    mail_id = _fresh(state, "mail")
    yield cm.SendMail(mail_id=mail_id, text="news")
    yield cm.SendMail(mail_id=mail_id, text="news", trigger_turn=True)
    yield cm.SendMail(mail_id=mail_id, text="news", trigger_turn=True, next_turn_id=fresh)
    for num_turns in (1, 0):
        yield cm.RollBack(num_turns=num_turns)
    yield cm.Shutdown()


def _answers(state: State) -> Iterator[cm.Command]:
    for approval_id in (*state.approvals, WRONG):
        asked = state.approvals.get(approval_id)
        for decision in decisions_for(None if asked is None else asked.approval_kind):
            yield cm.Answer(approval_id=approval_id, decision=decision)
        yield cm.Answer(approval_id=approval_id, decision="maybe")


def effect_commands(state: State) -> st.SearchStrategy[cm.Command]:
    """What the engine's effects may say in *state*, about the turn in the slot and about another one."""
    return st.sampled_from([*_effects(state)])


def _effects(state: State) -> Iterator[cm.Command]:
    left = cm.Leftover(effect_id="effect", call_id=next(iter(state.calls), None))
    for turn_id in _turn_ids(state):
        yield cm.BeginTurn(turn_id=turn_id)
        yield cm.ScopesGone(turn_id=turn_id, scopes=1)
        yield cm.Unwound(turn_id=turn_id, grace_ms=100)
        yield cm.Unwound(turn_id=turn_id, grace_ms=100, abandoned=(left,))
        yield cm.FlushEnded(turn_id=turn_id, through_seq=state.seq)
        yield cm.FlushEnded(turn_id=turn_id, error="disk full", pending=1)
        for next_id in (None, _fresh(state, "turn")):
            yield cm.FinishTurn(turn_id=turn_id, next_turn_id=next_id)
            yield cm.Conclude(turn_id=turn_id, next_turn_id=next_id)
    yield cm.Close()


def _due(state: State) -> cm.Command | None:
    """What the engine says next of its own accord, when nobody asks for anything."""
    turn = state.turn
    if turn is None:
        return cm.Close() if state.session is SessionPhase.CLOSING else None
    match turn.phase:
        case TurnPhase.RESERVED:
            return cm.BeginTurn(turn_id=turn.turn_id)
        case TurnPhase.ABORTING:
            return cm.ScopesGone(turn_id=turn.turn_id, scopes=1)
        case TurnPhase.CANCELLED:
            return cm.Unwound(turn_id=turn.turn_id, grace_ms=100)
        case TurnPhase.MARKED:
            return cm.FlushEnded(turn_id=turn.turn_id, through_seq=state.seq)
        case TurnPhase.UNWOUND | TurnPhase.FLUSHED:
            return cm.Conclude(turn_id=turn.turn_id, next_turn_id=_fresh(state, "turn"))
        case _:
            return None


@st.composite
def records(draw: st.DrawFn, state: State) -> cm.Command:
    """Something to put on record in *state*, with or without an interruption. Much of it the tables refuse."""
    told = [_event(draw, state) for _ in range(draw(st.integers(1, 2)))]
    return cm.Record(
        events=tuple(told),
        turn_id=draw(st.sampled_from((*_turn_ids(state), None))),
        abort_by=draw(st.sampled_from((None, None, "hook"))),
    )


def _event(draw: st.DrawFn, state: State) -> Event:
    """An event of any type; what it names is right, wrong or absent."""
    kind = draw(st.sampled_from(KINDS))
    pool: dict[str, tuple[str, ...]] = {
        "turn_id": () if state.turn is None else (state.turn.turn_id,),
        "call_id": (*state.calls, _fresh(state, "call")),
        "approval_id": (*state.approvals, _fresh(state, "approval")),
        "run_id": (*state.hook_runs, _fresh(state, "run")),
        "input_id": tuple(entry.input_id or "" for entry in state.inputs),
    }
    filler: dict[object, object] = {str: "x", int: 1, bool: False}
    values: dict[str, object] = {}
    for name, field in attrs.fields_dict(cast("Any", kind)).items():
        needed = field.default is attrs.NOTHING
        if name in pool:
            values[name] = draw(
                st.sampled_from((*pool[name], WRONG) if needed else (*pool[name], WRONG, None))
            )
        elif needed:
            values[name] = filler[field.type]
    return cast("Callable[..., Event]", kind)(**values)


@attrs.frozen
class Played:
    """A sequence of commands, and what `decide` made of it."""

    start: State
    commands: tuple[cm.Command, ...]
    decisions: tuple[Decision, ...]

    @property
    def state(self) -> State:
        """The state in the end."""
        return self.decisions[-1].state if self.decisions else self.start

    @property
    def events(self) -> tuple[Event, ...]:
        """All that was decided, in order."""
        return tuple(event for decision in self.decisions for event in decision.events)


@st.composite
def command_sequences(
    draw: st.DrawFn,
    start: State | None = None,
    *,
    length_max: int = 30,
    decider: Callable[[State, cm.Command], Decision] = decide,
) -> Played:
    """Sequences of commands from *start* on, each drawn for the state in which it comes, with what was decided.

    Args:
        start: the first state; None is a session that was just opened.
        length_max: how many commands there are at most.
        decider: what decides: ours, or one that is to be tested.
    """
    state = first = opened() if start is None else start
    given: list[cm.Command] = []
    decisions: list[Decision] = []
    for _ in range(draw(st.integers(0, length_max))):
        command = draw(commands(state))
        decision = decider(state, command)
        given.append(command)
        decisions.append(decision)
        state = decision.state
    return Played(first, tuple(given), tuple(decisions))


def _fresh(state: State, name: str) -> str:
    """An id that nothing in the state has: the log's length tells it from all earlier ones."""
    return f"{name}-{state.seq + 1}"


def _turn_ids(state: State) -> tuple[str, ...]:
    return (WRONG,) if state.turn is None else (state.turn.turn_id, WRONG)
