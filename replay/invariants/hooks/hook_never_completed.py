from __future__ import annotations

from turnfold.events import HookCompleted, HookStarted, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class HookNeverCompleted(
    CheckedRule,
    code="TF501",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(HookStarted, HookCompleted, TurnCompleted),
):
    """A turn completes while one of its hook runs is still open.

    ## What it checks
    When a turn completes, every hook run that started in it has completed.

    ## Why it matters
    The turn waits for its hooks; if it did not wait for this one, what the hook would have decided was not heard. A
    client shows the run as going on for ever.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    An interrupted turn drops its runs, and Codex tells no end of them. A fatal error in a tool may do the same to the
    hooks of its neighbours, and leave no trace of itself: hence a suspicion. A turn that ended with an error is not
    judged.
    """

    claim = "hook run {run_id} never completed, and its turn {turn_id} did"
    because = "it started on line {started} and was open when the turn ended on line {ended}"
    however = "a tool that failed may have taken the run down with it"

    checker = HookRuns
    explains = RunBreak.NEVER_COMPLETED
