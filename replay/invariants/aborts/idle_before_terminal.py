from __future__ import annotations

from typing import Any

from turnfold.events import ApprovalRequested, HookStarted, ItemStarted, StatusChanged, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class IdleBeforeTerminal(
    Invariant,
    code="TF414",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(StatusChanged, TurnStarted, ItemStarted),
):
    """The session is shown as idle, and its turn works on.

    ## What it checks
    After `thread/status/changed` says `idle` while a turn is open, nothing of that turn begins: no item, no hook run,
    no question, unless the status became active again.

    ## Why it matters
    Clients take `idle` for the end: they let the user type, or exit. What begins after that runs unseen.

    ## Example
    ```jsonl
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"_dir":"<","method":"thread/status/changed","params":{"threadId":"T","status":{"type":"idle"}}}
    {"_dir":"<","method":"item/started","params":{"threadId":"T","turnId":"A","item":{"type":"reasoning","id":"i1"}}}
    ```

    ## What can excuse it
    In every capture that was studied (0.169) `idle` comes just before the `turn/completed` of the same instant; that
    order alone is legal. Status and items are told by different tasks, so that they may change places by an instant:
    that is why it is a suspicion.
    """

    claim = "the session was shown as idle while turn {turn_id} worked on"
    because = "it was idle from line {idle} on, and a {kind} of that turn begins here"
    however = "two notices of the same instant may have changed places"

    def begin(self) -> None:
        self.idle_at = 0

    @on(StatusChanged)
    def status(self, event: Any, at: int) -> None:
        self.idle_at = at if event.status == "idle" and self.session.turn is not None else 0

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.idle_at = 0

    @on(ItemStarted)
    def item(self, event: Any, at: int) -> None:
        self.work("item", event.turn_id, at)

    @on(HookStarted)
    def hook(self, event: Any, at: int) -> None:
        self.work("hook run", event.turn_id, at)

    @on(ApprovalRequested)
    def question(self, event: Any, at: int) -> None:
        self.work("question", event.turn_id, at)

    def work(self, kind: str, turn_id: str | None, at: int) -> None:
        turn = self.session.turn
        if self.idle_at and turn is not None and turn.turn_id == turn_id:
            witnesses = (self.idle_at, "shown as idle"), (at, f"a {kind} begins")
            facts: dict[str, Any] = {"turn_id": turn_id, "idle": self.idle_at, "kind": kind}
            self.idle_at = 0
            self.found(at, *witnesses, subject=turn_id, **facts)
