"""Commands of the kit: the decider takes or refuses each of them, and a decider with a fault is found out."""

from __future__ import annotations

import attrs
from hypothesis import HealthCheck, find, given, settings

from turnfold.core import State, fold, reduce
from turnfold.core.commands import BeginTurn, Command, FinishTurn, Steer, Submit
from turnfold.core.decide import Decision, decide
from turnfold.core.results import Refused
from turnfold.events import Envelope, TurnCompleted, TurnSteered, UserInputRecorded
from turnfold.replay.testing import Played, command_sequences, opened

SLOWLY = (HealthCheck.filter_too_much, HealthCheck.too_slow)


@settings(max_examples=40)
@given(command_sequences())
def test_what_is_decided_folds_and_what_is_refused_changes_nothing(played: Played) -> None:
    """From the first state on, all decided events are legal and lead to the state in the end."""
    state = played.start
    for decision in played.decisions:
        before = state
        for event in decision.events:
            state = reduce(state, Envelope(seq=state.seq + 1, event=event))
        assert state == decision.state
        if isinstance(decision.result, Refused):
            assert attrs.evolve(state, seq=before.seq) == before
    assert state == played.state


def forgetful(state: State, command: Command) -> Decision:
    """A decider that lets a turn end over input which it has accepted."""
    if isinstance(command, FinishTurn) and state.turn is not None and command.turn_id == state.turn.turn_id:
        return decide(attrs.evolve(state, inputs=()), command)
    return decide(state, command)


def loses(played: Played) -> bool:
    """Whether a turn ended over input that it had accepted."""
    steered = {event.input_id for event in played.events if isinstance(event, TurnSteered)}
    used = {event.input_id for event in played.events if isinstance(event, UserInputRecorded)}
    return any(isinstance(event, TurnCompleted) for event in played.events) and bool(steered - used)


def test_a_decider_with_a_fault_is_found_out() -> None:
    """Sequences of commands come upon a decider that forgets accepted input, and shrink to the two that show it."""
    running = decide(opened(), Submit(submission_id="s", input_id="i", turn_id="t", text="hi")).state
    running = decide(running, BeginTurn(turn_id="t")).state
    chosen = settings(
        max_examples=1000,
        derandomize=True,
        database=None,
        suppress_health_check=SLOWLY,
    )
    least = find(command_sequences(running, decider=forgetful, length_max=8), loses, settings=chosen)
    assert 2 == len(least.commands)
    assert isinstance(least.commands[0], Submit | Steer)
    assert isinstance(least.commands[1], FinishTurn)


def test_sequences_begin_where_they_are_told_to() -> None:
    """With a state given, the first command is decided in it."""
    start = opened(while_aborting="queue")

    @settings(max_examples=5)
    @given(command_sequences(start, length_max=3))
    def draw(played: Played) -> None:
        assert start is played.start
        assert len(played.commands) == len(played.decisions) <= 3

    draw()
    assert fold((), start) is start
