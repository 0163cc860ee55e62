"""Replaying logs: repair, projections, invariants and verdicts.

    >>> from turnfold.replay import verify
    >>> from turnfold.rollouts.samples import sample_path
    >>> verify(sample_path("ended-twice")).verdict
    <Verdict.INVALID: 'invalid'>

The names are loaded when they are first asked for, so that a program pays for what it uses. `turnfold.replay.timeline`,
`.explain`, `.standing` and `.histories` are packages with a face of their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turnfold.replay.difference import Diff, diff
    from turnfold.replay.events import Located, lift, read_events
    from turnfold.replay.findings import Finding, Severity, Verdict, Witness
    from turnfold.replay.forking import Fork, ForkError, fork
    from turnfold.replay.history import (
        Difference,
        History,
        HistoryItem,
        divergence,
        reconstruct,
        reconstruct_file,
    )
    from turnfold.replay.invariants import registry
    from turnfold.replay.invariants.checker import CheckedRule, Checker
    from turnfold.replay.invariants.registry import Invariant, OrderRule, on
    from turnfold.replay.live import InvariantViolated, LiveVerification
    from turnfold.replay.minimizer import Minimized, minimize
    from turnfold.replay.normalize import normalized
    from turnfold.replay.replayer import (
        NoSuchPlace,
        Refusal,
        Replay,
        Replayer,
        Step,
        replay,
        replay_all,
        replay_iter,
        state_at,
    )
    from turnfold.replay.resuming import Resumed, read_back
    from turnfold.replay.salvage import salvaged
    from turnfold.replay.session import SessionView, TurnView
    from turnfold.replay.texts import RenderedText, render
    from turnfold.replay.turn_rows import TurnRow, TurnStatus
    from turnfold.replay.turn_table import turns, turns_of
    from turnfold.replay.verification import FileReport, verify, verify_source
    from turnfold.replay.watch import Watch

_HOME = {
    "CheckedRule": "invariants.checker",
    "Checker": "invariants.checker",
    "Diff": "difference",
    "Difference": "history",
    "FileReport": "verification",
    "Finding": "findings",
    "Fork": "forking",
    "ForkError": "forking",
    "History": "history",
    "HistoryItem": "history",
    "Invariant": "invariants.registry",
    "InvariantViolated": "live",
    "LiveVerification": "live",
    "Located": "events",
    "Minimized": "minimizer",
    "NoSuchPlace": "replayer",
    "OrderRule": "invariants.registry",
    "Refusal": "replayer",
    "RenderedText": "texts",
    "Replay": "replayer",
    "Replayer": "replayer",
    "Resumed": "resuming",
    "SessionView": "session",
    "Severity": "findings",
    "Step": "replayer",
    "TurnRow": "turn_rows",
    "TurnStatus": "turn_rows",
    "TurnView": "session",
    "Verdict": "findings",
    "Watch": "watch",
    "Witness": "findings",
    "diff": "difference",
    "divergence": "history",
    "fork": "forking",
    "lift": "events",
    "minimize": "minimizer",
    "normalized": "normalize",
    "on": "invariants.registry",
    "read_back": "resuming",
    "read_events": "events",
    "reconstruct": "history",
    "reconstruct_file": "history",
    "registry": "invariants",
    "render": "texts",
    "replay": "replayer",
    "replay_all": "replayer",
    "replay_iter": "replayer",
    "salvaged": "salvage",
    "state_at": "replayer",
    "turns": "turn_table",
    "turns_of": "turn_table",
    "verify": "verification",
    "verify_source": "verification",
}
"""Public name → the module that defines it."""

__all__ = [
    "CheckedRule",
    "Checker",
    "Diff",
    "Difference",
    "FileReport",
    "Finding",
    "Fork",
    "ForkError",
    "History",
    "HistoryItem",
    "Invariant",
    "InvariantViolated",
    "LiveVerification",
    "Located",
    "Minimized",
    "NoSuchPlace",
    "OrderRule",
    "Refusal",
    "RenderedText",
    "Replay",
    "Replayer",
    "Resumed",
    "SessionView",
    "Severity",
    "Step",
    "TurnRow",
    "TurnStatus",
    "TurnView",
    "Verdict",
    "Watch",
    "Witness",
    "diff",
    "divergence",
    "fork",
    "lift",
    "minimize",
    "normalized",
    "on",
    "read_back",
    "read_events",
    "reconstruct",
    "reconstruct_file",
    "registry",
    "render",
    "replay",
    "replay_all",
    "replay_iter",
    "salvaged",
    "state_at",
    "turns",
    "turns_of",
    "verify",
    "verify_source",
]


if not TYPE_CHECKING:  # a type checker that saw it would let any name pass

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
