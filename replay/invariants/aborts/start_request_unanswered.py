from __future__ import annotations

from typing import Any

from turnfold.events import RequestAnswered, TurnAborted, TurnCompleted, TurnRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import Dialect


class StartRequestUnanswered(
    Invariant,
    code="TF415",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnRequested, RequestAnswered),
):
    """A client asked for a turn and was never answered.

    ## What it checks
    Each `turn/start` has a response before the end of a turn that started after the request.

    ## Why it matters
    The client does not know whether its words were taken: it can neither show them nor send them again.

    ## Example
    ```jsonl
    {"_dir":">","id":3,"method":"turn/start","params":{"threadId":"T","input":[{"type":"text","text":"hello"}]}}
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"_dir":"<","method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    A turn may start before the response to its request, and even end before it if it is very short; so it is a
    suspicion. A request that is open when the capture ends is not named. In our own log nobody answers requests.
    """

    claim = "the request {request_id} for a turn was never answered"
    because = "it was sent on line {asked}, and a turn that started after it ended on line {at}"
    however = "the response to a very short turn may come after its end"

    def begin(self) -> None:
        self.asked: dict[str | None, int] = {}
        self.overdue: dict[str | None, int] = {}

    @on(TurnRequested)
    def requested(self, event: Any, at: int) -> None:
        if self.session.profile.dialect is Dialect.APP_SERVER:
            self.asked[event.request_id] = at

    @on(RequestAnswered)
    def answered(self, event: Any, at: int) -> None:
        self.asked.pop(event.request_id, None)
        self.overdue.pop(event.request_id, None)

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        started = self.session.started.get(event.turn_id, 0)
        for request_id, asked in self.asked.items():
            if asked < started:
                self.overdue.setdefault(request_id, at)

    def finish(self, at: int) -> None:
        for request_id, ended in self.overdue.items():
            asked = self.asked[request_id]
            witnesses = (asked, "the request"), (ended, "end of a turn that started after it")
            self.found(asked, *witnesses, request_id=request_id, asked=asked, at=ended)
