from __future__ import annotations

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import TurnCompleted, TurnStarted
from turnfold.replay.invariants.strays import STRAYS, Stray


class ActivityAfterTerminal(
    Stray,
    code="TF308",
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted),
    implied_by=("TF301", "TF302", "TF304"),
):
    """The agent works on after its turn has completed.

    ## What it checks
    Between the `task_complete` of a turn and the next `task_started` there is no model output, no tool call or
    output and no other work that belongs to a turn. Of a stretch of such records the first is named.

    ## Why it matters
    A turn that is reported as completed and goes on has been reported too early: whoever acted on the report
    raced with it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    ```

    ## What can excuse it
    What outlives a turn by design is not counted: context messages of the user and developer roles, token counts,
    the end of a background process, late completions of items. If the next record of a turn is a terminal without
    a start, the start is what is missing, and this finding follows from that one.
    """

    rests_on_absence = True
    claim = "{count} record(s) of work after turn {turn_id} had completed, the first a {kind}"
    because = "the turn completed on line {ended} and no other turn had started"
    however = "if a turn start was lost, these records are its"

    after = TurnCompleted
    refused = tuple((Machine.TURN, TurnPhase.ENDED, kind) for kind in STRAYS)
