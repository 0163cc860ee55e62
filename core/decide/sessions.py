"""The session as a whole: opened, resumed, rolled back, answered, shut down."""

from turnfold.core.commands import Answer, Close, Open, Resume, RollBack, Shutdown
from turnfold.core.decide.draft import Decision, Draft, refuse
from turnfold.core.decide.slot import ABANDONED, CLOSING, clear, close_hooks, drop_waiters, is_aborting
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.results import (
    ILLEGAL,
    INVALID_ROLLBACK,
    NOT_IDLE,
    SHUTTING_DOWN,
    UNKNOWN_APPROVAL,
    Done,
    Interrupted,
)
from turnfold.core.state import PendingInput, State
from turnfold.events import (
    APPROVAL_KINDS,
    INTERRUPTED,
    TURN_ABORT_IN_PROGRESS,
    AbortBegan,
    ApprovalDropped,
    ApprovalResolved,
    HistoryRolledBack,
    InputDropped,
    InputQueued,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
    TokenUsageReported,
    TurnCleared,
)

FOR_LEAVE = frozenset({*APPROVAL_KINDS[:4], "dynamic_tool"})
"""Questions that ask for leave to act, tools of the embedder included; answering them with `abort` interrupts the
turn (C4)."""


def open_session(state: State, command: Open) -> Decision:
    """The identity first, then the configuration; a session is opened once."""
    draft = Draft(state)
    if state.session is not SessionPhase.NEW:
        return draft.done(refuse(ILLEGAL, "the session is open already"))
    draft.add(command.identity, command.configuration)
    return draft.done(Done())


def resume(state: State, command: Resume) -> Decision:
    """Bring the log to an idle session, by the phases of an abort if a turn is open there, then go on."""
    draft, turn = Draft(state), state.turn
    if turn is not None and turn.phase is TurnPhase.RUNNING:
        draft.add(AbortBegan(turn_id=turn.turn_id, reason=INTERRUPTED, by="resume"))
    if is_aborting(draft.state):
        return draft.park()
    close_hooks(draft, None, ABANDONED)
    if turn is not None:
        _keep(draft, turn.turn_id, [entry for entry in state.inputs if entry.turn_id == turn.turn_id])
        draft.add(TurnCleared(turn_id=turn.turn_id))
    _drop_orphans(draft)
    if draft.state.session is SessionPhase.CLOSING:
        draft.add(ShutdownCompleted())
    session_id = state.session_id or command.configuration.session_id
    draft.add(
        SessionResumed(
            session_id=session_id, through_seq=command.through_seq, open_turn_id=command.open_turn_id
        ),
        command.configuration,
    )
    return draft.done(Done())


def _keep(draft: Draft, turn_id: str, inputs: list[PendingInput]) -> None:
    """Input of a turn that never began stays accepted: the next turn takes it."""
    for entry in inputs:
        input_id = entry.input_id or ""
        draft.add(
            InputDropped(input_id=input_id, reason="aborted", turn_id=turn_id),
            InputQueued(input_id=input_id, text=entry.text, content=entry.content),
        )


def _drop_orphans(draft: Draft) -> None:
    """Drop what the lost process had no time to drop: the log may end with the terminal event of a turn (F6)."""
    for turn_id in dict.fromkeys(entry.turn_id for entry in draft.state.inputs):
        if turn_id is not None:
            drop_waiters(draft, turn_id, "aborted")
    for asked in draft.state.approvals.values():
        draft.add(ApprovalDropped(approval_id=asked.approval_id, call_id=asked.call_id, reason="aborted"))


def answer(state: State, command: Answer) -> Decision:
    """Resolve an open question; a user's `abort` interrupts the turn instead and resolves nothing (C4, F6)."""
    draft, turn = Draft(state), state.turn
    asked = state.approvals.get(command.approval_id)
    if asked is None:
        return draft.done(refuse(UNKNOWN_APPROVAL, approval_id=command.approval_id))
    if turn is None or is_aborting(state):
        return draft.done(refuse(TURN_ABORT_IN_PROGRESS))
    if command.decision == "abort" and asked.approval_kind in FOR_LEAVE:
        draft.add(AbortBegan(turn_id=turn.turn_id, reason=INTERRUPTED, by="user"))
        return draft.done(Interrupted(turn_id=turn.turn_id))
    draft.add(
        ApprovalResolved(
            approval_id=command.approval_id,
            decision=command.decision,
            source=command.source,
            answered_by=command.answered_by,
            call_id=asked.call_id,
            turn_id=turn.turn_id,
            message=command.message,
            amendment=command.amendment,
        )
    )
    return draft.done(Done())


def roll_back(state: State, command: RollBack) -> Decision:
    """Take turns out of the history, the recomputed tokens first; the log keeps them."""
    draft = Draft(state)
    if command.num_turns < 1:
        return draft.done(refuse(INVALID_ROLLBACK))
    if state.turn is not None:
        return draft.done(refuse(NOT_IDLE, "Cannot rollback while a turn is in progress."))
    if state.session is not SessionPhase.IDLE:
        return draft.done(refuse(SHUTTING_DOWN))
    if command.tokens is not None:
        draft.add(TokenUsageReported(total=command.tokens))
    draft.add(HistoryRolledBack(num_turns=command.num_turns))
    return draft.done(Done())


def shut_down(state: State, command: Shutdown) -> Decision:
    """Begin the end. A running turn is aborted; an abort that runs is joined, not taken over (F14)."""
    draft, turn = Draft(state), state.turn
    if state.session in CLOSING:
        return draft.done(Done())
    draft.add(ShutdownBegan(by=command.by))
    if turn is not None and turn.phase is TurnPhase.RUNNING:
        draft.add(AbortBegan(turn_id=turn.turn_id, reason=INTERRUPTED, by="shutdown"))
    elif turn is not None and turn.phase is TurnPhase.RESERVED:
        clear(draft, turn.turn_id)
    return draft.done(Done())


def close(state: State, command: Close) -> Decision:
    """Nothing follows (F14)."""
    draft = Draft(state)
    if state.session is not SessionPhase.CLOSING or state.turn is not None:
        return draft.done(refuse(ILLEGAL, "the session is not ready to end"))
    close_hooks(draft, None, ABANDONED)
    draft.add(ShutdownCompleted(abandoned=command.abandoned))
    return draft.done(Done())
