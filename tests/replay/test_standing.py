"""How a session stands at a point: what is open there, each with the line that opened it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.own_log import CALL, INPUT, INTERRUPTED, META, START, own_log
from turnfold.replay.histories import PAGINATED, write
from turnfold.replay.ledger import NoSuchTurn
from turnfold.replay.standing import NoSuchPoint, Point, Standing, before_end_of, standing_at
from turnfold.rollouts.samples import sample_path

HISTORY = """
    meta; start a; context; user "why?"; call c1 shell "pytest -q"; call c2 shell "ls"; tokens 900
    output c2 "x"; output c1 "1 failed"; agent "so"; complete a
    start b; context; user "stop"; call c3 shell "sleep 60"; abort b
"""


def written(folder: Path, data: bytes) -> Path:
    """A file with that content."""
    path = folder / "log.jsonl"
    path.write_bytes(data)
    return path


def open_keys(found: Standing) -> list[tuple[str, str, int]]:
    """What is open: kind, id, line."""
    return [(thing.kind, thing.key, thing.line) for thing in found.open]


def test_calls_are_open_from_their_line_to_their_output(tmp_path: Path) -> None:
    """Line by line, a call is there from its request until its output."""
    path = written(tmp_path, write(HISTORY))
    lines = path.read_bytes().splitlines()
    asked = {call: next(n for n, text in enumerate(lines, 1) if call in text) for call in (b'"c1"', b'"c2"')}
    answered = {
        call: next(n for n, text in enumerate(lines, 1) if call in text and b"_output" in text)
        for call in asked
    }
    for line in range(1, max(answered.values()) + 1):
        expected = {call.decode().strip('"') for call in asked if asked[call] <= line < answered[call]}
        assert expected == {thing.key for thing in standing_at(path, Point(line=line)).open}


def test_the_open_turn_has_its_place_and_its_inputs(tmp_path: Path) -> None:
    """Before the end of a turn it is open and says what it has of the user."""
    path = written(tmp_path, write(HISTORY))
    found = standing_at(path, before_end_of(path, "1"))
    assert found.turn is not None
    assert (1, 1) == (found.turn.position, len(found.turn.inputs))
    assert "running" in found.turn.phases
    assert [("call", "c3")] == [(thing.kind, thing.key) for thing in found.open if not thing.is_stale]
    assert found.last_end is not None
    assert (0, True) == (found.last_end.position, found.last_end.completed)


def test_what_an_ended_turn_left_is_stale(tmp_path: Path) -> None:
    """A call without output of an aborted turn stays without one."""
    found = standing_at(written(tmp_path, write(HISTORY)))
    assert found.turn is None
    assert [("c3", True)] == [(thing.key, thing.is_stale) for thing in found.open]
    assert found.last_end is not None
    assert (False, "interrupted") == (found.last_end.completed, found.last_end.reason)


def test_settings_tokens_and_history_have_their_lines(tmp_path: Path) -> None:
    """The last of each, and the number of items that a model would be given."""
    found = standing_at(written(tmp_path, write(HISTORY)))
    assert found.tokens is not None
    assert (900, "gpt-5-codex") == ((found.tokens.last or 0) - 90, found.settings.model)
    assert found.settings.line is not None
    assert 0 < found.tokens.line < found.settings.line
    assert found.history_items is not None


def test_a_compaction_is_the_base_of_the_history() -> None:
    """The items are counted from the last compaction that stands."""
    found = standing_at(sample_path("compacted-and-rolled-back"))
    assert (6, 40) == (found.history_items, found.history_base)


def test_a_number_is_an_ordinal_or_a_seq(tmp_path: Path) -> None:
    """The record with that number is the last that counts."""
    paginated = written(tmp_path, write(HISTORY, PAGINATED))
    assert (9, 10) == ((found := standing_at(paginated, Point(number=9))).number, found.line)
    own = written(tmp_path, own_log(META, START, INPUT, CALL))
    assert (3, 4) == ((found := standing_at(own, Point(number=3))).number, found.line)


def test_a_file_without_numbers_says_so(tmp_path: Path) -> None:
    """Asking for one is answered with what to ask for instead."""
    with pytest.raises(NoSuchPoint, match="--line"):
        standing_at(written(tmp_path, write(HISTORY)), Point(number=3))


def test_an_empty_file_has_no_point(tmp_path: Path) -> None:
    """Nothing stands there."""
    with pytest.raises(NoSuchPoint, match="no record"):
        standing_at(written(tmp_path, b""))


def test_our_own_log_shows_all_that_is_open(tmp_path: Path) -> None:
    """Approvals, hook runs, hosts and accepted input, until each ends."""
    lines = [
        *(META, START, INPUT, CALL),
        ("hook_started", {"run_id": "r", "event_name": "stop", "status": "running", "turn_id": "t"}),
        (
            "approval_requested",
            {"approval_id": "a", "call_id": "c", "approval_kind": "exec", "command": "rm"},
        ),
        ("turn_steered", {"turn_id": "t", "input_id": "i", "text": "wait"}),
    ]
    found = standing_at(written(tmp_path, own_log(*lines)))
    expected = [("call", "c", 4), ("hook_run", "r", 5), ("approval", "a", 6), ("input", "i", 7)]
    assert expected == open_keys(found)
    assert () == found.invisible
    lines += [
        ("input_dropped", {"input_id": "i", "reason": "aborted"}),
        ("approval_dropped", {"approval_id": "a"}),
        ("hook_closed", {"run_id": "r", "reason": "interrupted"}),
        ("tool_call_closed", {"call_id": "c", "how": "interrupted"}),
        INTERRUPTED,
    ]
    assert [] == open_keys(standing_at(written(tmp_path, own_log(*lines))))


def test_an_input_that_the_model_was_given_is_not_pending(tmp_path: Path) -> None:
    """The request that carries it takes it away."""
    steer = ("turn_steered", {"turn_id": "t", "input_id": "i", "text": "wait"})
    asked = ("model_request_started", {"turn_id": "t", "request_id": "q", "input_ids": ["i"]})
    assert [] == open_keys(standing_at(written(tmp_path, own_log(META, START, INPUT, steer, asked))))


def test_many_calls_are_not_all_remembered(tmp_path: Path) -> None:
    """Notes on what is over are dropped, and the open call is still found."""
    calls = "; ".join(f'call k{number}; output k{number} "x"' for number in range(600))
    found = standing_at(written(tmp_path, write(f'meta; start a; user "go"; call first; {calls}')))
    assert ["first"] == [thing.key for thing in found.open]


@pytest.mark.parametrize(
    ("scenario", "kinds"),
    [("interrupt_pending_approval", ["item", "approval"]), ("interrupt_running_hook", ["hook_run"])],
)
def test_captures_show_what_an_interrupt_met(shared: Path, scenario: str, kinds: list[str]) -> None:
    """Before the end of the interrupted turn its open approval or hook run is there."""
    path = shared / "rollouts" / "codex-0.169" / scenario / "app-server.jsonl"
    found = standing_at(path, before_end_of(path, "0"))
    assert kinds == [thing.kind for thing in found.open]
    assert found.history_items is None


def test_every_real_file_can_be_shown(shared: Path) -> None:
    """At its middle and at its end, whatever it holds."""
    for path in sorted((shared / "rollouts" / "shapes").glob("*.jsonl")):
        whole = standing_at(path)
        half = standing_at(path, Point(line=max(whole.line // 2, 2)))
        assert half.line <= whole.line, path.name


def test_an_unknown_turn_has_no_point(tmp_path: Path) -> None:
    """The error lists the turns."""
    with pytest.raises(NoSuchTurn, match="the turns are 0 "):
        before_end_of(written(tmp_path, write(HISTORY)), "nothing-like-it")
