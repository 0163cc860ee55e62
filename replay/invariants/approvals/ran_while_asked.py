from __future__ import annotations

from typing import Any

from turnfold.events import ApprovalRequested, ApprovalResolved
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.approvals.questions import QuestionBreak, Questions
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.rollouts import Dialect


class RanWhileAsked(CheckedRule, code="TF607", since="0.1.0", needs=(ApprovalRequested, ApprovalResolved)):
    """A call runs while the question whether it may is still open.

    ## What it checks
    Between a question about a command or a change of files and its answer the command does not begin, and the item
    is not done.

    ## Why it matters
    The question was asked because the call must not run without leave. It ran without.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"commandExecution","id":"c1","status":"completed"}}}
    ```

    ## What can excuse it
    Another client of the same thread may have answered. The server tells that it is resolved before the item ends, but
    older ones may not: in captures it is a suspicion. Questions about intercepted commands and network hosts come
    while the call runs, and are not counted.
    """

    rests_on_absence = True
    claim = "call {call_id} ran while question {approval_id} about it was open"
    because = "it was asked on line {since}, and {then} on line {now} without an answer between"
    however = "another client may have answered"

    checker = Questions
    explains = QuestionBreak.RAN_WHILE_ASKED

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        is_capture = self.session.profile.dialect is Dialect.APP_SERVER
        severity = Severity.SUSPICION if is_capture else None
        self.found(at, *witnesses, subject=subject, severity=severity, **facts)
