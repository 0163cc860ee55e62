from __future__ import annotations

from typing import Any

from turnfold.events import (
    HistoryCompacted,
    HistoryRolledBack,
    ItemCompleted,
    MailRecorded,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.replay.segments import Segments


class HistoryReadersDiffer(
    Invariant,
    code="TF711",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, HistoryCompacted, HistoryRolledBack),
):
    """Versions of Codex give the model different pasts of this session.

    ## What it checks
    No turn that was rolled back holds a compaction that an older reader would still begin the history with.

    ## Why it matters
    Older versions stop reading at the newest compaction, whether or not its turn was rolled back. When they
    resume the session, the model knows nothing of what came before, and nobody is told.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.146.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"user_message","message":"one"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:04.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"B"}}
    {"timestamp":"2026-04-13T09:00:05.000Z","type":"event_msg","payload":{"type":"user_message","message":"two"}}
    {"timestamp":"2026-04-13T09:00:06.000Z","type":"compacted","payload":{"message":"","replacement_history":[]}}
    {"timestamp":"2026-04-13T09:00:07.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"B"}}
    {"timestamp":"2026-04-13T09:00:08.000Z","type":"event_msg","payload":{"type":"thread_rolled_back","num_turns":1}}
    ```

    ## What can excuse it
    The producer did nothing wrong, so it is a suspicion: the file is legal, and a newer Codex reads it well. The
    rule is silent when a later compaction that stands replaces the history in both readings.
    """

    claim = "an older Codex forgets what came before line {compaction} when it resumes this session"
    because = "the compaction there is of turn {turn_id}, which was rolled back on line {rollback}"
    however = "newer versions keep the history from line {lost} on"

    def begin(self) -> None:
        self.segments = Segments()

    @on(
        *(TurnStarted, TurnCompleted, TurnAborted, TurnContextRecorded),
        *(UserInputRecorded, ItemCompleted, MailRecorded, HistoryCompacted, HistoryRolledBack),
    )
    def note(self, event: Any, at: int) -> None:
        self.segments.feed(event, at)

    def finish(self, at: int) -> None:
        differs = self.segments.divergence()
        if differs is not None:
            self.found(
                differs.compaction,
                (differs.lost, "history that an older reader loses"),
                (differs.compaction, "compaction at which it stops"),
                (differs.rollback, "rollback that took the compaction back"),
                subject=differs.turn_id,
                compaction=differs.compaction,
                rollback=differs.rollback,
                turn_id=differs.turn_id,
                lost=differs.lost,
            )
