"""What the rules on the phases of an abort share. Only logs of our own show them, so only there do tables refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from turnfold.core.lifecycle import EVENT_TRIGGERED, Machine, Phase, TurnPhase
from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    AbortUnwound,
    Event,
    ModelRequestStarted,
    ScopesCancelled,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
)
from turnfold.replay.invariants.registry import OrderRule
from turnfold.rollouts.record import kind_of

Refusals: TypeAlias = tuple[tuple[Machine, Phase, type[Event]], ...]

WINDING_UP: Final = (
    TurnPhase.ABORTING,
    TurnPhase.CANCELLED,
    TurnPhase.UNWOUND,
    TurnPhase.MARKED,
    TurnPhase.FLUSHED,
)
"""The phases of a turn whose abort has begun, in their order."""

STEPS: Final = frozenset[type[Event]](
    {AbortBegan, ScopesCancelled, AbortUnwound, AbortMarkerRecorded, TurnAborted, TurnCleared}
)
"""What leads an abort on."""

_TURN: Final = EVENT_TRIGGERED[Machine.TURN]
_RUNNING: Final = frozenset(_TURN[TurnPhase.RUNNING]) - STEPS - {TurnCompleted}
_ENDINGS: Final = _RUNNING & frozenset(_TURN[TurnPhase.ABORTING])


def _refused(phases: tuple[TurnPhase, ...], kinds: frozenset[type[Event]]) -> Iterator[Any]:
    return ((Machine.TURN, phase, kind) for phase in phases for kind in kinds if kind not in _TURN[phase])


LATE_REQUESTS: Final[Refusals] = tuple(_refused(WINDING_UP, frozenset({ModelRequestStarted})))
LATE_BEGINNINGS: Final[Refusals] = tuple(_refused(WINDING_UP, _RUNNING - _ENDINGS - {ModelRequestStarted}))
LATE_ENDINGS: Final[Refusals] = tuple(_refused(WINDING_UP[2:], _ENDINGS))
LATE_COMPLETIONS: Final[Refusals] = tuple(_refused(WINDING_UP, frozenset({TurnCompleted})))
WRONG_STEPS: Final[Refusals] = tuple(
    _refused((TurnPhase.RESERVED, TurnPhase.RUNNING, *WINDING_UP), STEPS),
)


class WhileAborting(OrderRule):
    """Something that the abort of the open turn forbids."""

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.turn
        began = turn.aborting_at if turn is not None and turn.turn_id == key else 0
        began = began or since
        witnesses = (began, "beginning of the abort"), (at, "comes after it")
        facts: dict[str, Any] = {"turn_id": key, "began": began, "since": since, "kind": kind_of(event).kind}
        self.found(at, *witnesses, subject=key, **facts)
