from __future__ import annotations

from turnfold.events import ApprovalRequested, ApprovalResolved, TurnStarted
from turnfold.replay.invariants.approvals.questions import QuestionBreak, Questions
from turnfold.replay.invariants.checker import CheckedRule


class ApprovalOfOtherTurn(
    CheckedRule, code="TF610", since="0.1.0", needs=(ApprovalRequested, ApprovalResolved, TurnStarted)
):
    """A question is asked for another turn than the open one.

    ## What it checks
    A question for which a call waits names the turn that is open.

    ## Why it matters
    The user sees the question in the middle of one turn and decides by what that turn does. The answer goes to another,
    which may be long over.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"B","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    ```

    ## What can excuse it
    Questions about network hosts and those of tool servers may come from what an earlier turn left in the background,
    so they are not judged. A call waits in the turn that made it, and the turn waits with it: otherwise there is
    no excuse. Questions while no turn is open have rules of their own (TF308, TF309, TF404).
    """

    rests_on_absence = True
    claim = "question {approval_id} is asked for turn {turn_id}, and turn {open_id} is open"
    because = "no call of a turn that is not open can wait"
    however = "a task of an earlier turn may have survived its end"

    checker = Questions
    explains = QuestionBreak.OTHER_TURN
