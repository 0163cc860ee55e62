from __future__ import annotations

from turnfold.events import HookCompleted, HookStarted
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class HookRunChanged(CheckedRule, code="TF504", since="0.1.0", needs=(HookStarted, HookCompleted)):
    """A hook run ends as something else than it started as.

    ## What it checks
    Start and end of a run agree in turn, hook event and place in the configured order.

    ## Why it matters
    Two runs share an id, or an end was attributed to the wrong one: a decision is shown beside work that it was not
    about.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"B","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"completed"}}}
    ```

    ## What can excuse it
    Nothing: both are told from one and the same run.
    """

    claim = "hook run {run_id} ended as another run than it started as"
    because = "its event, place and turn were {begun} on line {started}, and are {ended} here"
    however = "two runs may have been given one id"

    checker = HookRuns
    explains = RunBreak.CHANGED
