"""Events of approvals: a question to a reviewer or the user, and the one way in which it ends."""

from typing import ClassVar, Final

import attrs

from turnfold.events.base import Event

EXEC: Final = "exec"
PATCH: Final = "patch"
NETWORK: Final = "network"
INTERCEPTED: Final = "intercepted"
PERMISSIONS: Final = "permissions"
USER_INPUT: Final = "user_input"
ELICITATION: Final = "elicitation"
DYNAMIC_TOOL: Final = "dynamic_tool"

APPROVAL_KINDS: Final = (
    EXEC,
    PATCH,
    NETWORK,
    INTERCEPTED,
    PERMISSIONS,
    USER_INPUT,
    ELICITATION,
    DYNAMIC_TOOL,
)
"""Kinds of questions that we know. The last three ask for an answer rather than for leave; they wait too."""

REVIEW_DECISIONS: Final = (
    "approved",
    "approved_execpolicy_amendment",
    "approved_for_session",
    "network_policy_amendment",
    "denied",
    "timed_out",
    "abort",
)
"""Decisions of Codex' core (`ReviewDecision`); the app-server has others (`accept`, `decline`, ...)."""

DECISION_SOURCES: Final = ("config", "automated_reviewer", "user")
"""Who can decide: policy or a hook, the automated reviewer, the user."""


@attrs.frozen(kw_only=True, repr=False)
class ApprovalRequested(Event):
    """Somebody was asked a question that a call waits for.

    app-server requests of the server such as `item/commandExecution/requestApproval`; own log.
    """

    kind: ClassVar[str] = "approval_requested"

    approval_id: str
    """Id of the question. app-server: the JSON-RPC id of the request as text."""

    call_id: str | None = None
    """Call that waits (app-server `itemId`)."""

    turn_id: str | None = None
    """Turn that waits."""

    approval_kind: str
    """One of `APPROVAL_KINDS`, or a foreign value."""

    reason: str | None = None
    """Why it is asked; on a retry, why the first attempt was denied."""

    command: str | None = None
    """Command in question as one shell line; for a network host the command that wants it."""

    cwd: str | None = None
    """Directory in which the command would run."""

    attempt: int | None = None
    """Attempt of the call that is asked for: 1, or 2 for the retry without sandbox."""

    route: str | None = None
    """Who was asked: `automated_reviewer` or `user`."""

    choices: tuple[str, ...] = ()
    """Decisions that are offered (app-server `availableDecisions`); those with parameters by their name."""

    inner_id: str | None = None
    """app-server `approvalId`: tells several questions of one call apart."""


@attrs.frozen(kw_only=True, repr=False)
class ApprovalResolved(Event):
    """A question was answered.

    app-server, the client's response; own log.
    """

    kind: ClassVar[str] = "approval_resolved"

    approval_id: str
    """Id of the question."""

    decision: str
    """The answer as its source spells it: one of `REVIEW_DECISIONS`, `accept`, `decline`, `cancel`, ..."""

    source: str | None = None
    """One of `DECISION_SOURCES`."""

    answered_by: str | None = None
    """Who or what exactly answered: name of a client, id of a review or of a hook run."""

    call_id: str | None = None
    """Call that waited."""

    turn_id: str | None = None
    """Turn that waited."""

    message: str | None = None
    """Text given with the answer."""

    amendment: object = attrs.field(default=None, hash=False)
    """Rule to be added to the policy of commands or of the network, as plain JSON; None without one."""


@attrs.frozen(kw_only=True, repr=False)
class ApprovalDropped(Event):
    """A question will not be answered any more: what had asked it is gone. It stands for no decision.

    app-server `serverRequest/resolved` without an answer of the client; own log.
    """

    kind: ClassVar[str] = "approval_dropped"

    approval_id: str
    """Id of the question."""

    call_id: str | None = None
    """Call that had waited."""

    turn_id: str | None = None
    """Turn that had waited."""

    reason: str | None = None
    """Own log: `aborted`, `cleared`, `shutdown`."""


@attrs.frozen(kw_only=True, repr=False)
class ReviewStarted(Event):
    """The automated reviewer took up a question.

    rollout `event_msg` `guardian_assessment` in progress; app-server `item/autoApprovalReview/started`;
    own log.
    """

    kind: ClassVar[str] = "review_started"

    review_id: str
    """Id of the review (`id`)."""

    call_id: str | None = None
    """Call that is judged (`target_item_id`)."""

    turn_id: str | None = None
    """Turn of that call."""

    status: str | None = None
    """`in_progress`."""

    started_at_ms: int | None = None
    """Start in unix milliseconds."""


@attrs.frozen(kw_only=True, repr=False)
class ReviewEnded(Event):
    """The automated reviewer came to an end, with a judgement or without.

    rollout `event_msg` `guardian_assessment`; app-server `item/autoApprovalReview/completed`; own log.
    """

    kind: ClassVar[str] = "review_ended"

    review_id: str
    """Id of the review (`id`)."""

    call_id: str | None = None
    """Call that was judged (`target_item_id`)."""

    turn_id: str | None = None
    """Turn of that call."""

    status: str
    """`approved`, `denied`, `timed_out` or `aborted`, or a foreign value."""

    risk_level: str | None = None
    """Coarse label of the risk."""

    rationale: str | None = None
    """Why, in the reviewer's words; for a denial the text that rejects the call."""

    started_at_ms: int | None = None
    """Start in unix milliseconds."""

    completed_at_ms: int | None = None
    """End in unix milliseconds."""
