from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import CallPhase, Machine
from turnfold.events import (
    ApprovalRequested,
    ExecBegan,
    HookStarted,
    ReviewStarted,
    SandboxDenied,
    TurnStarted,
)
from turnfold.replay.invariants.hooks.run_ids import RETRY, suffix
from turnfold.replay.invariants.registry import OrderRule, on


class RetryWithoutDenial(OrderRule, code="TF219", since="0.1.0", needs=(SandboxDenied, HookStarted)):
    """A call is tried again although the sandbox did not stop its first attempt.

    ## What it checks
    After the command of a call has ended, it begins again, and somebody is asked about it again, only if a
    `sandbox_denied` came between. The same holds for a run of permission hooks whose id ends in `:retry`. The sandbox
    denies a call once: the retry runs without it.

    ## Why it matters
    A retry runs outside of the sandbox. It is meant for what the sandbox stopped, and for nothing else: a command that
    merely failed, or did its work, must not run again with more rights.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"tool_decision_recorded","version":1,"body":{"call_id":"c1","decision":"approved","source":"config","attempt":1,"turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"event_msg","payload":{"type":"exec_command_begin","call_id":"c1","turn_id":"A","command":["ls"],"cwd":"/home/ada"}}
    {"timestamp":"2026-04-13T09:00:05.000Z","seq":5,"type":"event_msg","payload":{"type":"exec_command_end","call_id":"c1","turn_id":"A","exit_code":0,"status":"completed"}}
    {"timestamp":"2026-04-13T09:00:06.000Z","seq":6,"type":"event_msg","payload":{"type":"exec_command_begin","call_id":"c1","turn_id":"A","command":["ls"],"cwd":"/home/ada"}}
    ```

    ## What can excuse it
    Nothing: only a denial by the sandbox unlocks the retry, and there is at most one. Only our own log shows it.
    """

    rests_on_absence = True
    claim = "call {call_id} was tried again without a denial by the sandbox"
    because = "its first attempt went no further than line {since}"
    however = "the record of the denial may have been lost"

    refused = (
        *((Machine.CALL, CallPhase.RAN, kind) for kind in (ExecBegan, ApprovalRequested, ReviewStarted)),
        *(
            (Machine.CALL, phase, SandboxDenied)
            for phase in (CallPhase.RETRY_DECIDED, CallPhase.RETRYING, CallPhase.RETRIED)
        ),
    )

    def begin(self) -> None:
        self.denied: set[str] = set()

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.denied.clear()

    @on(SandboxDenied)
    def sandbox_denied(self, event: Any, at: int) -> None:
        self.denied.add(event.call_id)

    @on(HookStarted)
    def hook(self, event: Any, at: int) -> None:
        call_id = suffix(event)
        is_retry = event.event_name == "permission_request" and event.run_id.endswith(RETRY)
        if is_retry and call_id and call_id not in self.denied:
            self.denied.add(call_id)  # one finding is enough
            self.tell(call_id, at, self.session.last_move_of_call(call_id))

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        self.tell(key, at, since)

    def tell(self, call_id: str | None, at: int, since: int) -> None:
        witnesses = (since, "last step of the call"), (at, "the retry")
        self.found(at, *witnesses, subject=call_id, call_id=call_id, since=since)
