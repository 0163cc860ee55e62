from __future__ import annotations

from typing import Any

from turnfold.events import MessageRecorded, SessionConfigured, TurnAborted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.markers import MarkerBreak, Markers
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.registry import on
from turnfold.rollouts import Dialect

MARKERS_SINCE = (0, 98, 0)
"""The first version of which files were studied that mark every interrupted turn; those to 0.42 mark none."""


class InterruptedWithoutMarker(
    CheckedRule,
    code="TF401",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnAborted, MessageRecorded),
    implied_by=("TF302", "TF304", "TF307"),
):
    """A turn was interrupted, and the model's history does not say so.

    ## What it checks
    Before each `turn_aborted` with reason `interrupted` there is a message that begins with `<turn_aborted>`.

    ## Why it matters
    The message is all that the model learns of the interrupt. Without it the next request shows work that broke off
    for no reason, and models tend to take it up again: just what the user had stopped.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"interrupted"}}
    ```

    ## What can excuse it
    The marker can be switched off in the configuration; our own log says so, and there the rule is silent. A task
    that gives itself up, with nobody asking (from about 0.150 on), ends as interrupted without a marker. Files of
    versions before 0.98 are not judged, nor what a fork copied: it may be from such a version. All interrupted
    turns of the later files that were studied (0.98 to 0.169) have their marker.
    """

    claim = "turn {turn_id} was interrupted, and nothing tells the model"
    because = "no message that begins with `<turn_aborted>` comes before its end"
    however = "a setting switches the marker off, and a task that gives itself up writes none"

    checker = Markers
    explains = MarkerBreak.NO_MARKER

    def begin(self) -> None:
        self.is_switched_off = False

    @on(SessionConfigured)
    def configured(self, event: Any, at: int) -> None:
        self.is_switched_off = not event.interrupt_marker

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        profile = self.session.profile
        is_marking = profile.dialect is Dialect.OWN or (profile.version or (0, 0, 0)) >= MARKERS_SINCE
        if is_marking and not self.is_switched_off and not self.session.in_copy:
            self.found(at, *witnesses, subject=subject, **facts)
