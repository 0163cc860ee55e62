from __future__ import annotations

from typing import Any

from turnfold.events import NetworkAccessRequested, NetworkDecisionMade, SessionResumed
from turnfold.replay.invariants.approvals.targets import Target, shown, target_of
from turnfold.replay.invariants.registry import Invariant, on

FOR_SESSION = ("allow_session", "deny_session")


class HostAskedAfterDecision(
    Invariant, code="TF614", since="0.1.0", needs=(NetworkAccessRequested, NetworkDecisionMade)
):
    """A question is asked about a network host that was decided for the session.

    ## What it checks
    After a decision `allow_session` or `deny_session` about a host, protocol and port nobody is asked about it again.

    ## Why it matters
    "For this session" is what the user chose in order not to be asked. Being asked again says that the decision was
    lost, and the next connection may pass where it was denied.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"turnfold","payload":{"kind":"network_decision_made","version":1,"body":{"host":"example.org","protocol":"http","port":80,"decision":"deny_session","source":"user"}}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"network_access_requested","version":1,"body":{"host":"example.org","protocol":"http","port":80}}}
    ```

    ## What can excuse it
    A resume: what was decided for a session holds as long as its process. Only our own log shows these decisions.
    """

    rests_on_absence = True
    claim = "a question about {target} was asked, which was decided for the session"
    because = "the decision on line {decided} was `{decision}`"
    however = "if the session was resumed in between, the decision no longer held"

    def begin(self) -> None:
        self.decisions: dict[Target, tuple[str, int]] = {}

    @on(NetworkDecisionMade)
    def decided(self, event: Any, at: int) -> None:
        if event.decision in FOR_SESSION:
            self.decisions[target_of(event)] = event.decision, at

    @on(SessionResumed)
    def resumed(self, event: Any, at: int) -> None:
        self.decisions.clear()

    @on(NetworkAccessRequested)
    def requested(self, event: Any, at: int) -> None:
        target = target_of(event)
        if target in self.decisions:
            decision, decided = self.decisions[target]
            witnesses = (decided, "decision for the session"), (at, "the question")
            facts: dict[str, Any] = {"target": shown(target), "decision": decision, "decided": decided}
            self.found(at, *witnesses, subject=shown(target), **facts)
