"""What events tell a state besides moving its machines: identity, input, tokens, settings, turn data."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from turnfold.core.state import PendingInput, Settings, State
from turnfold.events import (
    AbortBegan,
    Event,
    InputDropped,
    InputQueued,
    SessionConfigured,
    SessionMetaRecorded,
    SettingsApplied,
    TokenUsageReported,
    TurnContextRecorded,
    TurnReserved,
    TurnStarted,
    TurnSteered,
    UserInputRecorded,
    WaitersDropped,
)

Changes: TypeAlias = dict[str, Any]
"""New values of fields of `State`, by name. The moves of the machines are in it already."""


def _identity(state: State, event: SessionMetaRecorded, changes: Changes) -> None:
    if state.session_id is None:
        changes["session_id"] = event.session_id
        changes["settings"] = attrs.evolve(state.settings, cwd=event.cwd)


def _settings(
    state: State, event: SessionConfigured | SettingsApplied | TurnContextRecorded, changes: Changes
) -> None:
    """Take over what the event says; what it leaves out stays as it was."""
    old = state.settings
    changes["settings"] = Settings(
        cwd=event.cwd or old.cwd,
        model=event.model or old.model,
        approval_policy=event.approval_policy or old.approval_policy,
        sandbox_mode=getattr(event, "sandbox_mode", None) or old.sandbox_mode,
    )


def _start(state: State, event: TurnStarted | TurnReserved, changes: Changes) -> None:
    """Note the turn's data, and let go of input that an earlier turn had accepted."""
    changes["inputs"] = tuple(entry for entry in state.inputs if entry.turn_id in {None, event.turn_id})
    if isinstance(event, TurnStarted):
        changes["turn"] = attrs.evolve(
            changes["turn"], started_at_s=event.started_at_s, task_kind=event.task_kind
        )


def _abort(_state: State, event: AbortBegan, changes: Changes) -> None:
    changes["turn"] = attrs.evolve(changes["turn"], abort_reason=event.reason)


def _accept(state: State, event: TurnSteered, changes: Changes) -> None:
    changes["inputs"] = (*state.inputs, PendingInput(event.input_id, event.turn_id, event.text))


def _queue(state: State, event: InputQueued, changes: Changes) -> None:
    changes["inputs"] = (*state.inputs, PendingInput(event.input_id, None, event.text))


def _without(state: State, changes: Changes, gone: tuple[str | None, ...]) -> None:
    if state.inputs:
        changes["inputs"] = tuple(entry for entry in state.inputs if entry.input_id not in gone)


def _recorded(state: State, event: UserInputRecorded, changes: Changes) -> None:
    if event.input_id is not None:
        _without(state, changes, (event.input_id,))


def _drop(state: State, event: InputDropped, changes: Changes) -> None:
    _without(state, changes, (event.input_id,))


def _drop_all(state: State, event: WaitersDropped, changes: Changes) -> None:
    _without(state, changes, event.inputs)


def _tokens(_state: State, event: TokenUsageReported, changes: Changes) -> None:
    if event.total is not None:
        changes["tokens"] = event.total


ABSORBED: Final[Mapping[type[Event], Callable[[State, Any, Changes], None]]] = MappingProxyType(
    {
        SessionMetaRecorded: _identity,
        SessionConfigured: _settings,
        SettingsApplied: _settings,
        TurnContextRecorded: _settings,
        TurnReserved: _start,
        TurnStarted: _start,
        AbortBegan: _abort,
        TurnSteered: _accept,
        InputQueued: _queue,
        UserInputRecorded: _recorded,
        InputDropped: _drop,
        WaitersDropped: _drop_all,
        TokenUsageReported: _tokens,
    }
)
"""By event type, what it adds to the changes of the state."""
