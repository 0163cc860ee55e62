from __future__ import annotations

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import TurnAborted, TurnStarted
from turnfold.replay.invariants.strays import STRAYS, Stray


class ActivityAfterAbort(
    Stray,
    code="TF404",
    since="0.1.0",
    needs=(TurnStarted, TurnAborted),
    implied_by=("TF301", "TF302", "TF304"),
):
    """The agent works on after its turn was aborted.

    ## What it checks
    Between the `turn_aborted` of a turn and the next `task_started` there is no model output, no tool call or
    output and no other work that belongs to a turn. Of a stretch of such records the first is named.

    ## Why it matters
    Who presses Esc wants the work to stop. A record of work after the abort means that a task outlived its own
    cancellation: a command may have run that the user believes stopped.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"replaced"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    ```

    ## What can excuse it
    What outlives a turn by design is not counted: context messages of the user and developer roles, token counts,
    the end of a background process, late completions of items. If the next record of a turn is a terminal without
    a start, the start is what is missing, and this finding follows from that one.
    """

    rests_on_absence = True
    claim = "{count} record(s) of work after turn {turn_id} was aborted, the first a {kind}"
    because = "the turn was aborted on line {ended} and no other turn had started"
    however = "if a turn start was lost, these records are its"

    after = TurnAborted
    refused = tuple((Machine.TURN, TurnPhase.ENDED, kind) for kind in STRAYS)
