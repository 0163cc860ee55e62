from __future__ import annotations

from turnfold.events import HookCompleted, HookStarted, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class HookAfterTerminal(
    CheckedRule,
    code="TF513",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(HookStarted, HookCompleted, TurnStarted, TurnCompleted),
    implied_by=("TF502",),
):
    """A hook runs for a turn that is over.

    ## What it checks
    No hook run that names a turn starts or completes after the end of that turn.

    ## Why it matters
    A hook for a turn that is over can decide nothing any more, but it does run: with the data of a turn that the user
    may just have stopped.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    ```

    ## What can excuse it
    A run that was being told at the very moment of an interrupt may get its end out late: hence a suspicion. Hooks of
    the session name no turn and may run at any time; those of an interrupt come before the turn's end.
    """

    claim = "hook run {run_id} belongs to turn {turn_id}, which is over"
    because = "the turn had ended on line {ended}"
    however = "the run may have been told late"

    checker = HookRuns
    explains = RunBreak.AFTER_TERMINAL
