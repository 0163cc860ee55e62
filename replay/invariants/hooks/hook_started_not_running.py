from __future__ import annotations

from turnfold.events import HookStarted
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class HookStartedNotRunning(CheckedRule, code="TF506", since="0.1.0", needs=(HookStarted,)):
    """A hook run starts with a status other than running.

    ## What it checks
    The status in `hook/started` is `running`.

    ## Why it matters
    Starts are told before any handler runs. One that already has a result was made from something else than the
    start, or told too late to be of use to whoever watches.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"completed"}}}
    ```

    ## What can excuse it
    Nothing: every version that has hooks announces a run with this one status.
    """

    claim = "hook run {run_id} started with the status `{status}`"
    because = "a run that starts is `running`"
    however = "its end may still be told in full"

    checker = HookRuns
    explains = RunBreak.NOT_RUNNING
