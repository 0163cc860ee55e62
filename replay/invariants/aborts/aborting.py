"""What may not begin once a turn is aborting, from the lifecycle tables."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

from turnfold.core.lifecycle import EVENT_TRIGGERED, Machine, TurnPhase
from turnfold.events import (
    AbortBegan,
    Event,
    ModelRequestStarted,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnStarted,
)
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.registry import on
from turnfold.rollouts.record import kind_of

_TURN = EVENT_TRIGGERED[Machine.TURN]
_WINDING_UP = (
    TurnPhase.ABORTING,
    TurnPhase.CANCELLED,
    TurnPhase.UNWOUND,
    TurnPhase.MARKED,
    TurnPhase.FLUSHED,
)

BEGINNINGS: Final = frozenset[type[Event]](
    _TURN[TurnPhase.RUNNING].keys()
    - {kind for phase in _WINDING_UP for kind in _TURN[phase]}
    - {AbortBegan, TurnCompleted}
)
"""Kinds that are legal while a turn runs, and in no phase of its abort."""


class LateBeginning(Enum):
    """What began although its turn was aborting."""

    MODEL_REQUEST = auto()
    OTHER = auto()


class Aborting(Checker):
    """Remembers the turn that is aborting."""

    def begin(self) -> None:
        self._turn_id: str | None = None
        self._began_at = 0

    @on(AbortBegan)
    def began(self, event: Any, at: int) -> None:
        self._turn_id, self._began_at = event.turn_id, at

    @on(TurnAborted, TurnCleared, TurnCompleted, TurnStarted)
    def over(self, event: Any, at: int) -> None:
        self._turn_id = None

    @on(*BEGINNINGS)
    def work(self, event: Any, at: int) -> None:
        if self._turn_id is not None:
            kind = kind_of(event)
            what = LateBeginning.MODEL_REQUEST if kind is ModelRequestStarted else LateBeginning.OTHER
            witnesses = (self._began_at, "beginning of the abort"), (at, "begins after it")
            facts: dict[str, Any] = {"turn_id": self._turn_id, "began": self._began_at, "kind": kind.kind}
            self.tell(what, at, *witnesses, subject=self._turn_id, **facts)
