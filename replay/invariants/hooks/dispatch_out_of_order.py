from __future__ import annotations

from typing import Any, TypeAlias

import attrs

from turnfold.events import HookClosed, HookCompleted, HookStarted, TurnAborted, TurnCompleted
from turnfold.replay.invariants.hooks.run_ids import suffix
from turnfold.replay.invariants.registry import Invariant, on

Key: TypeAlias = tuple[str | None, str | None, str]
"""Turn, hook event, and what the runs are about: a call, a network target, or nothing in particular."""


@attrs.define
class Dispatch:
    """The runs of one hook event about one thing, while some of them are open."""

    open: dict[str, tuple[int, int]] = attrs.field(factory=dict[str, tuple[int, int]])
    """Run id → place of its handler in the configured order, line of its start."""
    completed_at: int = 0
    """Line of the first completion; 0 before it."""


class DispatchOutOfOrder(Invariant, code="TF508", since="0.1.0", needs=(HookStarted, HookCompleted)):
    """The runs of one hook event come in another order than their handlers are configured in.

    ## What it checks
    All runs of one hook event about one thing start before any of them completes. They start in the order in which
    their handlers are configured (`displayOrder`), and complete in it.

    ## Why it matters
    What the runs say is folded in that order: of two denials the first one's text counts. A reader who takes the
    order of the log for that of the configuration comes to another result than Codex did. A start after a completion
    means that a decision may have been taken before all were heard.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:1:/h","eventName":"stop","displayOrder":1,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"stop:1:/h","eventName":"stop","displayOrder":1,"sourcePath":"/h","status":"completed"}}}
    ```

    ## What can excuse it
    Nothing: Codex tells all starts before it runs anything, waits for all runs, and then tells the ends in configured
    order. Handlers that run asynchronously are not told at all. Runs about different calls may mix freely.
    """

    rests_on_absence = True
    claim = "hook run {run_id} {what} out of order"
    because = "{why} (line {other})"
    however = "the handlers may have run in order and only been told out of it"

    def begin(self) -> None:
        self.dispatches: dict[Key, Dispatch] = {}

    @on(HookStarted)
    def run_started(self, event: Any, at: int) -> None:
        order = event.display_order
        if order is None:
            return
        dispatch = self.dispatches.setdefault(key_of(event), Dispatch())
        later = [line for place, line in dispatch.open.values() if place > order]
        if dispatch.completed_at:
            why = "another run of the same dispatch had completed"
            self.tell(event.run_id, "started", why, dispatch.completed_at, at)
        elif later:
            self.tell(event.run_id, "started", "a run that is configured later had started", later[0], at)
        dispatch.open[event.run_id] = order, at

    @on(HookCompleted)
    def run_completed(self, event: Any, at: int) -> None:
        key = key_of(event)
        dispatch = self.dispatches.get(key)
        if dispatch is None or event.run_id not in dispatch.open:
            return
        order, _ = dispatch.open.pop(event.run_id)
        earlier = [line for place, line in dispatch.open.values() if place < order]
        if earlier:
            self.tell(event.run_id, "completed", "a run that is configured earlier had not", earlier[0], at)
        dispatch.completed_at = dispatch.completed_at or at
        if not dispatch.open:
            del self.dispatches[key]

    @on(HookClosed)
    def run_closed(self, event: Any, at: int) -> None:
        for key, dispatch in tuple(self.dispatches.items()):
            if dispatch.open.pop(event.run_id, None) and not dispatch.open:
                del self.dispatches[key]

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self.dispatches.clear()

    def tell(self, run_id: str, what: str, why: str, other: int, at: int) -> None:
        facts: dict[str, Any] = {"run_id": run_id, "what": what, "why": why, "other": other}
        self.found(at, (other, why), (at, f"{what} out of order"), subject=run_id, **facts)


def key_of(run: Any) -> Key:
    """Which dispatch a run belongs to."""
    return run.turn_id, run.event_name, suffix(run)
