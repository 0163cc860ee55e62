from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import EnvelopeBreak, Envelopes


class ClockWentBackwards(CheckedRule, code="TF104", severity=Severity.SUSPICION, since="0.1.0"):
    """A record is older than the one before it.

    ## What it checks
    Times never decrease from line to line. Each step back is named once; the lines after it are compared with the
    new time.

    ## Why it matters
    One writer stamps a line when it appends it. An older line further down was moved there, or belongs to a
    second writer on the same file, or the clock was set.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:05.000Z","type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    ```

    ## What can excuse it
    The clock of the machine was set back, or the session moved to a machine whose clock is behind. The rows that a
    fork copies are stamped anew, so they are no excuse. In 510 real files there is not one step back.
    """

    checker = Envelopes
    explains = EnvelopeBreak.BACKWARDS

    claim = "time goes back by {by_s} s"
    because = "the record is of {timestamp}, the one before it of {before}"
    however = "the clock may have been set, or the session continued on another machine"
