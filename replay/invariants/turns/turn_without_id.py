from __future__ import annotations

from typing import Any

from turnfold.events import TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts.profile import TURN_EVENTS_SINCE
from turnfold.rollouts.record import kind_of


class TurnWithoutId(Invariant, code="TF320", since="0.1.0", needs=(TurnStarted,)):
    """A turn's start or end does not say which turn.

    ## What it checks
    From Codex 0.104 on, every `task_started`, `task_complete` and `turn_aborted` has a `turn_id`.

    ## Why it matters
    Without the id an end is taken for the end of whatever turn is open, and what is filed by id is filed nowhere.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started"}}
    ```

    ## What can excuse it
    Codex before 0.104, whose aborts had no id; a file that does not tell its version may be as old, and is not
    judged. Nor are the rows that a fork copied: its parent may be older than the fork.
    """

    claim = "a {kind} on line {at} names no turn"
    because = "the file is of Codex {version}, and from 0.104 on it names one"

    @on(TurnStarted, TurnCompleted, TurnAborted)
    def named(self, event: Any, at: int) -> None:
        version = self.session.profile.version
        if event.turn_id or self.session.in_copy or version is None or version < TURN_EVENTS_SINCE:
            return
        kind = kind_of(event).kind
        self.found(at, (at, "record without id"), kind=kind, at=at, version=".".join(map(str, version)))
