from __future__ import annotations

from typing import Any

from turnfold.events import AbortBegan, TurnReserved
from turnfold.replay.invariants.registry import OrderRule
from turnfold.rollouts.record import kind_of


class EventOutOfPlace(OrderRule, code="TF119", since="0.1.0", needs=(AbortBegan, TurnReserved)):
    """An event stands where no legal history of ours has it.

    ## What it checks
    Each event of our own log is legal in the phase in which the log has left the session, its turn, its call, its
    question, its hook run and its network target. Where another rule names the fault, this one is silent.

    ## Why it matters
    The engine asks the same tables before it records an event, and a replay of the log asks them again. An event that
    they refuse was not recorded by a sound engine, and the state of the session cannot be found from its log any more.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"startup_cancelled","version":1,"body":{"work":["mcp"]}}}
    ```

    ## What can excuse it
    Lines that were lost or changed after they were written: damage before it is worth a look. What Codex adds to a log
    of ours is judged by what Codex can show.
    """

    rests_on_absence = True
    claim = "a {kind} came where it is not legal"
    because = "what it belongs to, {instance}, had come as far as line {since}"
    however = "a line between may have been lost"

    speaks_last = True

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        facts: dict[str, Any] = {
            "kind": kind_of(event).kind,
            "instance": key or "the session",
            "since": since,
        }
        before = ((since, "how far it had come"),) if since else ()
        self.found(at, *before, (at, "event out of place"), subject=key or None, **facts)
