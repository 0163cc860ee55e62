from __future__ import annotations

from typing import Any, Final

from turnfold.events import (
    NETWORK_OUTCOMES,
    NetworkCallFinished,
    NetworkCallRegistered,
    NetworkOutcomeRecorded,
)
from turnfold.replay.invariants.registry import Invariant, on

FINAL: Final = frozenset({NETWORK_OUTCOMES[0], NETWORK_OUTCOMES[2]})
"""Outcomes that stay: denied by the user, and interrupted."""


class FinalOutcomeOverwritten(
    Invariant, code="TF616", since="0.1.0", needs=(NetworkOutcomeRecorded, NetworkCallRegistered)
):
    """The outcome of a call's network access was final, and another one is recorded.

    ## What it checks
    After `denied_by_user` or `interrupted` no further outcome is recorded for the call, until it is registered anew.
    `denied_by_policy` may be followed by another outcome.

    ## Why it matters
    The last outcome is what the model is told. If a later one takes the place of the user's denial, the model learns
    that a policy was in the way, and goes on to work around it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"network_outcome_recorded","version":1,"body":{"host":"example.org","protocol":"https","port":443,"call_id":"c1","outcome":"denied_by_user","turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"network_outcome_recorded","version":1,"body":{"host":"example.org","protocol":"https","port":443,"call_id":"c1","outcome":"denied_by_policy","turn_id":"A"}}}
    ```

    ## What can excuse it
    Nothing: a final outcome is looked at before another one is recorded. Only our own log shows them.
    """

    rests_on_absence = True
    claim = "call {call_id} has a second outcome of its network access, `{outcome}`"
    because = "the first one, `{first}` on line {recorded}, was final"
    however = "the record of a new registration may have been lost"

    def begin(self) -> None:
        self.final: dict[str, tuple[str, int]] = {}

    @on(NetworkCallRegistered, NetworkCallFinished)
    def renewed(self, event: Any, at: int) -> None:
        self.final.pop(event.call_id, None)

    @on(NetworkOutcomeRecorded)
    def outcome(self, event: Any, at: int) -> None:
        call_id = event.call_id
        if call_id in self.final:
            first, recorded = self.final[call_id]
            witnesses = (recorded, "final outcome"), (at, "outcome after it")
            facts: dict[str, Any] = {"call_id": call_id, "first": first, "recorded": recorded}
            self.found(at, *witnesses, subject=call_id, outcome=event.outcome, **facts)
        elif event.outcome in FINAL:
            self.final[call_id] = event.outcome, at
