from __future__ import annotations

from turnfold.events import HookCompleted, HookStarted
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class HookStartedTwice(CheckedRule, code="TF514", since="0.1.0", needs=(HookStarted, HookCompleted)):
    """A hook run starts that is running already.

    ## What it checks
    Between the start and the end of a run no other run of the same turn starts under the same id.

    ## Why it matters
    The end that follows belongs to one of the two, and nobody can say which. If the handler was run twice, so was what
    it does.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    ```

    ## What can excuse it
    An interrupted turn leaves its runs without an end, and those about a whole turn or session come again under the
    same id in a later one. Such a start is legal and not named.
    """

    rests_on_absence = True
    claim = "hook run {run_id} started twice"
    because = "it had started on line {first}, and no end came before line {second}"
    however = "if the end was lost, these are two runs of one handler"

    checker = HookRuns
    explains = RunBreak.STARTED_TWICE
