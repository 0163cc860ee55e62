from __future__ import annotations

from typing import Any

from turnfold.events import ExecEnded, ToolCallRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ExecEndedTwice(Invariant, code="TF213", since="0.1.0", needs=(ToolCallRequested, ExecEnded)):
    """The command of one tool call ends twice.

    ## What it checks
    Each attempt of a call has at most one `exec_command_end`.

    ## Why it matters
    A process ends once. A second end is that of another process under the same name, or a report that was sent
    twice by a race between the end of the process and its timeout or cancellation.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"exec_command_end","call_id":"c1","turn_id":"A","exit_code":0}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"exec_command_end","call_id":"c1","turn_id":"A","exit_code":1}}
    ```

    ## What can excuse it
    A retry outside of the sandbox is a second attempt. Our own log numbers the attempts; where they are not
    numbered, as in Codex, a second end is a suspicion only. A call id that is given again starts anew.
    """

    claim = "the command of call {call_id} ended twice"
    because = "its end is on line {first} already"
    however = "without a number of the attempt, the second may be that of a retry"

    def begin(self) -> None:
        self.ends: dict[str, dict[int | None, int]] = {}

    @on(ExecEnded)
    def ended(self, event: Any, at: int) -> None:
        call_id, attempt = event.call_id, event.attempt
        ends = self.ends.setdefault(call_id, {})
        if ends and max(ends.values()) < self.session.reused.get(call_id, 0):
            ends.clear()  # the id was given again since
        first = ends.setdefault(attempt, at)
        if first != at:
            severity = Severity.SUSPICION if attempt is None else Severity.VIOLATION
            witnesses = ((first, "first end"), (at, "second end"))
            self.found(at, *witnesses, subject=call_id, severity=severity, call_id=call_id, first=first)
