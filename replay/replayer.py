"""Replay: the engine's own reducer over a recorded session, with repair where a foreign log leaves something out.

Three entry points, one on top of the other: `replay_iter` steps through a file, `replay` runs it to its end,
`replay_all` does so for many files. `state_at` travels to one place.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

import attrs

from turnfold.core import INITIAL, IllegalEvent, State, reduce
from turnfold.events import (
    Envelope,
    Event,
    MessageRecorded,
    Origin,
    SessionMetaRecorded,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.events import Located, located_of
from turnfold.replay.inferred import turn_completed
from turnfold.replay.repair import Case, Memory, repair
from turnfold.replay.turn_fold import is_readable
from turnfold.replay.user_text import is_boundary
from turnfold.rollouts import Dialect, Profile, Reader, SourceError, open_source

HEAD_EVENTS: Final = 32
"""How many events are looked at for the identity before the first is taken in; captures open the connection first."""

DEPTH_MAX: Final = 8
"""How many repairs one event may take, those of inferred events included."""


@attrs.frozen
class Refusal:
    """An event that could not be made legal: it changed nothing."""

    code: str | None
    """The rule that names the defect; None where no rule does."""
    message: str
    """What was refused, in which state, and what would have been legal."""


@attrs.frozen(kw_only=True)
class Step:
    """One recorded event, taken in."""

    located: Located
    """The event as it was read."""
    inferred: tuple[Envelope, ...]
    """What was put in before it, numbered as in the repaired log."""
    codes: tuple[str, ...]
    """The rules that name what made repairs necessary."""
    refusal: Refusal | None
    """Why it was not taken in after all; None when it was."""
    state: State
    """The state after it."""


class Replayer:
    """Takes events one after the other. `state` is that of the *repaired* log: inferred events are counted in it.

    Args:
        profile: the producer at the beginning; `adopt` changes it.
        session_id: who the session is, if that is known before its identity record comes.
    """

    def __init__(self, profile: Profile, session_id: str | None = None) -> None:
        self.state: State = INITIAL
        self._memory = Memory(session_id=session_id)
        self._implicit_has_input = False
        self._inferred: list[Envelope] = []
        self._codes: list[str] = []
        self.adopt(profile)

    def adopt(self, profile: Profile) -> None:
        """Go on with another producer's profile: what its log can show decides what is inferred in silence."""
        self._memory.shown = profile.persisted
        self._is_bare = profile.dialect is Dialect.BARE

    def step(self, located: Located) -> Step:
        """Take in one event, after whatever has to be inferred before it."""
        self._inferred, self._codes = [], []
        envelope = located.envelope
        refusal: Refusal | None = None
        if envelope.origin is not Origin.DERIVED:  # a twin says the same thing again
            self._begin_implicit(envelope)
            refusal = self._take(envelope, DEPTH_MAX)
            self._memory.readable += is_readable(envelope.event, type(envelope.event))
        return Step(
            located=located,
            inferred=tuple(self._inferred),
            codes=tuple(self._codes),
            refusal=refusal,
            state=self.state,
        )

    def _take(self, envelope: Envelope, depth: int) -> Refusal | None:
        """Fold *envelope*; where it is illegal, first what the table infers. Returns why it was refused, or None."""
        event = envelope.event
        while True:
            try:
                self.state = reduce(self.state, attrs.evolve(envelope, seq=self.state.seq + 1))
            except IllegalEvent as error:
                depth -= 1
                found = repair(Case(self.state, event, error, self._memory)) if depth > 0 else None
                if found is None:
                    return Refusal(None, str(error))
                self._codes.extend((found.code,) if found.code else ())
                for inferred in found.events:
                    if self._infer(inferred, envelope, depth) is not None:
                        return Refusal(found.code, str(error))
                if found.gives_up:
                    return Refusal(found.code, str(error))
            else:
                self._note(event, envelope.origin)
                return None

    def _infer(self, event: Event, before: Envelope, depth: int) -> Refusal | None:
        """Fold an event that nobody recorded, at the time of the one that it comes before."""
        envelope = attrs.evolve(
            before, event=event, origin=Origin.INFERRED, ordinal=None, cause=str(before.seq)
        )
        refusal = self._take(envelope, depth)
        if refusal is None:
            self._inferred.append(attrs.evolve(envelope, seq=self.state.seq))
        return refusal

    def _note(self, event: Event, origin: Origin) -> None:
        """Remember what later repairs ask for."""
        memory = self._memory
        if isinstance(event, TurnStarted):
            by_us = origin is Origin.INFERRED and event.turn_id == memory.next_id
            memory.implicit, self._implicit_has_input = (event.turn_id if by_us else None), False
        elif isinstance(event, TurnCompleted | TurnAborted):
            if event.turn_id:
                memory.ended.add(event.turn_id)
            memory.implicit = None
        elif isinstance(event, UserInputRecorded):
            self._implicit_has_input = True
        elif isinstance(event, SessionMetaRecorded):
            memory.identity = memory.identity or event

    def _begin_implicit(self, envelope: Envelope) -> None:
        """In a file that records no starts, the user's message ends a turn and begins the next one."""
        event, memory, turn = envelope.event, self._memory, self.state.turn
        is_bare_input = self._is_bare and isinstance(event, MessageRecorded) and is_boundary(event)
        if not is_bare_input and not isinstance(event, UserInputRecorded):
            return
        if turn is not None and turn.turn_id == memory.implicit and self._implicit_has_input:
            for inferred in turn_completed(self.state):
                self._infer(inferred, envelope, DEPTH_MAX)
        if is_bare_input:
            if self.state.turn is None:
                self._infer(TurnStarted(turn_id=memory.next_id), envelope, DEPTH_MAX)
            self._implicit_has_input = True


def replay_iter(path: str | os.PathLike[str]) -> Iterator[Step]:
    """Yield a step for each event of the file at *path*. Raises SourceError when it cannot be opened."""
    with open_source(path) as source:
        reader = Reader(source)
        events = located_of(reader)
        first = list(islice(events, HEAD_EVENTS))
        replayer = Replayer(reader.profile, identity_of(first))
        for located in chain(first, events):
            replayer.adopt(reader.profile)
            yield replayer.step(located)


def identity_of(events: Iterable[Located]) -> str | None:
    """The session id that the first identity record gives; None without one."""
    metas = (located.envelope.event for located in events)
    return next((event.session_id for event in metas if isinstance(event, SessionMetaRecorded)), None)


@attrs.frozen(kw_only=True)
class Replay:
    """A file that was replayed to its end."""

    path: str
    state: State
    """The state at the end; a turn may be open in it."""
    events: int
    """Number of events read."""
    inferred: int
    """Number of events put in."""
    refused: int
    """Number of events that could not be made legal."""
    codes: Counter[str]
    """How often each rule's defect had to be repaired or made an event be refused."""
    error: str | None = None
    """Why the file could not be read; the rest is what was known by then."""


def replay(path: str | os.PathLike[str]) -> Replay:
    """Replay the file at *path*. Raises SourceError when it cannot be opened."""
    state, events, inferred, refused = INITIAL, 0, 0, 0
    codes: Counter[str] = Counter()
    for step in replay_iter(path):
        state = step.state
        events += 1
        inferred += len(step.inferred)
        refused += step.refusal is not None
        codes.update(step.codes)
    return Replay(
        path=os.fspath(path), state=state, events=events, inferred=inferred, refused=refused, codes=codes
    )


def replay_all(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Replay]:
    """Yield the replay of each file; one that cannot be read does not keep the others from it."""
    for path in paths:
        try:
            yield replay(path)
        except SourceError as error:
            yield Replay(
                path=os.fspath(path),
                state=INITIAL,
                events=0,
                inferred=0,
                refused=0,
                codes=Counter(),
                error=str(error),
            )


class NoSuchPlace(LookupError):
    """There is no such line, seq or turn in the file. Its text says what to ask for instead."""


def state_at(
    path: str | os.PathLike[str], *, line: int | None = None, seq: int | None = None, turn: str | None = None
) -> State:
    """Return the state at one place of a file, given by *line*, *seq* or *turn*; without a place, at its end.

    At a line or seq: after the last event up to there. At a turn: the last state in which it is open. Raises
    NoSuchPlace when nothing stands there, SourceError when the file cannot be opened.
    """
    state: State | None = None
    for step in replay_iter(path):
        if _is_past(step, line, seq):
            break
        if turn is None or (step.state.turn is not None and step.state.turn.turn_id == turn):
            state = step.state
        elif state is not None:
            break
    if state is None:
        remedy = (
            f"no turn {turn!r}; `turnfold turns` lists the ids"
            if turn is not None
            else "its first event comes later"
        )
        raise NoSuchPlace(f"{os.fspath(path)}: {remedy}")
    return state


def _is_past(step: Step, line: int | None, seq: int | None) -> bool:
    """Whether a step is behind the place that is asked for."""
    return (line is not None and step.located.line > line) or (
        seq is not None and step.located.envelope.seq > seq
    )
