from __future__ import annotations

from math import inf
from typing import Any

from turnfold.events import TurnStarted
from turnfold.replay.copies import time_s
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on

SLACK_S = 2.0
"""`started_at` is cut to whole seconds, and the record is written a moment after the turn began."""


class StartTimeDisagreesWithClock(
    Invariant, code="TF321", severity=Severity.SUSPICION, since="0.1.0", needs=(TurnStarted,)
):
    """The start of a turn was recorded long after the turn had started.

    ## What it checks
    The time of a `task_started` record is not further behind the `started_at` in it than it was for an earlier turn
    of the session, within two seconds.

    ## Why it matters
    Both come from the same clock within an instant. If they part, the record was held back or copied from
    elsewhere: its place in the log is not when it happened.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A","started_at":1776070801}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:05:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"B","started_at":1776070803}}
    ```

    ## What can excuse it
    A file is made when the first message of the user comes, and what was held back until then is stamped late: the
    first turns may be behind (seen with 0.121). The rows of a fork's parent are stamped anew when they are copied,
    and are not judged. Files whose record times were all shifted, to publish them, keep one distance throughout.
    A disk that keeps the writer waiting is the rest.
    """

    claim = "the start of turn {turn_id} was recorded {late_s} s late"
    because = "its record is {distance_s} s behind its `started_at`; on line {first} that was {usual_s} s"
    however = "a fork copies rows with new times, and its copies are not always told apart"

    def begin(self) -> None:
        self.first = 0
        self.usual_s = inf

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        stamp = time_s(self.session.timestamp)
        if event.started_at_s is None or stamp is None or self.session.in_copy:
            return
        distance_s = round(stamp - event.started_at_s, 3)
        late_s = round(distance_s - self.usual_s, 3)
        if late_s > SLACK_S:
            facts: dict[str, Any] = {
                "turn_id": event.turn_id,
                "late_s": late_s,
                "distance_s": distance_s,
                "usual_s": self.usual_s,
            }
            witnesses = ((self.first, "a turn recorded in time"), (at, "late start"))
            self.found(at, *witnesses, subject=event.turn_id, first=self.first, **facts)
        elif late_s < 0:
            self.first, self.usual_s = at, distance_s
