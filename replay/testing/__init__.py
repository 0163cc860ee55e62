"""Hypothesis strategies and a state machine for tests of sessions: of this engine, and of other people's.

    >>> from hypothesis import given
    >>> from turnfold.core import fold
    >>> from turnfold.replay.testing import histories
    >>> @given(histories(closed=True))
    ... def test_every_history_folds(events):
    ...     assert fold(events).turn is None
    >>> test_every_history_folds()

Needs the extra `test`. What needs the engine is loaded when it is first asked for. `docs/testing.md` is its page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

try:
    import hypothesis as _hypothesis
except ImportError as missing:
    raise ImportError(
        "turnfold.replay.testing needs Hypothesis, which is not installed: pip install 'turnfold[test]'"
    ) from missing

from turnfold.replay.testing.commands import (
    WRONG,
    Played,
    client_commands,
    command_sequences,
    commands,
    effect_commands,
    opened,
    records,
)
from turnfold.replay.testing.contents import KINDS
from turnfold.replay.testing.faults import FAULTS, ORDER_FAULTS, Faulty, faulty_histories
from turnfold.replay.testing.histories import FAMILIES, histories
from turnfold.replay.testing.schedules import ScheduleFailed, draw_schedule, run_schedule, schedules
from turnfold.replay.testing.telling import History, history_of

if TYPE_CHECKING:
    from turnfold.replay.testing.answers import (
        ApprovalAnswer,
        HookResult,
        approval_answers,
        broken_hook_results,
        hook_results,
        unknown_approval_answers,
    )
    from turnfold.replay.testing.hands import HandModel, HandTools, ToolBroke, Work
    from turnfold.replay.testing.host import Host, NotSettled
    from turnfold.replay.testing.machine import Request, SessionMachine
    from turnfold.replay.testing.promises import PromiseBroken, Promises

_HOME = {
    "ApprovalAnswer": "answers",
    "HandModel": "hands",
    "HandTools": "hands",
    "HookResult": "answers",
    "Host": "host",
    "NotSettled": "host",
    "PromiseBroken": "promises",
    "Promises": "promises",
    "Request": "machine",
    "SessionMachine": "machine",
    "ToolBroke": "hands",
    "Work": "hands",
    "approval_answers": "answers",
    "broken_hook_results": "answers",
    "hook_results": "answers",
    "unknown_approval_answers": "answers",
}

__all__ = [
    "ApprovalAnswer",
    "FAMILIES",
    "FAULTS",
    "Faulty",
    "HandModel",
    "HandTools",
    "History",
    "HookResult",
    "Host",
    "KINDS",
    "NotSettled",
    "ORDER_FAULTS",
    "Played",
    "PromiseBroken",
    "Promises",
    "Request",
    "ScheduleFailed",
    "SessionMachine",
    "ToolBroke",
    "WRONG",
    "Work",
    "approval_answers",
    "broken_hook_results",
    "client_commands",
    "command_sequences",
    "commands",
    "draw_schedule",
    "effect_commands",
    "faulty_histories",
    "histories",
    "history_of",
    "hook_results",
    "opened",
    "records",
    "run_schedule",
    "schedules",
    "unknown_approval_answers",
]


del _hypothesis

if not TYPE_CHECKING:  # a type checker that saw it would let any name pass

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
