"""The generator of large rollouts writes what it promises: measurements on illegal files would mean little."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.bench.generate import LINES_MIN, rollout_lines, write_many, write_rollout
from turnfold.replay.findings import Verdict
from turnfold.replay.verification import verify

LINES = 3_000


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """A rollout that was decoded from text again."""
    return [json.loads(line) for line in rollout_lines(LINES)]


def payloads(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The payloads whose `type` is *kind*."""
    return [row["payload"] for row in rows if row["payload"].get("type") == kind]


@pytest.mark.parametrize("count", [LINES_MIN, LINES_MIN + 1, 95, 96, 500])
def test_it_writes_that_many_lines(count: int) -> None:
    """The number of lines is exact, and the last one ends a turn."""
    lines = list(rollout_lines(count))
    assert count == len(lines)
    assert "task_complete" == json.loads(lines[-1])["payload"]["type"]


def test_fewer_lines_than_a_turn_has_are_refused() -> None:
    """A rollout that is cut off would not be legal in every respect."""
    with pytest.raises(ValueError, match="too few"):
        list(rollout_lines(LINES_MIN - 1))


def test_no_rule_finds_anything(tmp_path: Path) -> None:
    """The rollout is legal in every respect."""
    write_rollout(tmp_path / "rollout.jsonl", LINES)
    report = verify(tmp_path / "rollout.jsonl")
    assert (Verdict.VALID, ()) == (report.verdict, report.findings)


def test_lines_have_about_500_bytes(rows: list[dict[str, Any]]) -> None:
    """The mean length is the one that the targets of speed are stated for."""
    assert 480 <= sum(map(len, rollout_lines(LINES))) / LINES <= 530


def test_turns_end_as_they_began(rows: list[dict[str, Any]]) -> None:
    """Starts and ends alternate, with unique ids, and their times agree with the stamps."""
    stamps = {
        row["payload"]["type"] + row["payload"]["turn_id"]: row["timestamp"]
        for row in rows
        if "started_at" in row["payload"]
    }
    starts, ends = payloads(rows, "task_started"), payloads(rows, "task_complete")
    assert [turn["turn_id"] for turn in starts] == [turn["turn_id"] for turn in ends]
    assert len(starts) == len({turn["turn_id"] for turn in starts})
    for turn in ends:
        begun, ended = (
            datetime.fromisoformat(stamps[kind + turn["turn_id"]])
            for kind in ("task_started", "task_complete")
        )
        assert (int(begun.timestamp()), int(ended.timestamp())) == (turn["started_at"], turn["completed_at"])
        assert (
            round((ended - begun).total_seconds() * 1000)
            == turn["duration_ms"]
            >= turn["time_to_first_token_ms"]
        )


def test_calls_have_one_output_each_in_order(rows: list[dict[str, Any]]) -> None:
    """Ids are unique, and each output follows its call."""
    calls = [call["call_id"] for call in payloads(rows, "function_call")]
    assert calls == [output["call_id"] for output in payloads(rows, "function_call_output")]
    assert len(calls) == len(set(calls))


def test_tokens_add_up(rows: list[dict[str, Any]]) -> None:
    """Each total is the one before plus what was last; input and output make the whole."""
    before: dict[str, int] = {}
    for count in payloads(rows, "token_count"):
        last, total = count["info"]["last_token_usage"], count["info"]["total_token_usage"]
        assert {name: before.get(name, 0) + last[name] for name in last} == total
        assert last["input_tokens"] + last["output_tokens"] == last["total_tokens"]
        before = total


def test_no_line_is_repeated(rows: list[dict[str, Any]]) -> None:
    """Stamps grow from line to line, so no two lines are the same."""
    stamps = [row["timestamp"] for row in rows]
    assert sorted(set(stamps)) == stamps


def test_many_files_have_names_and_ids_of_their_own(tmp_path: Path) -> None:
    """Each file is named after its thread."""
    write_many(tmp_path, files=3, lines=100)
    heads = {path.stem[-36:]: json.loads(path.read_text().split("\n")[0]) for path in tmp_path.iterdir()}
    assert 3 == len(heads)
    assert list(heads) == [head["payload"]["id"] for head in heads.values()]
