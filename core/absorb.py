"""What events tell a state besides moving its machines: identity, input, tokens, settings, turn data."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from turnfold.core.state import Behaviour, Mail, PendingInput, Settings, State
from turnfold.events import (
    AbortBegan,
    Event,
    InputDropped,
    InputQueued,
    MailReceived,
    MailRecorded,
    MessageRecorded,
    ReviewEnded,
    ReviewModeEntered,
    ReviewModeExited,
    ReviewStarted,
    SessionConfigured,
    SessionMetaRecorded,
    SettingsApplied,
    TokenUsageReported,
    ToolCallRequested,
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
        sandbox_mode=event.sandbox_mode or old.sandbox_mode,
        approvals_reviewer=getattr(event, "approvals_reviewer", None) or old.approvals_reviewer,
    )


def _configured(state: State, event: SessionConfigured, changes: Changes) -> None:
    _settings(state, event, changes)
    changes["behaviour"] = Behaviour(event.interrupt_marker, event.grace_ms, event.while_aborting)


def _start(state: State, event: TurnStarted | TurnReserved, changes: Changes) -> None:
    """Note the turn's data, and let go of input that an earlier turn had accepted."""
    changes["inputs"] = tuple(entry for entry in state.inputs if entry.turn_id in {None, event.turn_id})
    changes["answered"] = False
    started_at_s = event.started_at_s if isinstance(event, TurnStarted) else None
    changes["turn"] = attrs.evolve(changes["turn"], started_at_s=started_at_s, task_kind=event.task_kind)


def _abort(_state: State, event: AbortBegan, changes: Changes) -> None:
    changes["turn"] = attrs.evolve(changes["turn"], abort_reason=event.reason)


def _accept(state: State, event: TurnSteered, changes: Changes) -> None:
    _queue(state, event, changes)
    changes["answered"] = False


def _queue(state: State, event: InputQueued | TurnSteered, changes: Changes) -> None:
    entry = PendingInput(event.input_id, event.turn_id, event.text, event.content)
    changes["inputs"] = (*state.inputs, entry)


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


def _post(state: State, event: MailReceived, changes: Changes) -> None:
    changes["mail"] = (*state.mail, Mail(event.mail_id, event.trigger_turn, event.sender, event.text))


def _deliver(state: State, event: MailRecorded, changes: Changes) -> None:
    if state.mail:
        changes["mail"] = tuple(mail for mail in state.mail if mail.mail_id != event.mail_id)


def _speak(state: State, event: MessageRecorded, changes: Changes) -> None:
    """A visible answer with nothing left to say to the model closes the turn's mailbox."""
    if event.role == "assistant" and event.phase != "commentary" and not state.inputs:
        changes["answered"] = True


def _call(_state: State, _event: ToolCallRequested, changes: Changes) -> None:
    changes["answered"] = False


def _review(state: State, event: ReviewModeEntered | ReviewModeExited, changes: Changes) -> None:
    assert state.turn is not None, "the tables allow a review mode within a turn only"
    changes["turn"] = attrs.evolve(state.turn, reviewing=isinstance(event, ReviewModeEntered))


def _judge(state: State, event: ReviewStarted | ReviewEnded, changes: Changes) -> None:
    calls = changes.get("calls", state.calls)
    call = calls.get(event.call_id)
    if call is not None:
        review_id = event.review_id if isinstance(event, ReviewStarted) else None
        changes["calls"] = {**calls, call.call_id: attrs.evolve(call, review_id=review_id)}


def _tokens(_state: State, event: TokenUsageReported, changes: Changes) -> None:
    if event.total is not None:
        changes["tokens"] = event.total


ABSORBED: Final[Mapping[type[Event], Callable[[State, Any, Changes], None]]] = MappingProxyType(
    {
        SessionMetaRecorded: _identity,
        SessionConfigured: _configured,
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
        MailReceived: _post,
        MailRecorded: _deliver,
        MessageRecorded: _speak,
        ToolCallRequested: _call,
        ReviewStarted: _judge,
        ReviewEnded: _judge,
        ReviewModeEntered: _review,
        ReviewModeExited: _review,
    }
)
"""By event type, what it adds to the changes of the state."""
