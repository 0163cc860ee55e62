"""What each kind of record has to tell. Kinds that are not here have nothing to tell to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from turnfold.events import (
    AbortBegan,
    AbortRequested,
    AbortUnwound,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    EffectAbandoned,
    ErrorRaised,
    Event,
    ExecEnded,
    HistoryRolledBack,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
    InputDropped,
    InputRefused,
    LateResultDropped,
    MailReceived,
    MailRecorded,
    NetworkAccessRefused,
    NetworkAccessRequested,
    NetworkDecisionMade,
    RequestAnswered,
    ReviewEnded,
    ReviewModeEntered,
    ReviewModeExited,
    ReviewStarted,
    SandboxDenied,
    SessionForked,
    SessionMetaRecorded,
    SessionRenamed,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
    SteerRefused,
    SteerRequested,
    StreamErrorRaised,
    SubAgentActivity,
    SubAgentEnded,
    SubAgentStarted,
    TurnCleared,
    TurnRequested,
    TurnSteered,
    UndoCompleted,
    WarningRaised,
    WebSearchRecorded,
)
from turnfold.replay.gist import command_text, gist, word_of
from turnfold.replay.timeline.entries import EntryKind, Told
from turnfold.replay.walk import Moment

Teller: TypeAlias = Callable[[Moment], Told | None]


def _session(moment: Moment) -> Told:
    meta = moment.payload
    maker = " ".join(str(part) for part in (meta.originator, meta.cli_version) if part)
    origin = f", forked from {meta.forked_from_id}" if meta.forked_from_id else ""
    origin += f", spawned by {meta.parent_thread_id}" if meta.parent_thread_id else ""
    text = f"session {meta.session_id}{origin}" + (f", by {maker}" if maker else "")
    return Told(kind=EntryKind.SESSION, text=text, quote=gist(meta.cwd))


def _hook_started(moment: Moment) -> Told:
    return Told(kind=EntryKind.HOOK, text=f"{moment.payload.event_name} hook starts")


def _hook_completed(moment: Moment) -> Told:
    run = moment.payload
    entries = getattr(run, "entries", None) or ()
    said = gist("; ".join(entry.text for entry in entries))
    return Told(kind=EntryKind.HOOK, text=f"{run.event_name} hook ends: {run.status}", quote=said)


def _hook_decided(moment: Moment) -> Told:
    decided = moment.payload
    text = f"{decided.event_name} hooks decide: {decided.decision}" + (
        " and interrupt" * bool(decided.interrupt)
    )
    return Told(kind=EntryKind.HOOK, text=text, quote=gist(decided.message))


def _approval_requested(moment: Moment) -> Told:
    asked = moment.payload
    text = f"asked for approval of {asked.approval_kind or 'a call'}" + (
        f" {asked.call_id}" if asked.call_id else ""
    )
    command = asked.command and gist(command_text(asked.command))
    return Told(kind=EntryKind.APPROVAL, text=text, quote=command or gist(asked.reason))


def _approval_resolved(moment: Moment) -> Told:
    answer = moment.payload
    by = f" by {answer.source}" if answer.source else ""
    return Told(
        kind=EntryKind.APPROVAL, text=f"answered{by}: {word_of(answer.decision)}", quote=gist(answer.message)
    )


def _guardian_ended(moment: Moment) -> Told:
    review = moment.payload
    text = f"automatic review of {review.call_id or 'a call'}: {review.status}"
    return Told(kind=EntryKind.APPROVAL, text=text, quote=gist(moment.detail("rationale")))


def _turn_requested(moment: Moment) -> Told:
    return Told(kind=EntryKind.REQUEST, text="the client asks for a turn", quote=gist(moment.payload.text))


def _steer_requested(moment: Moment) -> Told:
    return Told(kind=EntryKind.REQUEST, text="the client steers", quote=gist(moment.payload.text))


def _steer_refused(moment: Moment) -> Told:
    refused = moment.payload
    return Told(kind=EntryKind.REQUEST, text=f"steer refused: {refused.reason}", quote=gist(refused.text))


def _answered(moment: Moment) -> Told | None:
    answer = moment.payload
    if answer.error_message is None and answer.error_code is None:
        return None
    return Told(
        kind=EntryKind.REQUEST, text=f"{answer.request_kind} refused", quote=gist(answer.error_message)
    )


def _error(moment: Moment) -> Told:
    error = moment.payload
    code = f" ({word_of(error.error_code)})" if getattr(error, "error_code", None) else ""
    again = ", will be tried again" if getattr(error, "will_retry", None) else ""
    return Told(kind=EntryKind.ERROR, text=f"error{code}{again}", quote=gist(error.message))


def _exec_ended(moment: Moment) -> Told | None:
    end = moment.payload
    if end.exit_code in (None, 0):
        return None  # its output says as much
    took = None if end.duration_us is None else end.duration_us / 1e6
    text = f"command of {end.call_id} exits with {end.exit_code}"
    return Told(kind=EntryKind.OUTPUT, text=text, took_s=took)


def _network(moment: Moment) -> Told:
    asked = moment.payload
    word = getattr(asked, "decision", None) or getattr(asked, "reason", None) or "asked"
    return Told(kind=EntryKind.APPROVAL, text=f"network {asked.protocol}://{asked.host}:{asked.port}: {word}")


def _saying(kind: EntryKind, text: str, *, quoted: str | None = None) -> Teller:
    """A teller with a fixed wording; `{name}` in it is a field, and *quoted* names the one with somebody's text."""

    def tell(moment: Moment) -> Told:
        words = text.format_map(_Shown(moment))
        return Told(kind=kind, text=words, quote=gist(moment.detail(quoted)) if quoted else None)

    return tell


class _Shown(dict[str, str]):
    """Fields of a moment, as a template wants them."""

    def __init__(self, moment: Moment) -> None:
        super().__init__()
        self._moment = moment

    def __missing__(self, name: str) -> str:
        value = self._moment.detail(name)
        return "?" if value is None else str(value)


TELLERS: Final[Mapping[type[Event], Teller]] = {
    SessionMetaRecorded: _session,
    SessionResumed: _saying(EntryKind.SESSION, "resumed"),
    SessionForked: _saying(EntryKind.SESSION, "forked from {from_session_id}"),
    SessionRenamed: _saying(EntryKind.SESSION, "named", quoted="name"),
    ShutdownBegan: _saying(EntryKind.SESSION, "shutdown begins"),
    ShutdownCompleted: _saying(EntryKind.SESSION, "closed"),
    TurnRequested: _turn_requested,
    SteerRequested: _steer_requested,
    SteerRefused: _steer_refused,
    TurnSteered: _saying(EntryKind.STEER, "steer accepted", quoted="text"),
    InputRefused: _saying(EntryKind.REQUEST, "input refused", quoted="message"),
    InputDropped: _saying(EntryKind.STEER, "accepted input dropped: {reason}"),
    MailReceived: _saying(EntryKind.INPUT, "mail from another agent", quoted="text"),
    MailRecorded: _saying(EntryKind.INPUT, "mail from another agent", quoted="text"),
    RequestAnswered: _answered,
    AbortRequested: _saying(EntryKind.ABORT, "the client asks to interrupt the turn"),
    AbortBegan: _saying(EntryKind.ABORT, "abort begins: {reason}, by {by}"),
    AbortUnwound: _saying(EntryKind.ABORT, "everything has ended or was abandoned"),
    TurnCleared: _saying(EntryKind.ABORT, "a turn without work is cleared away"),
    EffectAbandoned: _saying(EntryKind.ABORT, "{effect_id} does not stop and is abandoned"),
    LateResultDropped: _saying(EntryKind.ABORT, "a late result of {effect_id} is dropped"),
    HookStarted: _hook_started,
    HookCompleted: _hook_completed,
    HookClosed: _saying(EntryKind.HOOK, "hook run closed with its turn: {reason}"),
    HookDecided: _hook_decided,
    ApprovalRequested: _approval_requested,
    ApprovalResolved: _approval_resolved,
    ApprovalDropped: _saying(EntryKind.APPROVAL, "question {approval_id} withdrawn without an answer"),
    ReviewStarted: _saying(EntryKind.APPROVAL, "automatic review of {call_id} begins"),
    ReviewEnded: _guardian_ended,
    NetworkAccessRequested: _network,
    NetworkDecisionMade: _network,
    NetworkAccessRefused: _network,
    SandboxDenied: _saying(EntryKind.OUTPUT, "the sandbox denied something to {call_id}", quoted="message"),
    ExecEnded: _exec_ended,
    WebSearchRecorded: _saying(EntryKind.CALL, "web search"),
    HistoryRolledBack: _saying(EntryKind.ROLLBACK, "turns of the user taken back: {num_turns}"),
    ReviewModeEntered: _saying(EntryKind.REVIEW, "review mode is entered"),
    ReviewModeExited: _saying(EntryKind.REVIEW, "review mode is left"),
    ErrorRaised: _error,
    StreamErrorRaised: _error,
    WarningRaised: _saying(EntryKind.NOTICE, "warning", quoted="message"),
    UndoCompleted: _saying(EntryKind.NOTICE, "undo", quoted="message"),
    SubAgentStarted: _saying(EntryKind.NOTICE, "sub-agent {agent_thread_id} starts"),
    SubAgentEnded: _saying(EntryKind.NOTICE, "sub-agent {agent_thread_id} ends: {status}"),
    SubAgentActivity: _saying(EntryKind.NOTICE, "sub-agent {agent_thread_id}: {activity}"),
}
