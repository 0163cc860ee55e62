from __future__ import annotations

from turnfold.events import HookStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.hooks.runs import HookRuns, RunBreak


class RunIdMalformed(
    CheckedRule, code="TF511", severity=Severity.SUSPICION, since="0.1.0", needs=(HookStarted,)
):
    """The id of a hook run does not say what the run is.

    ## What it checks
    A run's id is its hook event in kebab case, its place in the configured order and its source path, joined by
    colons; for runs about a call, a command or a host the id of that follows.

    ## Why it matters
    The id is the only link between a run and the call that it decides about. Where it is made otherwise, no reader
    can tell which question a hook answered.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"run-1","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    ```

    ## What can excuse it
    A version that we do not know may make its ids in another way: hence a suspicion. All versions with hooks that
    were studied (to 0.169) make them so. A record without event, place or path is not judged.
    """

    claim = "the id `{run_id}` of a hook run does not name its event, place and source"
    because = "the run is of event {event_name}, place {order}, source {source_path}"
    however = "a version that we do not know may form its ids otherwise"

    checker = HookRuns
    explains = RunBreak.MALFORMED_ID
