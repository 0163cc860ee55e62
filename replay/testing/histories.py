"""Strategies for whole histories of sessions: legal by construction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from turnfold import events as ev
from turnfold.core import Machine, SessionPhase, TurnPhase, edges
from turnfold.events import Event
from turnfold.replay.testing.contents import KINDS, candidates
from turnfold.replay.testing.telling import History, Telling

FAMILIES: Final[Mapping[str, frozenset[type[Event]]]] = MappingProxyType(
    {
        name: frozenset(kind for kind in KINDS if kind.__module__.rpartition(".")[2] == name)
        for name in dict.fromkeys(kind.__module__.rpartition(".")[2] for kind in KINDS)
    }
)
"""The types of events by family, such as `turn`, `tool`, `hook`: to be given to `histories(kinds=...)`."""

_WORK: Final = frozenset(
    {
        ev.ExecIntercepted,
        ev.InterceptionEnded,
        ev.ModelRequestFailed,
        ev.NetworkCallFinished,
        ev.NetworkCallRegistered,
        ev.NetworkOutcomeRecorded,
        ev.TurnSteered,
        ev.UserInputRecorded,
    }
)
"""What moves nothing by the tables, and is no mere note either."""

_MOVING: Final = _WORK | frozenset(
    edge.label
    for machine in Machine
    for edge in edges(machine)
    if edge.source is not edge.target and not isinstance(edge.label, frozenset)
)
_FIRST: Final = (ev.TurnStarted, ev.UserInputRecorded, ev.ToolCallRequested)
_BY_PLAINNESS: Final = (*_FIRST, *(kind for kind in KINDS if kind not in _FIRST))
_USUAL: Final = 6
_NOTED: Final = 1
_VARIANTS: Final = 8
_MISSES: Final = 3
"""Steps for each event: most types do not fit in most places."""

_WEIGHTS: Final[Mapping[type[Event], int]] = MappingProxyType(
    {
        ev.ToolDecisionRecorded: 18,
        ev.ExecBegan: 18,
        ev.ExecIntercepted: 18,
        ev.SandboxDenied: 24,
        ev.SessionMetaRecorded: 1,
        ev.NetworkAccessRequested: 2,
        ev.ShutdownBegan: 1,
        ev.SessionResumed: 1,
        ev.TurnCleared: 2,
        ev.ToolCallClosed: 1,
        ev.TurnCompleted: 2,
        ev.AbortBegan: 2,
        ev.JournalFailed: 1,
    }
)
"""Weights of what ends something, and of what comes late; the other moves have `_USUAL`. Else histories are shallow."""

_ONWARD: Final[Mapping[TurnPhase, tuple[type[Event], ...]]] = MappingProxyType(
    {
        TurnPhase.RESERVED: (ev.TurnStarted, ev.TurnCleared),
        TurnPhase.RUNNING: (ev.ReviewModeExited, ev.TurnCompleted, ev.UserInputRecorded),
        TurnPhase.ABORTING: (ev.ReviewModeExited, ev.ScopesCancelled),
        TurnPhase.CANCELLED: (ev.ReviewModeExited, ev.AbortUnwound),
        TurnPhase.UNWOUND: (ev.AbortMarkerRecorded, ev.TurnAborted),
        TurnPhase.MARKED: (ev.JournalFlushed,),
        TurnPhase.FLUSHED: (ev.TurnAborted,),
        TurnPhase.NONE: (ev.ApprovalDropped, ev.WaitersDropped),
    }
)
"""What brings a turn nearer to its end, by the phase that it is in, and what is dropped after it."""

_CLOSINGS: Final = (ev.HookCompleted, ev.HookClosed, ev.ToolCallClosed)


def histories(
    *,
    length_max: int = 60,
    kinds: Collection[type[Event]] | None = None,
    turns_min: int = 0,
    aborts_min: int = 0,
    at_rest: bool = False,
    closed: bool = False,
) -> st.SearchStrategy[History]:
    """Histories of one session that are legal by construction: `fold` takes them, and no rule calls one invalid.

    Which types may follow each other is read from the tables in `turnfold.core.lifecycle`; the contents agree too (ids,
    who was asked what, what was decided), so that `verify` finds no violation in the log that a recorder writes of it.
    Suspicions are possible: a history may stop anywhere. Every type of event that a table names comes up. A history
    shrinks by leaving events out and by putting plainer ones in their place.

    Args:
        length_max: how many events are drawn at most. What *turns_min*, *at_rest* and *closed* want comes on top.
        kinds: the types to draw from, such as `FAMILIES["turn"] | FAMILIES["tool"]`; None is all of them. The identity
            of the session, and what is needed to bring it to rest, is there in any case.
        turns_min: how many turns there are at least.
        aborts_min: how many of the turns are aborted at least.
        at_rest: whether nothing is open at the end: no turn, call, question or hook run.
        closed: whether the session is shut down at the end.

    Raises:
        ValueError: for a number below 0 or a type that no table names.
    """
    if min(length_max, turns_min, aborts_min) < 0:
        raise ValueError("length_max, turns_min and aborts_min are numbers of events and turns: 0 or more")
    return _histories(
        plan_of(
            kinds,
            length_max=length_max,
            turns_min=max(turns_min, aborts_min),
            aborts_min=aborts_min,
            at_rest=at_rest or closed,
            closed=closed,
        )
    )


def plan_of(kinds: Collection[type[Event]] | None = None, **wishes: Any) -> Plan:
    """The plan to draw from *kinds*. Raises ValueError for a type that no table names."""
    wanted = frozenset(KINDS if kinds is None else kinds)
    strange = sorted(kind.__name__ for kind in wanted - set(KINDS))
    if strange:
        raise ValueError(
            f"no table of the lifecycle names {', '.join(strange)}: histories are made of what one names"
        )
    return Plan(menu=_menu(wanted), **wishes)


def _menu(wanted: Collection[type[Event]]) -> list[type[Event]]:
    """The types to draw from, each as often as it is likely, the plainest first."""
    kinds = [kind for kind in _BY_PLAINNESS if kind in wanted]
    return [kind for kind in kinds for _ in range(_WEIGHTS.get(kind, _USUAL if kind in _MOVING else _NOTED))]


@attrs.frozen(kw_only=True)
class Plan:
    """What `histories` was asked for."""

    menu: list[type[Event]]
    length_max: int = 60
    turns_min: int = 0
    aborts_min: int = 0
    at_rest: bool = False
    closed: bool = False

    @property
    def steps(self) -> int:
        """How many different steps there are."""
        return len(self.menu) * _VARIANTS

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(f"length_max={self.length_max}")


@st.composite
def _histories(draw: st.DrawFn, plan: Plan) -> History:
    told = Telling()
    told.take(candidates(told, ev.SessionMetaRecorded)[0])
    parts = plan.turns_min + 1
    for part in range(parts):
        length_max = len(told.log) + plan.length_max // parts
        for step in draw(_steps(plan, plan.length_max // parts)):
            event = event_of(told, plan, step)
            if event is not None and len(told.log) < length_max:
                told.take(event)
        if part < plan.turns_min:
            _one_more_turn(told, aborted=part < plan.aborts_min)
    if plan.at_rest:
        bring_to_rest(told)
    if plan.closed:
        close(told)
    return told.log


def _steps(plan: Plan, length_max: int) -> st.SearchStrategy[list[int]]:
    """What is drawn of a history: numbers alone, so that it shrinks well. Long ones are as likely as short ones."""
    step = st.integers(0, max(0, plan.steps - 1))

    def at_least(length: int) -> st.SearchStrategy[list[int]]:
        return st.lists(step, min_size=length, max_size=length_max * _MISSES)

    return st.integers(0, length_max * _MISSES).flatmap(at_least)


def event_of(told: Telling, plan: Plan, step: int) -> Event | None:
    """The event that a step stands for here; None where its type does not fit.

    A step that does not fit is passed over, and not replaced: so the others stay what they are when one is left out.
    Only where little can happen the turn goes on its way instead.
    """
    if not plan.menu:
        return None
    variant, place = divmod(step, len(plan.menu))
    found = candidates(told, plan.menu[place])
    if found:
        return found[variant % len(found)]
    return next((event for event in _onward(told) if type(event) in plan.menu), None)


def _onward(told: Telling) -> Iterator[Event]:
    """What brings a turn on its way that nothing else happens to: one that is reserved, or being aborted."""
    if told.phase not in {TurnPhase.NONE, TurnPhase.RUNNING}:
        for kind in (*_CLOSINGS, *_ONWARD[told.phase]):
            yield from candidates(told, kind)[:1]


def _one_more_turn(told: Telling, *, aborted: bool) -> None:
    """Bring the turn that is open to its end, aborted if so wanted; or let a whole turn happen."""
    if told.state.session in {SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN}:
        bring_to_rest(told)
        close(told)
    if told.state.session is SessionPhase.CLOSED:
        told.take(candidates(told, ev.SessionResumed)[0])
    if told.phase in {TurnPhase.NONE, TurnPhase.RESERVED}:
        if told.turn_id is None:
            bring_to_rest(told)
        told.take(candidates(told, ev.TurnStarted)[0])
    if aborted and told.phase is TurnPhase.RUNNING:
        told.take(candidates(told, ev.AbortBegan)[0])
    bring_to_rest(told)


def bring_to_rest(told: Telling) -> None:
    """Let end what is open: hook runs, calls, the turn, and then what waited for it."""
    while told.dispatches:
        for kind in _CLOSINGS:
            if found := candidates(told, kind):
                told.take(found[0])
                break
    while told.asking:
        told.take(candidates(told, ev.NetworkDecisionMade)[0])
    while told.state.calls:
        told.take(candidates(told, ev.ToolCallClosed)[0])
    while told.state.turn is not None or told.state.approvals or told.unused:
        found = [event for kind in _ONWARD[told.phase] for event in candidates(told, kind)]
        told.take(found[0])


def close(told: Telling) -> None:
    """Shut a session that is at rest down, unless it is closed already."""
    for kind in (ev.ShutdownBegan, ev.ShutdownCompleted):
        if found := candidates(told, kind):
            told.take(found[0])
