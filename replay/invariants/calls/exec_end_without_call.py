from __future__ import annotations

from typing import Any

from turnfold.events import ExecEnded, ToolCallRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ExecEndWithoutCall(
    Invariant, code="TF208", severity=Severity.SUSPICION, since="0.1.0", needs=(ToolCallRequested, ExecEnded)
):
    """A command ended that no tool call asked for.

    ## What it checks
    Every `exec_command_end` names the id of a call that was recorded earlier in the same log.

    ## Why it matters
    A command ran on the user's machine, and the log does not say who wanted it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"exec_command_end","call_id":"c1","turn_id":"A","exit_code":0}}
    ```

    ## What can excuse it
    Commands that the user runs have no call; the record says `source: "user_shell"` (seen with 0.121), and the rule
    is silent. So it is in review mode, whose calls stand in the reviewer's own log. A script of the model may run
    commands that have no call record: this is why it is a suspicion.
    """

    claim = "a command ended for call {call_id}, which nobody made"
    because = "no call with this id comes before line {at}"
    however = "a script of the model may have run it"

    @on(ExecEnded)
    def ended(self, event: Any, at: int) -> None:
        call_id = event.call_id
        if (
            not self.session.last_move_of_call(call_id)
            and event.source != "user_shell"
            and not self.session.in_review
        ):
            self.found(at, (at, "end of the command"), subject=call_id, call_id=call_id, at=at)
