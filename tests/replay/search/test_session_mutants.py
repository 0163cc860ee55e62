"""A decider with a fault is found, with the shortest way to it; so are aborts that cannot end."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from turnfold import events as ev
from turnfold.core import State, TurnPhase, fold
from turnfold.core.commands import (
    BeginTurn,
    Command,
    Conclude,
    FlushEnded,
    Interrupt,
    ScopesGone,
    Submit,
    Unwound,
)
from turnfold.core.decide import Decision, decide, is_aborting
from turnfold.core.effects import Effect, FlushJournal
from turnfold.core.react import react
from turnfold.core.results import Done, Queued
from turnfold.events import Envelope, Event
from turnfold.replay.search import Fault
from turnfold.replay.search.session import (
    ABORTS_END,
    Alphabet,
    Decide,
    log_of,
    opened,
    search_promise,
    search_session,
)

QUEUES = opened(while_aborting="queue")


def decision_of(before: State, events: Sequence[Event], decision: Decision) -> Decision:
    """The decision with other events; its state is their fold."""
    sealed = [Envelope(seq=seq, event=event) for seq, event in enumerate(events, before.seq + 1)]
    return attrs.evolve(decision, events=tuple(events), state=fold(sealed, before))


def concludes_any_turn(state: State, command: Command) -> Decision:
    """Hazard 8: the clean-up looks at the aborting flag, not at the turn's identity."""
    if isinstance(command, Conclude) and state.turn is not None:
        command = attrs.evolve(command, turn_id=state.turn.turn_id)
    return decide(state, command)


def keeps_waiters(state: State, command: Command) -> Decision:
    """What waits for a turn is not dropped after its end."""
    decision = decide(state, command)
    drops = (ev.ApprovalDropped, ev.WaitersDropped)
    kept = [event for event in decision.events if not isinstance(event, drops)]
    return decision if len(kept) == len(decision.events) else decision_of(state, kept, decision)


def forgets_input(state: State, command: Command) -> Decision:
    """Input during an abort is said to be queued, and is not in the log."""
    decision = decide(state, command)
    if isinstance(decision.result, Queued):
        return decision_of(state, [], decision)
    return decision


def drops_the_cause(state: State, command: Command) -> Decision:
    """A decision whose state is not the fold of its events: what was decided cannot be replayed."""
    decision = decide(state, command)
    if isinstance(command, Interrupt) and is_aborting(decision.state):
        return attrs.evolve(decision, events=())
    return decision


def needs_a_disk(state: State, command: Command) -> Decision:
    """The end of an abort waits for a flush that succeeds."""
    decision = decide(state, command)
    failed = isinstance(command, FlushEnded) and command.error is not None and decision.events
    return Decision((), state, Done()) if failed else decision


MUTANTS: list[tuple[Decide, str, list[type[Command]]]] = [
    (concludes_any_turn, "identity", [Submit, BeginTurn, Interrupt, ScopesGone, Unwound, Conclude]),
    (keeps_waiters, "drops follow", [Submit, Interrupt]),
    (forgets_input, "accepted input is kept", [Submit, BeginTurn, Interrupt, Submit]),
    (drops_the_cause, "folds", [Submit, BeginTurn, Interrupt]),
]


@pytest.mark.parametrize(("mutant", "name", "way"), MUTANTS, ids=[row[1] for row in MUTANTS])
def test_a_faulty_decider_is_found_by_the_shortest_way(
    mutant: Decide, name: str, way: list[type[Command]]
) -> None:
    """The check that fails is named, and no command on the way to it can be spared."""
    found = search_session(QUEUES, decide=mutant)
    assert found.failure is not None
    assert way == [type(command) for command in found.failure.commands]
    assert Fault.CHECK is found.failure.kind
    assert f"; {name}: " in found.failure.text
    assert "a failure" == found.claim.stopped
    assert not found.claim.complete


def test_the_counter_example_reads_as_a_story() -> None:
    """Command, events, result and state of each step, in as few words as possible."""
    failure = search_session(QUEUES, decide=forgets_input).failure
    lines = str(failure).splitlines()
    assert lines[0].startswith("check after 4 commands: Violated: accepted input is not in the state; ")
    assert [
        "  2. BeginTurn(turn_id='t')",
        "       turn_started; done; session in_turn, turn t running",
        "  3. Interrupt()",
        "       abort_began; interrupted; session in_turn, turn t aborting",
    ] == lines[3:7]
    assert "       nothing recorded; queued; session in_turn, turn t aborting" == lines[8]


def test_a_counter_example_of_a_session_is_a_log() -> None:
    """Its events fold to the state in which the fault shows, from the opening of the session on."""
    failure = search_session(QUEUES, decide=concludes_any_turn).failure
    assert failure is not None
    assert failure.way.end == fold(log_of(failure))
    elsewhere = search_session(failure.states[1], decide=concludes_any_turn).failure
    assert elsewhere is not None
    with pytest.raises(ValueError, match="did not begin in a session as `opened` makes it"):
        log_of(elsewhere)


def test_an_abort_that_waits_for_a_disk_is_a_dead_end() -> None:
    """Liveness: the flush failed, nothing is left to happen, and the turn still holds the slot."""
    searched = search_session(decide=needs_a_disk)
    assert None is searched.failure
    found = search_promise(ABORTS_END, searched, commands_max=0, decide=needs_a_disk)
    assert found.failure is not None
    assert Fault.DEAD_END is found.failure.kind
    way = [type(given.command) for given in found.failure.commands]
    assert [Submit, BeginTurn, Interrupt, ScopesGone, Unwound, FlushEnded] == way
    assert "to come: nothing" in str(found.failure)
    assert not found.claim.complete


def warns(state: State, command: Command) -> Decision:
    """A flush that fails leaves a warning, and is tried again."""
    decision = decide(state, command)
    if isinstance(command, FlushEnded) and command.error is not None and decision.events:
        return decision_of(state, [ev.WarningRaised(message=command.error)], decision)
    return decision


def tries_again(before: State, events: Sequence[Event], after: State) -> Sequence[Effect]:
    """Flush once more after a warning."""
    turn = after.turn
    again = turn is not None and turn.phase is TurnPhase.MARKED and before.turn == turn
    if again and turn is not None and any(isinstance(event, ev.WarningRaised) for event in events):
        return (FlushJournal(turn.turn_id),)
    return react(before, events, after)


def test_an_abort_that_flushes_until_it_works_may_never_end() -> None:
    """Liveness: each flush ends, so the run is fair, but nobody says that one of them succeeds."""
    searched = search_session(decide=warns, alphabet=Alphabet(families=("input", "interrupts", "phases")))
    found = search_promise(ABORTS_END, searched, commands_max=1, decide=warns, react=tries_again)
    assert found.failure is not None
    assert Fault.LOOP is found.failure.kind
    assert [FlushEnded(turn_id="t", error="disk full", pending=1)] == [
        step.command.command for step in found.failure.loop
    ]
    assert 5 == len(found.failure.way.steps)
    assert "round and round" in str(found.failure)
