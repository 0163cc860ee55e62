from __future__ import annotations

from turnfold.events import AbortBegan
from turnfold.replay.invariants.aborts.aborting import LATE_BEGINNINGS, WhileAborting


class BeginningWhileAborting(WhileAborting, code="TF418", since="0.1.0", needs=(AbortBegan,)):
    """New work or input begins in a turn that is being aborted.

    ## What it checks
    Between the beginning of a turn's abort and its end no call is made, no command begins, no question is asked or
    answered, and no input is accepted or recorded. Requests to the model have a rule of their own (TF416).

    ## Why it matters
    An abort cancels what it finds. What begins after that is found by nobody: it is cancelled by nothing, and may run
    on when clients have long been told of the end.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"turn_steered","version":1,"body":{"turn_id":"A","input_id":"i1","text":"wait"}}}
    ```

    ## What can excuse it
    Nothing in logs of our own, where the tables name what may happen in each phase of an abort: ends of what had
    begun, and nothing else. Codex does not record where an abort begins, so its files are not judged.
    """

    rests_on_absence = True
    claim = "a {kind} came although turn {turn_id} was being aborted"
    because = "the abort began on line {began} and had not ended"
    however = "an end of earlier work may have been recorded as a beginning"

    refused = LATE_BEGINNINGS
