"""The bundled samples are current, complete, and what their names say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from turnfold.replay.findings import Verdict
from turnfold.replay.verification import verify
from turnfold.rollouts.samples import SAMPLES, sample_names, sample_path
from turnfold.tools import generated, samples


def payloads(name: str, *kinds: str) -> list[dict[str, Any]]:
    """The payloads of some record types or payload types, in order."""
    rows = [json.loads(line) for line in sample_path(name).read_bytes().splitlines()]
    return [row["payload"] for row in rows if {row["type"], row["payload"].get("type")} & set(kinds)]


def call_ids(name: str, kind: str) -> set[str]:
    """The ids of all calls, or of all outputs."""
    suffix = "_output" if kind == "output" else ""
    return {row["call_id"] for row in payloads(name, f"function_call{suffix}", f"custom_tool_call{suffix}")}


def test_the_files_are_current() -> None:
    """Each file is what its history gives, and no other lies beside them: `make docs` writes them anew."""
    assert [] == generated.stale(samples.samples(), owned=samples.OWNED)


def test_every_sample_has_a_file_and_a_description() -> None:
    """Names, files and descriptions are the same set, and a description says whether the order is legal."""
    assert sorted(SAMPLES) == sorted(path.stem for path in samples.samples())
    assert [] == [name for name in sample_names() if not sample_path(name).is_file()]
    assert {"legal", "broken", "damaged"} == {text.split(":")[0] for text in SAMPLES.values()}


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A mistyped name is answered with those that exist."""
    with pytest.raises(KeyError, match="clean-with-steer"):
        sample_path("cleen")


LEGAL = [name for name, text in SAMPLES.items() if text.startswith("legal")]


@pytest.mark.parametrize("name", LEGAL)
def test_no_rule_finds_anything_in_legal_samples(name: str) -> None:
    """They are valid, and nothing in them is even suspicious."""
    report = verify(sample_path(name))
    assert (Verdict.VALID, ()) == (report.verdict, report.findings)


@pytest.mark.parametrize("name", LEGAL)
def test_legal_samples_have_one_end_for_each_turn(name: str) -> None:
    """Starts and ends alternate and agree."""
    events = payloads(name, "task_started", "task_complete", "turn_aborted")
    assert [] == [event for event in events[::2] if event["type"] != "task_started"]
    assert [event["turn_id"] for event in events[::2]] == [event["turn_id"] for event in events[1::2]]


def test_the_steered_turn_has_two_inputs() -> None:
    """The clean session shows a steer that the model acts upon."""
    kinds = [event["type"] for event in payloads("clean-with-steer", "task_started", "user_message")]
    assert ["task_started", "user_message", "user_message", "task_started", "user_message"] == kinds


def test_the_interrupted_call_has_no_output() -> None:
    """It is legal all the same: the turn was aborted."""
    name = "interrupted-with-pending-call"
    assert {"slow"} == call_ids(name, "call") - call_ids(name, "output")


def test_the_compacted_session_has_both_kinds_and_a_rollback() -> None:
    """One compaction in a turn, one outside, and a turn taken back between them."""
    kinds = ("compacted", "thread_rolled_back")
    assert [False, True, False] == [
        "num_turns" in row for row in payloads("compacted-and-rolled-back", *kinds)
    ]


def test_one_turn_ended_twice() -> None:
    """It was completed, and then aborted."""
    ends = payloads("ended-twice", "task_complete", "turn_aborted")
    assert ["task_complete", "turn_aborted"] == [end["type"] for end in ends]
    assert 1 == len({end["turn_id"] for end in ends})


def test_two_writers_overlap() -> None:
    """The second of two further turns starts before the first has ended."""
    events = payloads("two-writers", "task_started", "task_complete")
    expected = [
        "task_started",
        "task_complete",
        "task_started",
        "task_started",
        "task_complete",
        "task_complete",
    ]
    assert expected == [event["type"] for event in events]


def test_unpaired_calls_are_unpaired() -> None:
    """One output has no call, one call has no output."""
    calls, outputs = call_ids("unpaired-calls", "call"), call_ids("unpaired-calls", "output")
    assert ({"tag"}, {"types"}) == (calls - outputs, outputs - calls)


def test_torn_lines_are_torn() -> None:
    """One line holds a record after its own beginning; the last line is no record and has no end."""
    *lines, last = sample_path("torn-lines").read_bytes().split(b"\n")
    [torn] = [line for line in lines if line.count(b'{"timestamp"') == 2]
    assert json.loads(torn[torn.rindex(b'{"timestamp"') :])
    assert last.startswith(b'{"timestamp"')
    assert not last.endswith(b"}")


def test_the_lost_steer_was_shown_only() -> None:
    """Clients saw a second input; the model's messages do not hold it."""
    shown = payloads("steer-lost", "user_message")[-1]["message"]
    assert [] == [message for message in payloads("steer-lost", "message") if shown in str(message)]


def test_the_ordinals_jump_once() -> None:
    """All ordinals but one follow the one before."""
    ordinals = [json.loads(line)["ordinal"] for line in sample_path("ordinal-gap").read_bytes().splitlines()]
    assert [2] == [step for step in map(int.__sub__, ordinals[1:], ordinals) if step != 1]
