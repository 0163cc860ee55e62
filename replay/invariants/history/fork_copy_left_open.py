from __future__ import annotations

from typing import Any

from turnfold.events import ItemCompleted, TurnCompleted, TurnStarted, UserInputRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.history.subagent_without_parent import spawn_of
from turnfold.replay.invariants.registry import Invariant, on


class ForkCopyLeftOpen(
    Invariant,
    code="TF712",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted, UserInputRecorded),
):
    """The rows that a fork copied end in the middle of a turn.

    ## What it checks
    When the first turn of a fork starts, the last copied turn has an end, if it had any input of the user.

    ## Why it matters
    A fork of a running session closes the copied turn: a marker tells the model, and `turn_aborted` all readers.
    Without them the model takes half-done work for done.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T10:00:00.000Z","type":"session_meta","payload":{"id":"t","timestamp":"2026-06-01T10:00:00.000Z","cli_version":"0.146.0","forked_from_id":"u"}}
    {"timestamp":"2026-06-01T10:00:00.000Z","type":"session_meta","payload":{"id":"u"}}
    {"timestamp":"2026-06-01T10:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a","started_at":1780304400}}
    {"timestamp":"2026-06-01T10:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"go"}}
    {"timestamp":"2026-06-01T10:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"b","started_at":1780308001}}
    ```

    ## What can excuse it
    A sub-agent is spawned by a turn that runs, and takes its rows as they are: of it nothing is said. A fork that
    is cut before a message of the user keeps the start of that message's turn: a copied turn without input is
    legal. Versions before 0.121 may not have closed the copy.
    """

    claim = "the copied turn {turn_id} has no end"
    because = "its rows end on line {ended_at}, and on line {at} the fork starts a turn of its own"
    however = "an older version may have left the copy as it was"

    def begin(self) -> None:
        self._turn_id: str | None = None

    @on(UserInputRecorded)
    def input(self, event: Any, at: int) -> None:
        if self.session.turn is not None:
            self._turn_id = self.session.turn.turn_id

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if event.item_type == "UserMessage":
            self.input(event, at)

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        session = self.session
        if (
            not session.copy_ended_at
            or session.copy_ended_at != at - 1
            or spawn_of(session.identity.source) is not None
        ):
            return
        turn = session.last
        if turn is not None and turn.cut_at == at and turn.turn_id == self._turn_id:
            self.found(
                at,
                (turn.at, "the copied turn starts"),
                (at, "the fork's own turn starts"),
                subject=turn.turn_id,
                turn_id=turn.turn_id,
                ended_at=session.copy_ended_at,
                at=at,
            )
