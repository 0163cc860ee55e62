"""What is known of a session at one point of its log, bounded by what is open there."""

from collections.abc import Mapping
from typing import Final

import attrs

from turnfold.core.lifecycle import (
    ApprovalPhase,
    CallPhase,
    HookRunPhase,
    NetworkPhase,
    SessionPhase,
    TurnPhase,
)
from turnfold.events import TokenUsage


@attrs.frozen
class Turn:
    """The turn that holds the session's slot."""

    turn_id: str
    """The turn's id."""

    phase: TurnPhase
    """Where it is."""

    since_seq: int
    """`seq` of the event that opened it."""

    started_at_s: int | None = None
    """Start in unix seconds, as its start event says."""

    task_kind: str | None = None
    """`regular`, `review` or `compact`; None where the log does not say."""

    abort_reason: str | None = None
    """Why it is being aborted; None while it is not."""

    reviewing: bool = False
    """Whether it entered review mode and has not left it."""


@attrs.frozen
class Call:
    """A tool call that has neither output nor closing."""

    call_id: str
    """The call's id."""

    phase: CallPhase
    """Where it is."""

    since_seq: int
    """`seq` of the request."""

    name: str | None = None
    """Name of the tool."""

    call_type: str | None = None
    """Tag of the call's record."""

    review_id: str | None = None
    """Review of it that has not ended."""


@attrs.frozen
class Approval:
    """A question that nobody has answered yet."""

    approval_id: str
    """The question's id."""

    phase: ApprovalPhase
    """Where it is."""

    since_seq: int
    """`seq` of the question."""

    call_id: str | None = None
    """Call that waits for the answer."""

    approval_kind: str | None = None
    """What is asked for."""


@attrs.frozen
class HookRun:
    """A run of a hook handler that has not ended."""

    run_id: str
    """The run's id."""

    phase: HookRunPhase
    """Where it is."""

    since_seq: int
    """`seq` of its start."""

    event_name: str | None = None
    """Hook event that it serves."""

    call_id: str | None = None
    """Call that it may decide about."""


@attrs.frozen
class Host:
    """A network target that is being asked about, or that was decided for the session."""

    target: str
    """`<protocol>://<host>:<port>`."""

    phase: NetworkPhase
    """Where it is."""

    since_seq: int
    """`seq` of the question."""


@attrs.frozen
class PendingInput:
    """Input that was accepted and that the model has not been given."""

    input_id: str | None
    """The input's id; None where the log does not say."""

    turn_id: str | None
    """Turn that accepted it; None when it is kept for the next one."""

    text: str | None
    """Its text, so that it can be handed back."""

    content: object = None
    """Its content parts; None when the text is all of it."""


@attrs.frozen
class Mail:
    """Mail of another agent that the model has not been given. It outlives turns."""

    mail_id: str
    """The mail's id."""

    trigger_turn: bool
    """Whether it starts a turn when the session is idle."""

    sender: str | None
    """Who sent it."""

    text: str | None
    """Its text."""


@attrs.frozen
class Behaviour:
    """How the session was configured to act; a log says it once, so that a replay takes the same paths."""

    interrupt_marker: bool = True
    """Whether an interruption leaves its marker in the history."""

    grace_ms: int | None = None
    """Milliseconds that a cancelled effect gets to end by itself; None in a log that does not say."""

    while_aborting: str = "refuse"
    """What becomes of input during an abort: `refuse` or `queue`."""


@attrs.frozen
class Settings:
    """The settings in force."""

    cwd: str | None = None
    """Working directory."""

    model: str | None = None
    """Model in use."""

    approval_policy: object = None
    """The policy as the log holds it: a word, or a mapping for the granular one."""

    sandbox_mode: str | None = None
    """Sandbox of commands."""

    approvals_reviewer: str | None = None
    """Who is asked for approvals: `user` or `auto_review`."""


@attrs.frozen
class State:
    """A session at one point of its log: `fold(envelopes)`, and nothing else.

    Frozen, mappings included: they are copied on change and never written to.
    """

    seq: int = -1
    """`seq` of the last event folded; -1 before the first."""

    session: SessionPhase = SessionPhase.NEW
    """Where the session is."""

    session_id: str | None = None
    """Who it is: the first identity record says so, later ones do not change it."""

    turn: Turn | None = None
    """The turn in the slot; None when there is none."""

    calls: Mapping[str, Call] = {}
    """Open calls by id, oldest first."""

    approvals: Mapping[str, Approval] = {}
    """Open questions by id, oldest first."""

    hook_runs: Mapping[str, HookRun] = {}
    """Open hook runs by id, oldest first."""

    hosts: Mapping[str, Host] = {}
    """The network ledger: open questions and decisions for the session, by target."""

    inputs: tuple[PendingInput, ...] = ()
    """Accepted input that was not used yet, in the order of acceptance."""

    tokens: TokenUsage | None = None
    """Tokens of the session so far, as last reported."""

    settings: Settings = Settings()
    """Settings in force."""

    mail: tuple[Mail, ...] = ()
    """The mailbox, oldest first."""

    answered: bool = False
    """Whether the turn's final answer is visible: mail that comes now waits for the next turn (delivery phase)."""

    behaviour: Behaviour = Behaviour()
    """How the session acts."""


INITIAL: Final = State()
"""Before the first event."""
