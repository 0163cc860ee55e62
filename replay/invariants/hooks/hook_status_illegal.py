from __future__ import annotations

from typing import Any

from turnfold.events import HookCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import RUNNING, HookRuns, RunBreak


class HookStatusIllegal(CheckedRule, code="TF505", since="0.1.0", needs=(HookCompleted,)):
    """A hook run ends with a status that is no end.

    ## What it checks
    The status in `hook/completed` is `completed`, `failed`, `blocked` or `stopped`.

    ## Why it matters
    The status is the decision: `blocked` forbids, `stopped` ends the turn, the others let it go on. Another one says
    nothing that a reader could act on.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    ```

    ## What can excuse it
    A later version may know more ends; a status that is new to us is a suspicion only. For `running` there is no
    excuse.
    """

    claim = "hook run {run_id} ended with the status `{status}`"
    because = "a run ends as `completed`, `failed`, `blocked` or `stopped`"
    however = "a version that we do not know may have other ends"

    checker = HookRuns
    explains = RunBreak.ILLEGAL_STATUS

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        severity = None if facts["status"] == RUNNING else Severity.SUSPICION
        self.found(at, *witnesses, subject=subject, severity=severity, **facts)
