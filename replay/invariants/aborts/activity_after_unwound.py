from __future__ import annotations

from turnfold.events import AbortBegan, AbortUnwound
from turnfold.replay.invariants.aborts.aborting import LATE_ENDINGS, WhileAborting


class ActivityAfterUnwound(WhileAborting, code="TF420", since="0.1.0", needs=(AbortBegan, AbortUnwound)):
    """Something of a turn is recorded after all of its work was said to be over.

    ## What it checks
    Between `abort_unwound` and `turn_aborted` no call, hook run, model response or message of the turn ends. Hooks on
    the interrupt itself, after the flush, are not counted.

    ## Why it matters
    The marker says to the model: up to here, and no further. What is recorded behind it was done by a task that nobody
    stopped, and the next turn may begin while it is still at work.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"turnfold","payload":{"kind":"scopes_cancelled","version":1,"body":{"turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:05.000Z","seq":5,"type":"turnfold","payload":{"kind":"abort_unwound","version":1,"body":{"turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:06.000Z","seq":6,"type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    Nothing: a task that does not end within its grace is abandoned, and what it brings later is dropped and logged as
    such. Codex does not record when a turn has unwound, so its files are not judged.
    """

    rests_on_absence = True
    claim = "a {kind} came after turn {turn_id} had unwound"
    because = "the abort began on line {began}, and its last step, on line {since}, left no work open"
    however = "a step of the abort may have been recorded too early"

    refused = LATE_ENDINGS
