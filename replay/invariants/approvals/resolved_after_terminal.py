from __future__ import annotations

from turnfold.events import ApprovalRequested, ApprovalResolved, TurnCompleted, TurnStarted
from turnfold.replay.invariants.approvals.questions import QuestionBreak, Questions
from turnfold.replay.invariants.checker import CheckedRule


class ResolvedAfterTerminal(
    CheckedRule,
    code="TF604",
    since="0.1.0",
    needs=(ApprovalRequested, ApprovalResolved, TurnStarted, TurnCompleted),
):
    """An answer that came after the end of its turn took effect.

    ## What it checks
    In our own log no answer is recorded after the end of the turn that asked. In a capture an answer after the end
    has no effect: the call that it was about is not done before the next turn starts.

    ## Why it matters
    Who stopped a turn believes that its commands can no longer be allowed. An answer that was on its way when the turn
    ended must not start one.

    ## Example
    ```jsonl
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"_dir":"<","id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"_dir":"<","method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"interrupted"}}}
    {"_dir":">","id":0,"result":{"decision":"accept"}}
    {"_dir":"<","method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"commandExecution","id":"c1","status":"completed"}}}
    ```

    ## What can excuse it
    The answer alone is no fault in a capture: client and server write at the same time, and an answer may cross the
    abort, as it does in one of the captures that were studied (0.169). The server then ignores it. That the question
    is dropped after the end is legal too.
    """

    claim = "question {approval_id} was answered after turn {turn_id} had ended, and {effect}"
    because = "the turn had ended on line {ended}, and with it all that waited"
    however = "the call may have been done before its turn ended, and told late"

    checker = Questions
    explains = QuestionBreak.TOO_LATE
