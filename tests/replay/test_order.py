"""Every order of turn events is judged right: against an oracle that knows nothing of tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.replay.findings import Severity, Verdict
from turnfold.replay.histories import line_of, lines_of, swapped, without, write
from turnfold.replay.verification import FileReport, verify

TURN_CODES = {
    "TF301",
    "TF302",
    "TF303",
    "TF304",
    "TF305",
    "TF306",
    "TF307",
    "TF308",
    "TF309",
    "TF310",
    "TF404",
}

META = {
    "id": "01990000-0000-7000-8000-000000000000",
    "cli_version": "0.146.0",
    "cwd": "/w",
    "originator": "cli",
}


def verified(tmp_path: Path, data: bytes) -> FileReport:
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(data)
    return verify(path)


def log(steps: list[tuple[str, str]]) -> bytes:
    """A rollout of nothing but turn events: (`task_started` | `task_complete` | `turn_aborted`, turn id)."""
    records: list[dict[str, Any]] = [{"type": "session_meta", "payload": META}]
    for tag, turn_id in steps:
        more = {"reason": "replaced"} if tag == "turn_aborted" else {}
        records.append({"type": "event_msg", "payload": {"type": tag, "turn_id": turn_id, **more}})
    stamped = [{"timestamp": f"2026-06-01T09:00:{n:02d}.000Z", **r} for n, r in enumerate(records)]
    return b"".join(msgspec.json.encode(record) + b"\n" for record in stamped)


def is_legal(steps: list[tuple[str, str]]) -> bool:
    """Starts and ends alternate, an end names the turn that started last, and no id starts twice."""
    seen: set[str] = set()
    open_id: str | None = None
    for tag, turn_id in steps:
        if tag == "task_started":
            if open_id is not None or turn_id in seen:
                return False
            seen.add(turn_id)
            open_id = turn_id
        elif turn_id != open_id:
            return False
        else:
            open_id = None
    return open_id is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["task_started", "task_complete", "turn_aborted"]), st.sampled_from(["A", "B", "C"])
    ),
    max_size=7,
)


@given(STEPS)
def test_an_order_of_turn_events_is_named_exactly_when_it_is_illegal(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    """Any sequence of starts and ends of three turns: a turn rule speaks if and only if the order is illegal."""
    report = verified(tmp_path_factory.getbasetemp(), log(steps))
    assert is_legal(steps) == (not TURN_CODES & report.counts.keys())
    if is_legal(steps):
        assert Severity.VIOLATION not in {
            f.severity for f in report.findings if f.code.startswith(("TF3", "TF404"))
        }


LEGAL = write(
    """
    meta
    start a; context; user "one"; call c1; output c1; agent "done"; complete a
    start b; context; user "two"; call c2; abort b
    start c; context; user "three"; agent "yes"; complete c
    """
)
TURN_LINES = [
    line_of(LEGAL, kind, nth)
    for kind, many in (("task_started", 3), ("task_complete", 2), ("turn_aborted", 1))
    for nth in range(1, many + 1)
]


def test_the_legal_session_is_valid(tmp_path: Path) -> None:
    """The session that the mutations start from has no finding at all."""
    report = verified(tmp_path, LEGAL)
    assert [] == list(report.findings)
    assert Verdict.VALID is report.verdict


@pytest.mark.parametrize("line", TURN_LINES)
def test_a_lost_turn_event_is_named(tmp_path: Path, line: int) -> None:
    """Whichever start or end is missing, the file is not valid without a word."""
    assert verified(tmp_path, without(LEGAL, line)).findings


@given(st.sampled_from(TURN_LINES), st.integers(2, len(lines_of(LEGAL))))
def test_a_moved_turn_event_is_named(tmp_path_factory: pytest.TempPathFactory, line: int, to: int) -> None:
    """A start or end that changes places with another record that is not its neighbour in time is named."""
    kinds = [msgspec.json.decode(text)["payload"].get("type") for text in lines_of(LEGAL)]
    moved = swapped(LEGAL, line, to)
    report = verified(tmp_path_factory.getbasetemp(), moved)
    assert report.findings or moved == LEGAL, (line, to, kinds[line - 1], kinds[to - 1])
