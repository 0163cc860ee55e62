"""Searches of the session: what they are called with, what they claim, and the deep ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final, TypeAlias

import attrs

from turnfold import events as ev
from turnfold.core import INITIAL, SessionPhase, State, TurnPhase
from turnfold.core.commands import Command, Open
from turnfold.core.decide import Decision, decide, is_aborting
from turnfold.core.react import react
from turnfold.events import Envelope
from turnfold.replay.search.claim import Claim, Limits
from turnfold.replay.search.leading import LeadsTo, leads_to
from turnfold.replay.search.searching import Searched, search
from turnfold.replay.search.session.alphabet import CLIENTS, EVERY, Alphabet, configuration
from turnfold.replay.search.session.checks import Checking, SessionCheck
from turnfold.replay.search.session.claims import CHECKS
from turnfold.replay.search.session.keys import EQUAL, RENAMED, canonical, plain
from turnfold.replay.search.session.telling import told, told_underway
from turnfold.replay.search.session.underway import Decide, Engine, Given, React, Underway, resumed
from turnfold.replay.search.ways import CounterExample, Step, Way

SessionSearched: TypeAlias = Searched[State, Command, Decision]
SessionLeadsTo: TypeAlias = LeadsTo[Underway, Given, tuple[Decision, ...]]


@attrs.frozen(kw_only=True)
class Bounds:
    """How much may be open at once in a state that is followed."""

    each: int = 1
    """Of one sort: input, mail, calls, questions, hook runs, network targets."""
    together: int = 1
    """Of all sorts, review mode being one more."""

    def within(self, state: State) -> bool:
        """Whether *state* lies within."""
        reviewing = state.turn is not None and state.turn.reviewing
        sizes = (
            len(state.inputs),
            len(state.mail),
            len(state.calls),
            len(state.approvals),
            len(state.hook_runs),
            len(state.hosts),
        )
        return max(sizes) <= self.each and sum(sizes) + reviewing <= self.together

    def __str__(self) -> str:
        return (
            f"at most {self.each} open of each sort (input, mail, call, question, hook run, network target), and at "
            f"most {self.together} of all sorts and review mode together"
        )


def opened(*, marker: bool = True, while_aborting: str = "refuse", decide: Decide = decide) -> State:
    """Return an idle session."""
    configured = configuration(marker=marker, while_aborting=while_aborting)
    return decide(
        INITIAL, Open(identity=ev.SessionMetaRecorded(session_id="s"), configuration=configured)
    ).state


def search_session(
    start: State | None = None,
    *,
    alphabet: Alphabet | None = None,
    bounds: Bounds | None = None,
    decide: Decide = decide,
    checks: Iterable[SessionCheck] = CHECKS,
    symmetry: bool = True,
    limits: Limits | None = None,
    watch: Callable[[State, Command, Decision], object] | None = None,
) -> SessionSearched:
    """Give every command of *alphabet* in every state that a session reaches within *bounds*, and make every check.

    Args:
        start: an idle session with the default behaviour unless given; see `opened`.
        alphabet: the usual one unless given, with as many ids as *bounds* lets be open at once.
        decide: what decides; an embedder can put in its own. With *symmetry* it must not look at ids but to compare
            them, and must read nothing of a state that the key leaves out.
        checks: what has to hold for each decision.
        symmetry: whether states that differ in ids only count as one. Without, every id of the alphabet is named.
        watch: is told of every decision, once the checks have passed.
    """
    its_bounds = bounds or Bounds()
    chosen = alphabet or Alphabet(ids=its_bounds.each, every_id=not symmetry)
    its_start = opened(decide=decide) if start is None else start
    checking = Checking(checks)

    def check(before: State, command: Command, decision: Decision, after: State) -> None:
        checking(before, command, decision, after)
        if watch is not None:
            watch(before, command, decision)

    def step(state: State, command: Command) -> tuple[State, Decision]:
        decision = decide(state, command)
        return decision.state, decision

    key: Callable[[State], Hashable] = canonical if symmetry else plain
    return search(
        its_start,
        chosen.commands,
        step,
        key=key,
        check=checking if watch is None else check,
        within=its_bounds.within,
        limits=limits,
        tell=told,
        claim=Claim(
            system=f"a session ({_behaviour(its_start)})",
            alphabet=str(chosen),
            bounds=str(its_bounds),
            equal=EQUAL,
            symmetry=RENAMED if symmetry else "none",
            properties=tuple(each.name for each in checking.checks),
        ),
    )


def _behaviour(state: State) -> str:
    marker = "marker" if state.behaviour.interrupt_marker else "no marker"
    return f"{marker}; input during an abort: {state.behaviour.while_aborting}"


def log_of(failure: CounterExample[State, Command, Decision]) -> tuple[Envelope, ...]:
    """Return the log of a counter-example from the opening of the session on, to be recorded, verified or folded.

    It has no times. Raises ValueError if the search began in anything but a session that was just opened.
    """
    start = failure.way.start
    behaviour = start.behaviour
    configured = configuration(marker=behaviour.interrupt_marker, while_aborting=behaviour.while_aborting)
    first = decide(INITIAL, Open(identity=ev.SessionMetaRecorded(session_id="s"), configuration=configured))
    if first.state != start:
        raise ValueError(
            "the search did not begin in a session as `opened` makes it, so its log is not known"
        )
    events = [*first.events, *(event for label in failure.labels for event in label.events)]
    return tuple(Envelope(session_id="s", seq=seq, event=event) for seq, event in enumerate(events))


@attrs.frozen(kw_only=True)
class Promise:
    """Something that comes about at last, whatever the order in which the engine's work ends."""

    name: str
    text: str
    begins: Callable[[State], bool]
    """Whether the promise is given in a state."""
    kept: Callable[[Underway], bool]
    """Whether it was kept."""


def _turn_is_gone(now: Underway) -> bool:
    return now.state.turn is None or now.state.turn.turn_id != now.watched


def _ending(state: State) -> bool:
    return state.session in {SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN}


def _ended(now: Underway) -> bool:
    return now.state.session is SessionPhase.CLOSED


def _reserved(state: State) -> bool:
    return state.turn is not None and state.turn.phase is TurnPhase.RESERVED


def _has_begun(now: Underway) -> bool:
    return _turn_is_gone(now) or not _reserved(now.state)


ABORTS_END: Final = Promise(
    name="aborts end",
    text="an abort that has begun comes to its end: the turn leaves the slot (F5, F7)",
    begins=is_aborting,
    kept=_turn_is_gone,
)
SHUTDOWNS_END: Final = Promise(
    name="shutdowns end",
    text="a shutdown that has begun comes to its end: the session is closed (F14)",
    begins=_ending,
    kept=_ended,
)
TURNS_BEGIN: Final = Promise(
    name="turns begin",
    text="a turn that holds the slot gets its task, or leaves (F8, F15)",
    begins=_reserved,
    kept=_has_begun,
)
PROMISES: Final = (ABORTS_END, SHUTDOWNS_END, TURNS_BEGIN)


def search_promise(
    promise: Promise,
    searched: SessionSearched,
    *,
    commands_max: int = 1,
    decide: Decide = decide,
    react: React = react,
    clients: Alphabet | None = None,
    limits: Limits | None = None,
) -> SessionLeadsTo:
    """From every state of *searched* in which *promise* is given: is it kept, whatever happens?

    What happens: the effects of the engine end, in every order and in every way (`answers`), and clients give at most
    *commands_max* commands of *clients* before, between and after them. A command that waits for the slot is decided
    once it is free. That an effect ends at some time is taken for granted (weak fairness); nothing else is.
    """
    its_clients = clients or Alphabet(families=CLIENTS)
    engine = Engine(decide, react, its_clients)
    starts = [
        _underway(node.state, node.commands(), searched, engine)
        for node in searched.nodes
        if promise.begins(node.state)
    ]
    own = "every end of every effect that has begun (`answers`)"
    asked = f"{commands_max} command{'' if commands_max == 1 else 's'} of clients at most ({its_clients})"
    return leads_to(
        starts,
        engine.own,
        engine.step,
        promise.kept,
        key=_key,
        others=engine.others,
        others_max=commands_max,
        limits=limits,
        tell=told_underway,
        claim=Claim(
            system=f"{promise.name} in {searched.claim.system}",
            alphabet=f"{own}; {asked}",
            bounds=f"begun in the states of a search with: {searched.claim.bounds}",
            equal=f"{EQUAL}; the effects and the commands that wait are the same",
            properties=(promise.text,),
        ),
    )


def _key(now: Underway) -> Hashable:
    return now.key


def _underway(
    state: State, commands: Iterable[Command], searched: SessionSearched, engine: Engine
) -> Way[Underway, Given, tuple[Decision, ...]]:
    """The way of a search to a state, with what the engine has to do at its end."""
    now = searched.nodes[0].state
    start = Underway(now)
    steps: list[Step[Underway, Given, tuple[Decision, ...]]] = []
    for command in commands:
        decision = engine.decide(now, command)
        now = decision.state
        steps.append(Step(Given(command), (decision,), Underway(now)))
    watched = None if state.turn is None else state.turn.turn_id
    end = resumed(state, watched, engine.react)
    if not steps:
        return Way(end)
    return Way(start, (*steps[:-1], attrs.evolve(steps[-1], state=end)))


DEEP: Final = (Bounds(each=1, together=3), Bounds(each=2, together=3))
"""Bounds of the deep searches with the usual alphabet."""


def deep(limits: Limits | None = None) -> Iterator[SessionSearched | SessionLeadsTo]:
    """Make the deep searches, one after the other: about 100 s of processor time. *limits* are those of each.

    For both configurations: every family of commands with two things open, and the promises from there with one command
    of clients in between; the promises with two commands, from states with one thing open; the bounds of `DEEP`. Each
    has a `failure` and a `claim`, and prints itself.
    """
    for marker, while_aborting in ((True, "refuse"), (False, "queue")):
        start = opened(marker=marker, while_aborting=while_aborting)
        every = search_session(
            start, alphabet=Alphabet(families=EVERY), bounds=Bounds(together=2), limits=limits
        )
        yield every
        usual = search_session(start, limits=limits)
        for promise in PROMISES:
            yield search_promise(promise, every, commands_max=1, limits=limits)
            yield search_promise(promise, usual, commands_max=2, limits=limits)
        for bounds in DEEP:
            yield search_session(start, bounds=bounds, limits=limits)
