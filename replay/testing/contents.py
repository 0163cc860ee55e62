"""What events say: for each type the events that would agree, in their contents, with what was told so far.

The tables in `turnfold.core.lifecycle` say which types may happen; they do not look into them. Here is the other half:
ids that were given, decisions that follow from what hooks and people said, numbers that grow. Whether an event that is
made here may happen just now is still asked of the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

import attrs

from turnfold import events as ev
from turnfold.core import (
    EVENT_TRIGGERED,
    INVISIBLE,
    Machine,
    TurnPhase,
    alphabet,
)
from turnfold.events import EVENTS, Event
from turnfold.replay.testing.deeds import DEEDS, Made
from turnfold.replay.testing.questions import QUESTIONS
from turnfold.replay.testing.telling import (
    SESSION_ID,
    STARTING,
    Telling,
)

_Make = Callable[[Telling], Made]


def _session_meta(_told: Telling) -> Made:
    yield ev.SessionMetaRecorded(
        session_id=SESSION_ID, cwd="/home/ada", originator="turnfold", cli_version="0.146.0"
    )


def _session_configured(_told: Telling) -> Made:
    for marker in (True, False):
        yield ev.SessionConfigured(session_id=SESSION_ID, cwd="/home/ada", model="m", interrupt_marker=marker)


def _session_resumed(told: Telling) -> Made:
    if not told.asking:
        yield ev.SessionResumed(session_id=SESSION_ID, through_seq=told.state.seq)


def _shutdown_completed(told: Telling) -> Made:
    if not told.asking and not told.unused:
        yield ev.ShutdownCompleted()


def _status(told: Telling) -> Made:
    flags = ("waitingOnApproval",) if told.state.approvals else ()
    yield ev.StatusChanged(status="idle" if told.turn_id is None else "active", flags=flags)


def _flushed(told: Telling) -> Made:
    yield ev.JournalFlushed(turn_id=told.turn_id, through_seq=told.state.seq)


def _journal_failed(told: Telling) -> Made:
    yield ev.JournalFailed(message="no space left on device", pending=1, turn_id=told.turn_id)


def _clean(told: Telling) -> bool:
    """Whether no input is left of a turn that is over: it is dropped by name before another turn begins."""
    return all(entry.turn_id is None for entry in told.state.inputs)


def _reserved(told: Telling) -> Made:
    if _clean(told):
        for kind in ("regular", "review", "compact"):
            yield ev.TurnReserved(turn_id=told.fresh_turn(), task_kind=kind, trigger="input")


def _started(told: Telling) -> Made:
    turn = told.state.turn
    if turn is not None:
        yield ev.TurnStarted(turn_id=turn.turn_id, task_kind=turn.task_kind, trigger="input")
    elif _clean(told):
        yield ev.TurnStarted(turn_id=told.fresh_turn(), task_kind="regular", trigger="input")


def _completed(told: Telling) -> Made:
    turn = told.state.turn
    if turn is not None and not turn.reviewing and all(entry.turn_id is None for entry in told.state.inputs):
        yield ev.TurnCompleted(turn_id=turn.turn_id, last_agent_message=told.last_message)


def _abort_began(told: Telling) -> Made:
    for reason in ev.ABORT_REASONS:
        yield ev.AbortBegan(turn_id=told.turn_id or "", reason=reason, by="client")


def _marks(told: Telling) -> bool:
    turn = told.state.turn
    return turn is not None and turn.abort_reason == ev.INTERRUPTED and told.state.behaviour.interrupt_marker


def _marker(told: Telling) -> Made:
    if _marks(told):
        yield ev.AbortMarkerRecorded(
            turn_id=told.turn_id or "", text="<turn_aborted>\nstopped\n</turn_aborted>"
        )


def _aborted(told: Telling) -> Made:
    turn = told.state.turn
    if turn is not None and (turn.phase is TurnPhase.FLUSHED or not _marks(told)):
        yield ev.TurnAborted(turn_id=turn.turn_id, reason=turn.abort_reason or ev.INTERRUPTED)


def _waiters_dropped(told: Telling) -> Made:
    left = told.unused
    if left and told.turn_id is None:
        turn_id = next(entry.turn_id for entry in told.state.inputs if entry.turn_id is not None)
        yield ev.WaitersDropped(turn_id=turn_id or "", inputs=left)
    elif told.turns:
        yield ev.WaitersDropped(turn_id=f"turn-{told.turns}")


def _effect_abandoned(told: Telling) -> Made:
    effect = told.named(ev.EffectAbandoned, "effect")
    yield ev.EffectAbandoned(effect_id=effect, grace_ms=100, turn_id=told.turn_id)


def _late_result(told: Telling) -> Made:
    if told.counts[ev.LateResultDropped] < told.counts[ev.EffectAbandoned]:
        yield ev.LateResultDropped(effect_id=f"effect-{told.counts[ev.LateResultDropped] + 1}")


def _turn_requested(told: Telling) -> Made:
    yield ev.TurnRequested(text="go on", request_id=told.named(ev.TurnRequested, "request"))


def _steered(told: Telling) -> Made:
    if told.state.turn is not None and told.state.turn.task_kind == "regular":
        yield ev.TurnSteered(
            turn_id=told.turn_id or "", input_id=told.named(ev.TurnSteered, "steer"), text="also this"
        )


def _steer_refused(told: Telling) -> Made:
    yield ev.SteerRefused(
        reason=ev.EMPTY_INPUT,
        message="input must not be empty",
        code="bad_request",
        actual_turn_id=told.turn_id,
    )


def _input_refused(told: Telling) -> Made:
    yield ev.InputRefused(
        submission_id=told.named(ev.InputRefused, "submission"),
        message="input must not be empty",
        turn_id=told.turn_id,
    )


def _input_queued(told: Telling) -> Made:
    input_id = told.named(ev.InputQueued, "input")
    yield ev.InputQueued(input_id=input_id, text="and this")
    if told.phase is TurnPhase.RESERVED:
        yield ev.InputQueued(input_id=input_id, text="and this", turn_id=told.turn_id)


def _input_recorded(told: Telling) -> Made:
    waiting = [entry for entry in told.state.inputs if entry.turn_id in {None, told.turn_id}]
    for entry in waiting:
        yield ev.UserInputRecorded(message=entry.text, turn_id=told.turn_id, input_id=entry.input_id)
    if not waiting:
        yield ev.UserInputRecorded(message="hello", turn_id=told.turn_id)


def _input_dropped(told: Telling) -> Made:
    for entry in told.state.inputs:
        yield ev.InputDropped(input_id=entry.input_id or "", reason="hook", turn_id=told.turn_id)


def _mail_received(told: Telling) -> Made:
    for trigger in (False, True):
        yield ev.MailReceived(mail_id=told.named(ev.MailReceived, "mail"), text="news", trigger_turn=trigger)


def _mail_recorded(told: Telling) -> Made:
    for mail in told.state.mail:
        yield ev.MailRecorded(mail_id=mail.mail_id, text=mail.text)


def _call_requested(told: Telling) -> Made:
    names = {"function_call": "shell", "custom_tool_call": "apply_patch", "local_shell_call": "local_shell"}
    for call_type, name in names.items():
        yield ev.ToolCallRequested(
            call_id=told.named(ev.ToolCallRequested, "call"),
            name=name,
            call_type=call_type,
            turn_id=told.turn_id,
        )


def _call_output(told: Telling) -> Made:
    """Calls are answered in the order in which they were made."""
    for call in told.open_calls()[:1]:
        call_type = told.calls[call.call_id].call_type
        yield ev.ToolCallOutput(call_id=call.call_id, call_type=call_type, output="ok", turn_id=told.turn_id)


def _call_closed(told: Telling) -> Made:
    for call in told.open_calls():
        for how in ev.CLOSINGS:
            yield ev.ToolCallClosed(call_id=call.call_id, how=how, turn_id=told.turn_id)


def _decision(told: Telling) -> Made:
    for call in told.open_calls(*STARTING):
        facts = told.calls[call.call_id]
        for decision in ("denied",) if facts.refused else ("approved", "denied"):
            yield ev.ToolDecisionRecorded(
                call_id=call.call_id,
                decision=decision,
                source="config",
                attempt=facts.attempt,
                turn_id=told.turn_id,
            )


_FILLINGS: Final[Mapping[object, object]] = MappingProxyType({str: "x", int: 1, bool: False})


def _plain(kind: type[Event]) -> _Make:
    """For a type whose contents agree with nothing: the turn and the call that it names are there."""
    fields = attrs.fields_dict(cast("Any", kind))
    needed = {name: _FILLINGS[field.type] for name, field in fields.items() if field.default is attrs.NOTHING}
    make = cast("Callable[..., Event]", kind)

    def made(told: Telling) -> Made:
        values = dict(needed)
        if "turn_id" in fields:
            values["turn_id"] = told.turn_id
        if "thread_id" in fields:
            values["thread_id"] = SESSION_ID
        if "call_id" in needed:
            for call in told.open_calls():
                yield make(**{**values, "call_id": call.call_id})
            values["call_id"] = told.named(kind, kind.kind)
        yield make(**values)

    return made


_TOLD: Final[Mapping[type[Event], _Make]] = MappingProxyType(
    {
        ev.SessionMetaRecorded: _session_meta,
        ev.SessionConfigured: _session_configured,
        ev.SessionResumed: _session_resumed,
        ev.ShutdownCompleted: _shutdown_completed,
        ev.StatusChanged: _status,
        ev.JournalFlushed: _flushed,
        ev.JournalFailed: _journal_failed,
        ev.TurnReserved: _reserved,
        ev.TurnStarted: _started,
        ev.TurnCompleted: _completed,
        ev.AbortBegan: _abort_began,
        ev.AbortMarkerRecorded: _marker,
        ev.TurnAborted: _aborted,
        ev.WaitersDropped: _waiters_dropped,
        ev.EffectAbandoned: _effect_abandoned,
        ev.LateResultDropped: _late_result,
        ev.TurnRequested: _turn_requested,
        ev.TurnSteered: _steered,
        ev.SteerRefused: _steer_refused,
        ev.InputRefused: _input_refused,
        ev.InputQueued: _input_queued,
        ev.UserInputRecorded: _input_recorded,
        ev.InputDropped: _input_dropped,
        ev.MailReceived: _mail_received,
        ev.MailRecorded: _mail_recorded,
        ev.ToolCallRequested: _call_requested,
        ev.ToolCallOutput: _call_output,
        ev.ToolCallClosed: _call_closed,
        ev.ToolDecisionRecorded: _decision,
        **QUESTIONS,
        **DEEDS,
    }
)

_MAKERS: Final[Mapping[type[Event], _Make]] = MappingProxyType(
    {kind: _TOLD.get(kind) or _plain(kind) for kind in EVENTS if kind not in INVISIBLE}
)

KINDS: Final[tuple[type[Event], ...]] = tuple(_MAKERS)
"""Every type of event that a table names."""


def candidates(told: Telling, kind: type[Event]) -> list[Event]:
    """The events of *kind* that may happen now, by the tables, and agree with what was told. The plainest is first."""
    slots = ((Machine.SESSION, told.state.session), (Machine.TURN, told.phase))
    if any(
        kind in alphabet(machine) and kind not in EVENT_TRIGGERED[machine][phase] for machine, phase in slots
    ):
        return []  # most types, most of the time: it need not be tried
    return [event for event in _MAKERS[kind](told) if told.allows(event)]
