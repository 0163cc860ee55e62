"""The search of a session: its parameters, its claim, and that no check is left out to be quick."""

from __future__ import annotations

from functools import cache

import attrs
import pytest

from tests.replay.search.test_session_mutants import MUTANTS, QUEUES
from turnfold.core import INITIAL, SessionPhase, State
from turnfold.core.commands import BeginTurn, Command, Interrupt, Record, Shutdown, Submit
from turnfold.core.decide import Decision, decide
from turnfold.core.effects import CancelStartup, CloseSession, ConcludeAbort
from turnfold.events import EVENTS
from turnfold.replay.search import Limits
from turnfold.replay.search.session import (
    ABORTS_END,
    CHECKS,
    CLIENTS,
    EVERY,
    Alphabet,
    Bounds,
    Decide,
    Decided,
    Engine,
    Given,
    SessionSearched,
    Underway,
    answers,
    deep,
    must,
    opened,
    replayed,
    search_promise,
    search_session,
    session_check,
    short,
)
from turnfold.replay.search.session.checks import EVERY_COMMAND, EVERY_EVENT, Violated

EVERYWHERE = tuple(attrs.evolve(check, commands=EVERY_COMMAND, kinds=EVERY_EVENT) for check in CHECKS)
"""The checks, made on all decisions."""


@cache
def usual() -> SessionSearched:
    """The search with the usual alphabet and bounds."""
    return search_session()


def test_a_check_has_nothing_to_say_where_it_is_not_called() -> None:
    """With every check on every decision, nothing more is found in the session."""
    whole = search_session(checks=EVERYWHERE)
    assert None is whole.failure
    assert whole.transitions == usual().transitions


@pytest.mark.parametrize("mutant", [row[0] for row in MUTANTS])
def test_a_fault_is_found_as_soon_as_with_every_check_everywhere(mutant: Decide) -> None:
    """After the same commands, and for the same reason."""
    quick = search_session(QUEUES, decide=mutant).failure
    whole = search_session(QUEUES, decide=mutant, checks=EVERYWHERE).failure
    assert quick is not None
    assert whole is not None
    assert (whole.commands, whole.text) == (quick.commands, quick.text)


def test_every_check_has_a_name_and_a_claim() -> None:
    """The name is that of the function, in words; the claim is a sentence."""
    assert len(CHECKS) == len({check.name for check in CHECKS})
    assert "one terminal" in {check.name for check in CHECKS}
    assert [] == [check.name for check in CHECKS if not check.text.endswith((".", "runs."))]
    assert set(EVENTS) == EVERY_EVENT


def test_the_claim_is_data_and_text() -> None:
    """Alphabet, bounds, symmetry and checks are said, and whether it is complete."""
    claim = usual().claim
    assert claim.complete
    assert "a session (marker; input during an abort: refuse)" == claim.system
    assert tuple(check.name for check in CHECKS) == claim.properties
    assert "at most 1 open of each sort" in claim.bounds
    assert "renamed by the order" in claim.symmetry
    assert "none" == search_session(symmetry=False, alphabet=Alphabet(families=("input",))).claim.symmetry
    for part in (claim.alphabet, claim.bounds, claim.equal, claim.symmetry):
        assert part in str(claim)


def test_more_ids_and_families_reach_more() -> None:
    """An alphabet is a parameter: hooks of calls and retries lead to more states."""
    every = search_session(alphabet=Alphabet(families=EVERY))
    assert None is every.failure, every.failure
    assert every.states > usual().states
    assert every.transitions > usual().transitions
    few = search_session(alphabet=Alphabet(families=("input",)))
    assert few.states < 10
    assert None is few.failure


def test_an_unknown_family_is_told() -> None:
    """The message lists those that there are."""
    with pytest.raises(
        ValueError, match="no family of commands is called 'inputs'; there are: input, interrupts"
    ):
        Alphabet(families=("inputs",))
    with pytest.raises(ValueError, match="'ids' must be >= 1"):
        Alphabet(ids=0)


def test_an_own_check_and_a_watch_see_every_decision() -> None:
    """Both are called on each transition that concerns them; the watch after the checks."""
    seen: list[Command] = []

    @session_check(commands=EVERY_COMMAND)
    def no_notes(decided: Decided) -> None:
        """Nothing is noted."""
        seen.append(decided.command)
        must(not isinstance(decided.command, Record), "a note")

    watched: list[Command] = []

    def watch(_before: State, command: Command, _decision: Decision) -> None:
        watched.append(command)

    found = search_session(checks=[no_notes], watch=watch)
    assert found.failure is not None
    assert isinstance(found.failure.error, Violated)
    assert found.transitions == len(seen)
    assert watched == seen[:-1]
    assert "no notes: Nothing is noted." in found.failure.text


def test_a_stopped_search_of_a_session_says_so() -> None:
    """Limits are passed on, by the search of a promise too."""
    found = search_session(limits=Limits(states=100))
    assert (100, "the limit of 100 states") == (found.states, found.claim.stopped)
    whole = search_session(alphabet=Alphabet(families=("input", "interrupts", "phases")))
    promised = search_promise(ABORTS_END, whole, limits=Limits(states=1))
    assert "the limit of 1 states" == promised.claim.stopped


def test_a_promise_can_be_followed_from_the_start_of_a_search() -> None:
    """A search may begin in the middle of an abort; the way to a start is then empty."""
    state = opened()
    for command in (
        Submit(submission_id="s", input_id="i", turn_id="t", text="hi"),
        BeginTurn(turn_id="t"),
        Interrupt(),
    ):
        state = decide(state, command).state
    begun = search_session(state, alphabet=Alphabet(families=("phases",)))
    found = search_promise(ABORTS_END, begun, commands_max=2)
    assert None is found.failure
    assert 4 == found.starts


def test_the_deep_searches_can_be_limited() -> None:
    """They are made one after the other; with a limit each says where it stopped."""
    for found in deep(Limits(states=20)):
        assert None is found.failure
        assert found.claim.stopped in {None, "the limit of 20 states"}


def test_only_effects_of_which_the_session_hears_have_answers() -> None:
    """The ordinary end comes first; work that goes on brings an id."""
    assert () == answers(CancelStartup())
    assert 1 == len(answers(CloseSession()))
    conclude = ConcludeAbort("t", "interrupted", None)
    assert [None, "u"] == [getattr(each, "next_turn_id", None) for each in answers(conclude, "u")]


def test_a_parked_command_is_decided_when_the_slot_is_free() -> None:
    """The engine's part without an engine: what waits comes after the abort, in the step that ends it."""
    engine = Engine()
    now = Underway(opened())
    task = next(each for each in engine.others(now) if type(each.command).__name__ == "RunTask")
    for command in (Submit(submission_id="s", input_id="i", turn_id="x", text="hi"), None, task.command):
        given = next(engine.own(now))[1] if command is None else Given(command)
        now, _ = engine.step(now, given)
    assert (task.command,) == now.parked
    decisions: tuple[Decision, ...] = ()
    while now.parked:
        now, decisions = engine.step(now, next(engine.own(now))[1])
    assert 2 == len(decisions)
    assert SessionPhase.RESERVED is now.state.session
    unchanged, _ = engine.step(now, Given(Interrupt(turn_id="none")))
    assert unchanged is now


def test_a_command_is_told_with_what_it_says() -> None:
    """Defaults are left out, long texts cut."""
    assert "Shutdown()" == short(Shutdown())
    assert "Interrupt(turn_id='t')" == short(Interrupt(turn_id="t"))
    text = short(Submit(submission_id="s", input_id="i", turn_id="t", text="x" * 100))
    assert text.endswith("xxx...)")


def test_clients_and_processes_are_families_of_their_own() -> None:
    """Everything is named once; what clients may ask is part of it."""
    assert len(EVERY) == len(set(EVERY))
    assert set(CLIENTS) < set(EVERY)
    assert 2 == len(Alphabet(families=("process",)).commands(INITIAL))


def test_bounds_count_review_mode() -> None:
    """Review mode is one thing that is open, of its own sort."""
    submit = Submit(submission_id="s", input_id="i", turn_id="t", text="hi")
    reserved = decide(opened(), submit).state
    assert Bounds().within(reserved)
    assert not Bounds().within(_reviewing(reserved))
    assert Bounds(together=2).within(_reviewing(reserved))


def _reviewing(state: State) -> State:
    assert state.turn is not None
    return attrs.evolve(state, turn=attrs.evolve(state.turn, reviewing=True))


def test_replaying_gives_each_event_its_states() -> None:
    """The moves of a decision are those of `reduce`, one after the other."""
    decision = decide(opened(), Submit(submission_id="s", input_id="i", turn_id="t", text="hi"))
    moves = replayed(opened(), decision.events)
    assert decision.state == moves[-1].after
    assert list(decision.events) == [moved.event for moved in moves]
    assert [moved.after for moved in moves[:-1]] == [moved.before for moved in moves[1:]]
