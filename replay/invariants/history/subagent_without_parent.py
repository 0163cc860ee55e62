from __future__ import annotations

from typing import Any, cast

from turnfold.events import SessionMetaRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class SubagentWithoutParent(
    Invariant, code="TF709", severity=Severity.VIOLATION, since="0.1.0", needs=(SessionMetaRecorded,)
):
    """A sub-agent's session does not say, or says wrongly, which session spawned it.

    ## What it checks
    Where the `source` of the identity record is a spawned sub-agent (`thread_spawn`), a parent is named there or
    beside it, the same in both places and not the session itself, and its `depth` is 1 or more.

    ## Why it matters
    A child's work is reported to its parent and paid for by it. Without the link, neither the tree of agents nor
    its tokens can be put together.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","source":{"subagent":{"thread_spawn":{"depth":1}}}}}
    ```

    ## What can excuse it
    Internal sub-agents (review, compaction, memory) are named by a word and have no parent record: they are not
    asked.
    """

    claim = "the sub-agent's session has a wrong parent: {wrong}"
    because = "a spawned agent's identity record names the session that spawned it and a depth of 1 or more"

    @on(SessionMetaRecorded)
    def identified(self, event: Any, at: int) -> None:
        spawn = spawn_of(event.source)
        if spawn is None or at != self.session.identity_at:
            return
        wrong = fault_of(spawn, event)
        if wrong:
            self.found(at, (at, "the identity record"), subject=event.session_id, wrong=wrong)


def spawn_of(source: Any) -> dict[str, Any] | None:
    """What a session's source says of its spawning; None where it is no spawned agent."""
    agent = _object(source).get("subagent")
    spawn = _object(agent).get("thread_spawn")
    return None if spawn is None else _object(spawn)


def _object(value: Any) -> dict[str, Any]:
    """A JSON object as it is, and anything else as an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def fault_of(spawn: dict[str, Any], event: Any) -> str:
    """What is wrong with a spawned agent's identity; empty if nothing is."""
    named = {
        str(name) for name in (spawn.get("parent_thread_id"), event.parent_thread_id) if name is not None
    }
    depth = spawn.get("depth", 1)
    if not named:
        return "none is named"
    if len(named) > 1:
        return f"two are named, {' and '.join(sorted(named))}"
    if event.session_id in named:
        return "it is the session itself"
    return "" if isinstance(depth, int) and depth >= 1 else f"the depth is {depth}"
