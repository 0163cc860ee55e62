from __future__ import annotations

from turnfold.events import ApprovalRequested, ApprovalResolved, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.approvals.questions import QuestionBreak, Questions
from turnfold.replay.invariants.checker import CheckedRule


class CancelledButCompleted(
    CheckedRule,
    code="TF615",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(ApprovalRequested, ApprovalResolved, TurnCompleted),
):
    """A question was answered by cancelling, and the turn completed.

    ## What it checks
    After the answer `cancel` (in the core `abort`) to a question about a command or a change of files the turn ends as
    interrupted.

    ## Why it matters
    There are two ways to say no: not this, and stop. Who says stop does not want the model to try something else.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"id":0,"result":{"decision":"cancel"}}
    {"method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    Another client of the same thread may have answered first. A turn that was asked about again, or that ended with an
    error, is not judged. Cancelling an intercepted command or a form of a tool server does not stop the turn.
    """

    claim = "question {approval_id} was answered `{decision}`, and turn {turn_id} completed"
    because = "the answer is on line {since}, and the turn ended on line {now}, not interrupted"
    however = "another client may have answered before"

    checker = Questions
    explains = QuestionBreak.CANCELLED_BUT_COMPLETED
