"""TF0xx as rules: what excuses a record of unknown type."""

from __future__ import annotations

import pytest

from tests.replay.invariants.support import Row, check, event, found, item, log, meta, record
from turnfold.replay.findings import Severity
from turnfold.replay.verification import verdict_of
from turnfold.rollouts import DAMAGE_KINDS

VANISHED = event("task_vanished")


def test_an_unknown_type_is_damage() -> None:
    """A type that a known version does not have is damage, so the verdict is unknown; the reader's words fit it."""
    findings = [f for f in check(log(meta(), VANISHED)) if f.code == "TF014"]
    assert [(2, Severity.DAMAGE)] == [(f.line, f.severity) for f in findings]
    assert "event_msg/task_vanished" in str(findings[0].facts["message"])
    assert DAMAGE_KINDS["TF014"].remedy == findings[0].facts["remedy"]
    assert "unknown" == verdict_of(findings, open_at_end=False)


@pytest.mark.parametrize(
    "row", [item("vanished"), record("vanished"), record("vanished", type="warning")], ids=str
)
def test_other_records_are_known_by_type_and_tag(row: Row) -> None:
    """Items and whole record types are judged like events."""
    assert [(2, "damage")] == found("TF014", log(meta(), row))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((meta(version=None), VANISHED), id="unknown version"),
        pytest.param((meta(version="9.0.0"), VANISHED), id="newer version"),
        pytest.param((meta() | {"seq": 0}, VANISHED | {"seq": 1}), id="own log"),
        pytest.param((meta(), record("turnfold", kind="turn_sung", version=1, body={})), id="own record"),
        pytest.param((meta(), event("plan_update")), id="never persisted"),
        pytest.param((meta(), event("exec_command_output_delta")), id="delta"),
        pytest.param((meta(), item("compaction_trigger")), id="item never persisted"),
        pytest.param((meta(), event("undo_completed")), id="not read"),
        pytest.param((meta(), record("session_meta")), id="malformed"),
        pytest.param((meta(), event("task_started", turn_id=7)), id="malformed event"),
    ],
)
def test_excused(rows: tuple[Row, ...]) -> None:
    """Nothing is said where the type may be legal, or is known."""
    assert [] == found("TF014", log(*rows))
