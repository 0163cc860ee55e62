from __future__ import annotations

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import TurnCompleted, TurnStarted
from turnfold.replay.invariants.strays import STRAYS, Stray


class ActivityBeforeStart(
    Stray, code="TF309", since="0.1.0", needs=(TurnStarted, TurnCompleted), implied_by=("TF301", "TF302")
):
    """The agent works before any turn has started.

    ## What it checks
    Before the first `task_started` of a session there is no model output, no tool call or output and no other
    work that belongs to a turn. Of a stretch of such records the first is named.

    ## Why it matters
    Work without a turn has no beginning that a client could see, and nothing that it could interrupt.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    ```

    ## What can excuse it
    Codex before 0.104 wrote no turn events; the rule is not applied to its files. A file without `session_meta`
    does not tell its version: there the rule waits for a turn start before it judges. The rows that a fork copied
    are its parent's, and a fork of a fork may begin in mid turn.
    """

    rests_on_absence = True
    claim = "{count} record(s) of work before any turn started, the first a {kind}"
    because = "the file is of a version that records turn starts, and none came before line {first}"
    however = "if a turn start was lost, these records are its"

    after = None
    refused = tuple(
        (Machine.TURN, phase, kind) for kind in STRAYS for phase in (TurnPhase.NONE, TurnPhase.RESERVED)
    )
