from __future__ import annotations

from typing import Any

from turnfold.events import ExecBegan, ExecEnded, HookCompleted, ItemCompleted, TurnAborted, TurnCompleted
from turnfold.replay.invariants.hooks.run_ids import DECIDING, suffix
from turnfold.replay.invariants.registry import Invariant, on


class BlockedToolRan(Invariant, code="TF512", since="0.1.0", needs=(HookCompleted, ItemCompleted)):
    """A tool ran although a hook had blocked its call.

    ## What it checks
    After a `preToolUse` or `permissionRequest` run about a call ended as `blocked`, the call's command neither begins
    nor ends, and its item does not complete as done.

    ## Why it matters
    A hook that blocks is a guard. If the tool runs, the guard was bypassed, and whatever it guards is touched.

    ## Example
    ```jsonl
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"pre-tool-use:0:/h:c1","eventName":"preToolUse","displayOrder":0,"sourcePath":"/h","status":"blocked"}}}
    {"method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"commandExecution","id":"c1","status":"completed"}}}
    ```

    ## What can excuse it
    Nothing: one hook that blocks is enough, whatever the others say. Hooks that run after the tool block its result
    and not the tool, so they are not counted; an item or command that ends as declined or failed did not run.
    """

    claim = "call {call_id} ran although a hook had blocked it"
    because = "the hook blocked it on line {blocked}, and {what} on line {at}"
    however = "two calls may have been given one id"

    def begin(self) -> None:
        self.blocked: dict[str, int] = {}

    @on(HookCompleted)
    def hook(self, event: Any, at: int) -> None:
        if event.status == "blocked" and event.event_name in DECIDING and suffix(event):
            self.blocked[suffix(event)] = at

    @on(ExecBegan)
    def began(self, event: Any, at: int) -> None:
        self.ran(event.call_id, "its command began", at)

    @on(ExecEnded)
    def ended(self, event: Any, at: int) -> None:
        if self.blocked and event.status in ("completed", None):
            self.ran(event.call_id, "its command ended", at)

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if self.blocked and event.status == "completed":
            self.ran(event.item_id, "its item was done", at)

    @on(TurnCompleted, TurnAborted)
    def turn_over(self, event: Any, at: int) -> None:
        self.blocked.clear()

    def ran(self, call_id: str | None, what: str, at: int) -> None:
        blocked = self.blocked.pop(call_id or "", 0)
        if blocked:
            facts: dict[str, Any] = {"call_id": call_id, "blocked": blocked, "what": what, "at": at}
            self.found(at, (blocked, "the hook blocked it"), (at, what), subject=call_id, **facts)
