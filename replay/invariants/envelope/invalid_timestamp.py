from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import EnvelopeBreak, Envelopes


class InvalidTimestamp(CheckedRule, code="TF103", severity=Severity.VIOLATION, since="0.1.0"):
    """A record has no time, or one that cannot be read.

    ## What it checks
    In files with an envelope each record has a `timestamp` that is an ISO 8601 time with its zone, as in
    `2026-06-01T09:00:00.000Z`. Of successive lines with the same fault the first is named.

    ## Why it matters
    The order of two files, the length of a turn without a start record, and which of two forks came first are
    told by these times alone. Codex passes over a record whose time it cannot read.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"yesterday","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    ```

    ## What can excuse it
    Nothing: since 0.34, the first version with an envelope, each line is stamped. The bare files before it have no
    times, and are not asked.
    """

    checker = Envelopes
    explains = EnvelopeBreak.NO_TIME

    claim = "the record has no readable time: {timestamp!r}"
    because = "every line of this dialect is stamped, as in 2026-06-01T09:00:00.000Z"
