"""Input: submitted, steered, mailed."""

from turnfold.core.commands import (
    REGULAR,
    START_IF_IDLE,
    UNSTEERABLE,
    RunTask,
    SendMail,
    Steer,
    Submit,
)
from turnfold.core.decide.draft import Decision, Draft, refuse
from turnfold.core.decide.slot import CLOSING, clear, is_aborting, start_next
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.results import ILLEGAL, NOT_IDLE, SHUTTING_DOWN, Done, Queued, Refused, Started, Steered
from turnfold.core.state import State, Turn
from turnfold.events import (
    ABORT_REASONS,
    ACTIVE_TURN_NOT_STEERABLE,
    EMPTY_INPUT,
    EXPECTED_TURN_MISMATCH,
    NO_ACTIVE_TURN,
    TURN_ABORT_IN_PROGRESS,
    AbortBegan,
    InputQueued,
    InputRefused,
    MailReceived,
    SteerRefused,
    TurnRequested,
    TurnReserved,
    TurnSteered,
)

REPLACED = ABORT_REASONS[1]


def submit(state: State, command: Submit) -> Decision:
    """Steer into the turn that runs, join the one that is about to, wait for the one that is aborted, or start one."""
    draft, turn = Draft(state), state.turn
    refusal = _no_submission(state, command)
    if refusal is not None:
        return _refuse_input(draft, command, refusal)
    if command.settings is not None:
        draft.add(command.settings)
    if turn is None:
        draft.add(
            TurnRequested(text=command.text, request_id=command.submission_id, client_id=command.client_id),
            TurnReserved(turn_id=command.turn_id, task_kind=REGULAR, trigger="input"),
            _queued(command, command.turn_id),
        )
        return draft.done(Started(turn_id=command.turn_id, input_id=command.input_id))
    if is_aborting(state):
        draft.add(_queued(command, None))
        return draft.done(Queued(input_id=command.input_id))
    taken = _queued if turn.phase is TurnPhase.RESERVED else _steered
    draft.add(taken(command, turn.turn_id))
    return draft.done(Steered(turn_id=turn.turn_id, input_id=command.input_id))


def _no_submission(state: State, command: Submit) -> Refused | None:
    turn = state.turn
    if state.session is SessionPhase.NEW:
        return refuse(ILLEGAL, "the session is not open")
    if state.session in CLOSING:
        return refuse(SHUTTING_DOWN)
    aborting = is_aborting(state)
    if aborting and state.behaviour.while_aborting != "queue":
        return refuse(TURN_ABORT_IN_PROGRESS)
    if not command.text and not command.content:
        return refuse(EMPTY_INPUT)
    if turn is None or aborting:
        return None
    return refuse(NOT_IDLE) if command.mode == START_IF_IDLE else _unsteerable(turn)


def _unsteerable(turn: Turn) -> Refused | None:
    if turn.task_kind not in UNSTEERABLE:
        return None
    refusal = refuse(ACTIVE_TURN_NOT_STEERABLE, kind=turn.task_kind)
    return Refused(
        reason=refusal.reason,
        message=refusal.message,
        code=ACTIVE_TURN_NOT_STEERABLE,
        turn_kind=turn.task_kind,
    )


def _refuse_input(draft: Draft, command: Submit, refusal: Refused) -> Decision:
    """Hand the input back, and say so in the log if the session still has one."""
    turn = draft.turn
    if draft.state.session not in {SessionPhase.NEW, SessionPhase.CLOSED}:
        draft.add(
            InputRefused(
                submission_id=command.submission_id,
                message=refusal.message,
                code=refusal.code,
                turn_id=None if turn is None else turn.turn_id,
                text=command.text,
            )
        )
    return draft.done(_with_input(refusal, command))


def _with_input(refusal: Refused, command: Submit | Steer) -> Refused:
    return Refused(
        reason=refusal.reason,
        message=refusal.message,
        code=refusal.code,
        turn_kind=refusal.turn_kind,
        text=command.text,
        content=command.content,
    )


def _queued(command: Submit, turn_id: str | None) -> InputQueued:
    return InputQueued(
        input_id=command.input_id,
        text=command.text,
        content=command.content,
        client_id=command.client_id,
        turn_id=turn_id,
    )


def _steered(command: Submit | Steer, turn_id: str) -> TurnSteered:
    return TurnSteered(turn_id=turn_id, input_id=command.input_id, text=command.text, content=command.content)


def steer(state: State, command: Steer) -> Decision:
    """Accept input into the turn that runs, after the checks of F9 in their order."""
    draft = Draft(state)
    turn = state.turn
    refusal = _no_steering(state, command)
    if turn is not None and refusal is None:
        draft.add(_steered(command, turn.turn_id))
        return draft.done(Steered(turn_id=turn.turn_id, input_id=command.input_id))
    refusal = _with_input(refusal or refuse(NO_ACTIVE_TURN), command)
    if state.session not in {SessionPhase.NEW, SessionPhase.CLOSED}:
        draft.add(
            SteerRefused(
                reason=refusal.reason,
                message=refusal.message,
                code=refusal.code,
                turn_kind=refusal.turn_kind,
                expected_turn_id=command.expected_turn_id,
                actual_turn_id=None if turn is None else turn.turn_id,
                request_id=command.submission_id,
                text=command.text,
            )
        )
    return draft.done(refusal)


def _no_steering(state: State, command: Steer) -> Refused | None:
    turn = state.turn
    if turn is None:
        return refuse(NO_ACTIVE_TURN)
    if is_aborting(state):
        return refuse(TURN_ABORT_IN_PROGRESS)
    if turn.phase is TurnPhase.RESERVED:
        return refuse(NO_ACTIVE_TURN)
    if command.expected_turn_id not in {None, turn.turn_id}:
        return refuse(EXPECTED_TURN_MISMATCH, expected=command.expected_turn_id, actual=turn.turn_id)
    unsteerable = _unsteerable(turn)
    if unsteerable is not None:
        return unsteerable
    return None if command.text or command.content else refuse(EMPTY_INPUT)


def run_task(state: State, command: RunTask) -> Decision:
    """Start the task, now or when the turn that it replaces has ended (F14)."""
    draft, turn = Draft(state), state.turn
    if state.session in CLOSING:
        return draft.done(refuse(SHUTTING_DOWN))
    if turn is not None and turn.phase is TurnPhase.RUNNING:
        draft.add(AbortBegan(turn_id=turn.turn_id, reason=REPLACED, by="replacement"))
    if is_aborting(draft.state):
        return draft.park()
    if turn is not None:
        clear(draft, turn.turn_id)
    draft.add(
        TurnRequested(text=command.text, request_id=command.submission_id),
        TurnReserved(turn_id=command.turn_id, task_kind=command.task_kind, trigger="command"),
    )
    if command.text:
        draft.add(InputQueued(input_id=command.input_id, text=command.text, turn_id=command.turn_id))
    return draft.done(Started(turn_id=command.turn_id, input_id=command.input_id if command.text else None))


def send_mail(state: State, command: SendMail) -> Decision:
    """Put mail into the mailbox; an idle session may start a turn for it."""
    draft = Draft(state)
    if state.session is SessionPhase.CLOSED:
        return draft.done(refuse(SHUTTING_DOWN))
    draft.add(
        MailReceived(
            mail_id=command.mail_id,
            text=command.text,
            sender=command.sender,
            trigger_turn=command.trigger_turn,
        )
    )
    start_next(draft, command.next_turn_id)
    return draft.done(Done())
