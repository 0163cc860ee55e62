from __future__ import annotations

from turnfold.events import ApprovalRequested, ApprovalResolved, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.approvals.questions import QuestionBreak, Questions
from turnfold.replay.invariants.checker import CheckedRule


class ApprovalNeverResolved(
    CheckedRule,
    code="TF601",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(ApprovalRequested, ApprovalResolved, TurnCompleted),
):
    """A turn completes while one of its questions has no answer.

    ## What it checks
    When a turn completes, every question for which one of its calls waited was answered or dropped.

    ## Why it matters
    The call waited for leave, and the turn went on without it. A client that still shows the question lets the user
    answer something that nobody asks any more.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    An interrupt: there Codex drops the question just after the turn's end. An error that ended the turn. Questions of
    tool servers and about network hosts may come from the background, so they are not judged. A call that failed
    beside the waiting one may end a turn without a trace: hence a suspicion.
    """

    claim = "question {approval_id} about call {call_id} was never answered, and turn {turn_id} completed"
    because = "it was asked on line {since} and was open when the turn ended on line {now}"
    however = "a call that failed beside it may have ended the turn"

    checker = Questions
    explains = QuestionBreak.NEVER_RESOLVED
