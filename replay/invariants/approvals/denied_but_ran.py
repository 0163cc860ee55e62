from __future__ import annotations

from typing import Any

from turnfold.events import ApprovalRequested, ApprovalResolved
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.approvals.questions import QuestionBreak, Questions
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.rollouts import Dialect


class DeniedButRan(CheckedRule, code="TF612", since="0.1.0", needs=(ApprovalRequested, ApprovalResolved)):
    """A call runs although it was denied.

    ## What it checks
    After a denial of a command or of a change of files the command does not begin, and the item is not done, unless
    somebody was asked again.

    ## Why it matters
    It is the one promise that a question for leave makes.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"id":0,"result":{"decision":"decline"}}
    {"method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"commandExecution","id":"c1","status":"completed"}}}
    ```

    ## What can excuse it
    Another client of the same thread may have allowed it first; then this one's denial counts for nothing. So in a
    capture, which shows one client, it is a suspicion. In our own log there is one answer, and no excuse. Denials of
    an intercepted command or a host do not concern the call as a whole.
    """

    rests_on_absence = True
    claim = "call {call_id} ran although it was denied"
    because = "question {approval_id} was answered `{decision}` on line {since}, and {then} on line {now}"
    however = "another client may have allowed it before"

    checker = Questions
    explains = QuestionBreak.DENIED_BUT_RAN

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        is_capture = self.session.profile.dialect is Dialect.APP_SERVER
        severity = Severity.SUSPICION if is_capture else None
        self.found(at, *witnesses, subject=subject, severity=severity, **facts)
