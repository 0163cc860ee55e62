from __future__ import annotations

from turnfold.events import HookCompleted, HookStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class HookDurationDisagrees(
    CheckedRule, code="TF507", severity=Severity.SUSPICION, since="0.1.0", needs=(HookStarted, HookCompleted)
):
    """The times of a hook run contradict its duration.

    ## What it checks
    A run ends no earlier than it started, and the time between differs from `durationMs` by at most one second.

    ## Why it matters
    Hooks are slow programs in the middle of every call. Who looks for the one that holds up a turn needs figures that
    agree.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running","startedAt":100}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"completed","startedAt":100,"completedAt":100,"durationMs":9000}}}
    ```

    ## What can excuse it
    A wall clock that was set in between: the duration comes from a clock that is not. Times are whole seconds, hence
    the second of slack.
    """

    claim = "hook run {run_id} says that it took {duration_ms} ms, and its times are {passed_ms} ms apart"
    because = "its end minus its start is not its duration, even with a second of slack"
    however = "the clock may have been set while the hook ran"

    checker = HookRuns
    explains = RunBreak.DURATION
