from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import CallPhase, Machine
from turnfold.events import ExecBegan, ToolDecisionRecorded
from turnfold.replay.invariants.registry import OrderRule


class UndecidedCallRan(OrderRule, code="TF218", since="0.1.0", needs=(ExecBegan, ToolDecisionRecorded)):
    """A command begins although nobody has decided about its call.

    ## What it checks
    Before the command of a call begins, a decision about that attempt is recorded: of a hook, the reviewer, the user,
    or the policy alone. The same holds for the retry without the sandbox.

    ## Why it matters
    A command without a decision ran past all guards at once. For the retry it ran outside of the sandbox, too.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"event_msg","payload":{"type":"exec_command_begin","call_id":"c1","turn_id":"A","command":["ls"],"cwd":"/home/ada"}}
    ```

    ## What can excuse it
    Nothing: a call that needs nobody's leave is recorded as approved by the configuration. Only our own log shows
    these decisions. While a question about the call is open, another rule (TF607) names the fault.
    """

    rests_on_absence = True
    claim = "the command of call {call_id} began, and nobody had decided about it"
    because = "since line {since} the call had waited for a decision"
    however = "the record of the decision may have been lost"

    refused = tuple(
        (Machine.CALL, phase, ExecBegan)
        for phase in (
            CallPhase.REQUESTED,
            CallPhase.HOOKS,
            CallPhase.REVIEW,
            CallPhase.SANDBOX_DENIED,
            CallPhase.RETRY_HOOKS,
            CallPhase.RETRY_REVIEW,
        )
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        witnesses = (since, "last step of the call"), (at, "its command begins")
        self.found(at, *witnesses, subject=key, call_id=key, since=since)
