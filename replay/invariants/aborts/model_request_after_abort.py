from __future__ import annotations

from turnfold.events import AbortBegan, ModelRequestStarted
from turnfold.replay.invariants.aborts.aborting import LATE_REQUESTS, WhileAborting


class ModelRequestAfterAbort(
    WhileAborting, code="TF416", since="0.1.0", needs=(AbortBegan, ModelRequestStarted)
):
    """The model is asked again although its turn is being aborted.

    ## What it checks
    Between the beginning of a turn's abort and its end no request to the model starts.

    ## Why it matters
    The request costs money, and its answer may call tools. A hook or a user who stopped the turn relied on there
    being no further step of the model.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"model_request_started","version":1,"body":{"turn_id":"A","request_id":"r1"}}}
    ```

    ## What can excuse it
    Nothing: to abort a turn and to take out its tasks is one step, after which nobody is left who could ask. Neither
    Codex' rollouts nor captures show requests to the model, so the rule speaks on logs of our own alone.
    """

    rests_on_absence = True
    claim = "the model was asked although turn {turn_id} was being aborted"
    because = "the abort began on line {began} and had not ended"
    however = "the answer may have been thrown away"

    refused = LATE_REQUESTS
