from __future__ import annotations

from typing import Any

from turnfold.events import NetworkAccessRequested, NetworkDecisionMade, TurnAborted, TurnCompleted
from turnfold.replay.invariants.approvals.targets import Target, shown, target_of
from turnfold.replay.invariants.registry import Invariant, on


class HostAskedTwice(
    Invariant, code="TF611", since="0.1.0", needs=(NetworkAccessRequested, NetworkDecisionMade)
):
    """A second question is asked about a network host while the first one is open.

    ## What it checks
    While a question about a host, protocol and port is open, further connections to it share that question and do
    not ask again.

    ## Why it matters
    A page that loads fifty files would ask the user fifty times. Worse, two answers may differ, and which of them a
    connection got is chance.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"turnfold","payload":{"kind":"network_access_requested","version":1,"body":{"host":"example.org","protocol":"http","port":80}}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"network_access_requested","version":1,"body":{"host":"example.org","protocol":"http","port":80}}}
    ```

    ## What can excuse it
    Nothing: the second connection finds the first one's entry. The end of the turn closes its questions. Only our own
    log shows them; Codex records no network decision.
    """

    rests_on_absence = True
    claim = "a second question about {target} was asked while the first was open"
    because = "the first was asked on line {first} and was not decided before line {second}"
    however = "if the decision was lost, only one question was open"

    def begin(self) -> None:
        self.asked_at: dict[Target, int] = {}

    @on(NetworkAccessRequested)
    def requested(self, event: Any, at: int) -> None:
        target = target_of(event)
        first = self.asked_at.setdefault(target, at)
        if first != at and not event.shared:
            facts: dict[str, Any] = {"target": shown(target), "first": first, "second": at}
            self.found(at, (first, "first question"), (at, "second question"), subject=shown(target), **facts)

    @on(NetworkDecisionMade)
    def decided(self, event: Any, at: int) -> None:
        self.asked_at.pop(target_of(event), None)

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self.asked_at.clear()
