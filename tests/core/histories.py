"""Histories for the tests of the core: a small language, a second opinion, and random legal ones.

The language: words separated by blanks, each `word` or `word:id`, where the id names turn, call, approval,
hook run or network decision, whichever the word is about. `history("meta start:t call:c output:c done:t")` is
a session of one turn with one call.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast

import attrs
from hypothesis import strategies as st

from turnfold import events as ev
from turnfold.core import (
    BARRIERS,
    ENDS,
    EVENT_TRIGGERED,
    FIRST,
    INVISIBLE,
    KEYS,
    RESETS,
    SEEN_BY,
    Machine,
    Phase,
    edges,
    key_of,
    settle,
)
from turnfold.events import EVENTS, Envelope, Event

WORDS: Final[dict[str, tuple[type[Event], str | None]]] = {
    "meta": (ev.SessionMetaRecorded, "session_id"),
    "resume": (ev.SessionResumed, None),
    "rollback": (ev.HistoryRolledBack, None),
    "closing": (ev.ShutdownBegan, None),
    "closed": (ev.ShutdownCompleted, None),
    "reserve": (ev.TurnReserved, "turn_id"),
    "clear": (ev.TurnCleared, "turn_id"),
    "start": (ev.TurnStarted, "turn_id"),
    "done": (ev.TurnCompleted, "turn_id"),
    "steer": (ev.TurnSteered, "turn_id"),
    "input": (ev.UserInputRecorded, "turn_id"),
    "refuse": (ev.InputRefused, "submission_id"),
    "drop-input": (ev.InputDropped, "input_id"),
    "ask-model": (ev.ModelRequestStarted, "turn_id"),
    "message": (ev.MessageRecorded, None),
    "abort": (ev.AbortBegan, "turn_id"),
    "cancel": (ev.ScopesCancelled, "turn_id"),
    "unwind": (ev.AbortUnwound, "turn_id"),
    "mark": (ev.AbortMarkerRecorded, "turn_id"),
    "flush": (ev.JournalFlushed, None),
    "flush-failed": (ev.JournalFailed, None),
    "aborted": (ev.TurnAborted, "turn_id"),
    "drop": (ev.WaitersDropped, "turn_id"),
    "call": (ev.ToolCallRequested, "call_id"),
    "decide": (ev.ToolDecisionRecorded, "call_id"),
    "exec": (ev.ExecBegan, "call_id"),
    "exec-end": (ev.ExecEnded, "call_id"),
    "sandbox-denied": (ev.SandboxDenied, "call_id"),
    "output": (ev.ToolCallOutput, "call_id"),
    "close": (ev.ToolCallClosed, "call_id"),
    "ask": (ev.ApprovalRequested, "approval_id"),
    "answer": (ev.ApprovalResolved, "approval_id"),
    "drop-ask": (ev.ApprovalDropped, "approval_id"),
    "hook": (ev.HookStarted, "run_id"),
    "hook-end": (ev.HookCompleted, "run_id"),
    "hook-close": (ev.HookClosed, "run_id"),
    "connect": (ev.NetworkAccessRequested, None),
    "network": (ev.NetworkDecisionMade, "decision"),
    "refused": (ev.NetworkAccessRefused, None),
}

_FILLER: Final[dict[object, object]] = {str: "x", int: 1, bool: False}


def make(kind: type[Event], **fields: object) -> Event:
    """Return an event of *kind* with these fields, fillers for the other required ones, else the defaults."""
    for field in attrs.fields(kind):
        if field.default is attrs.NOTHING and field.name not in fields:
            fields[field.name] = _FILLER[field.type]
    return cast("Callable[..., Event]", kind)(**fields)


def events(text: str) -> list[Event]:
    """Return the events that *text* tells of, in the language of this module."""
    made: list[Event] = []
    for word in text.split():
        name, _, key = word.partition(":")
        kind, field = WORDS[name]
        made.append(make(kind, **({field: key} if field is not None and key else {})))
    return made


def enveloped(events_: Iterable[Event], first_seq: int = 0) -> list[Envelope]:
    """Return the events in envelopes, numbered from *first_seq*."""
    return [Envelope(seq=seq, event=event) for seq, event in enumerate(events_, first_seq)]


def history(text: str) -> list[Envelope]:
    """Return the envelopes of a whole history that *text* tells of."""
    return enveloped(events(text))


class Oracle:
    """A second opinion on legality: one mutable dictionary of phases, straight from the tables.

    It is the shape in which a replayer would run them, and shares no code with `reduce`.
    """

    def __init__(self) -> None:
        self.phases: dict[tuple[Machine, str], Phase] = {}

    def turn_id(self) -> str | None:
        """Return the id of the turn in the slot."""
        return next((key for machine, key in self.phases if machine is Machine.TURN), None)

    def places(self, event: Event) -> Iterator[tuple[Machine, str]]:
        """Yield the instances that the event is about."""
        for machine in SEEN_BY[type(event)]:
            key = key_of(machine, event)
            if machine is Machine.SESSION:
                yield machine, ""
            elif machine is Machine.TURN:
                yield machine, (self.turn_id() or "") if key is None else key
            elif key is not None:
                yield machine, key

    def allows(self, event: Event) -> bool:
        """Return whether every machine that sees the event has a row for it, and nothing bars it."""
        rows = (EVENT_TRIGGERED[place[0]][self.phase(place)] for place in self.places(event))
        barred = any(
            machine is bar and key != getattr(event, KEYS[bar], None)
            for bar in BARRIERS.get(type(event), ())
            for machine, key in self.phases
        )
        return not barred and all(type(event) in row for row in rows)

    def phase(self, place: tuple[Machine, str]) -> Phase:
        """Return where an instance is."""
        return self.phases.get(place, FIRST[place[0]])

    def feed(self, event: Event) -> None:
        """Move every instance that a legal event is about."""
        for place in list(self.places(event)):
            phase = settle(EVENT_TRIGGERED[place[0]][self.phase(place)][type(event)], event)
            if phase in ENDS or phase is FIRST[place[0]]:
                self.phases.pop(place, None)
            else:
                self.phases[place] = phase
        for machine in RESETS.get(type(event), ()):
            for place in [place for place in self.phases if place[0] is machine]:
                del self.phases[place]


_POOL: Final[dict[str, tuple[str | None, ...]]] = {
    "turn_id": ("t1", "t2"),
    "call_id": ("c1", "c2"),
    "approval_id": ("a1", "a2"),
    "run_id": ("r1", "r2"),
    "decision": ("allow_once", "allow_session", "deny", "deny_session"),
    "input_id": ("i1", "i2"),
}


def _choices(kind: type[Event], name: str) -> tuple[str | None, ...]:
    optional = attrs.fields_dict(cast("Any", kind))[name].default is None
    return (*_POOL[name], None) if optional else _POOL[name]


def variants(kind: type[Event]) -> list[Event]:
    """Return events of *kind* with every combination of a few ids."""
    names = [name for name in _POOL if name in attrs.fields_dict(cast("Any", kind))]
    combinations = itertools.product(*(_choices(kind, name) for name in names))
    return [make(kind, **dict(zip(names, values, strict=True))) for values in combinations]


_MOVING: Final = {
    edge.label for machine in Machine for edge in edges(machine) if edge.source is not edge.target
}

STRUCTURAL: Final = [event for kind in EVENTS if kind in _MOVING for event in variants(kind)]
"""Events of the types that move a machine somewhere."""

ALL: Final = [event for kind in EVENTS if kind not in INVISIBLE for event in variants(kind)]
"""Events of every type that a machine sees."""


@st.composite
def legal_histories(draw: st.DrawFn, length_max: int = 60) -> list[Event]:
    """Draw a history in which every event is legal by the oracle."""
    oracle = Oracle()
    told: list[Event] = []
    for _ in range(draw(st.integers(0, length_max))):
        # Mostly moves: a history of notices would be legal, and tell nothing.
        menu = STRUCTURAL if draw(st.integers(0, 4)) else ALL
        start = draw(st.integers(0, len(menu) - 1))
        around = itertools.chain(menu[start:], menu[:start])
        event = next((event for event in around if oracle.allows(event)), None)
        if event is not None:
            oracle.feed(event)
            told.append(event)
    return told
