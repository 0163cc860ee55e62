"""Closing turns: the end that a turn lacks is added where it would stand, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from turnfold.replay.findings import Verdict
from turnfold.replay.histories import BARE, CODEX, PAGINATED, Form, cut, line_of, lines_of, without, write
from turnfold.replay.salvage import salvaged
from turnfold.replay.turn_table import turns
from turnfold.replay.verification import verify
from turnfold.rollouts import Action, Change

TURN = 'start {0}; context; user "go on"; agent "done"; tokens 100; complete {0}'
OPEN = 'start {0}; context; user "go on"; agent "so far"'


def history(*turns_: str) -> str:
    """Return a history with these turns, named a, b, …"""
    return "; ".join(["meta", *(turn.format(name) for turn, name in zip(turns_, "abcd", strict=False))])


def closed(path: Path, data: bytes) -> tuple[bytes, list[Change]]:
    """Return the closed copy of a file and its changes."""
    path.write_bytes(data)
    changes: list[Change] = []
    return b"".join(salvaged(path, changes.append, close_turns=True)), changes


@pytest.mark.parametrize("form", [CODEX, PAGINATED])
@pytest.mark.parametrize("middle", ["crash; ", ""])
def test_open_turns_are_closed(tmp_path: Path, form: Form, middle: str) -> None:
    """At the end, and where the next start cuts one off: after that the file is legal, and the turn interrupted."""
    parts = (OPEN, "crash; " + TURN) if middle else (TURN, OPEN)
    data, changes = closed(tmp_path / "a.jsonl", write(history(*parts), form))
    assert [Action.ADDED] == [change.action for change in changes if change.action is not Action.RENUMBERED]
    (tmp_path / "b.jsonl").write_bytes(data)
    report = verify(tmp_path / "b.jsonl")
    assert (Verdict.VALID, ()) == (report.verdict, report.findings)
    statuses = [row.status.value for row in turns(tmp_path / "b.jsonl")]
    assert sorted(["completed", "interrupted"]) == sorted(statuses)


def test_added_records_are_marked(tmp_path: Path) -> None:
    """Marker and terminal say of themselves that they were inferred, and claim no time of their own."""
    whole = write(history(OPEN))
    data, _ = closed(tmp_path / "a.jsonl", whole)
    assert data.startswith(whole)
    marker, terminal = (msgspec.json.decode(line) for line in lines_of(data[len(whole) :]))
    last = msgspec.json.decode(lines_of(whole)[-1])
    assert {"inferred"} == {marker["origin"], terminal["origin"]}
    assert {last["timestamp"]} == {marker["timestamp"], terminal["timestamp"]}
    assert marker["payload"]["content"][0]["text"].startswith("<turn_aborted>")
    assert ("turn_aborted", "interrupted") == (terminal["payload"]["type"], terminal["payload"]["reason"])


def test_a_file_that_ends_without_newline_gets_one(tmp_path: Path) -> None:
    """The last record stays whole when something is added after it."""
    whole = write(history(OPEN))
    data, _ = closed(tmp_path / "a.jsonl", whole.removesuffix(b"\n"))
    assert data.startswith(whole)


def test_the_end_of_a_torn_file_is_closed(tmp_path: Path) -> None:
    """A terminal that was cut is left out, and replaced by an inferred one."""
    whole = write(history(TURN))
    data, changes = closed(tmp_path / "a.jsonl", cut(whole, 40))
    assert [("TF002", Action.REMOVED), (None, Action.ADDED)] == [(one.code, one.action) for one in changes]
    assert "interrupted" == turns(_written(tmp_path, data))[0].status


def test_nothing_is_added_to_turns_that_end(tmp_path: Path) -> None:
    """Nor to one whose terminal comes late, after the next start, or names a turn that never began."""
    whole = write(history(TURN, TURN))
    assert (whole, []) == closed(tmp_path / "a.jsonl", whole)
    lines = lines_of(whole)
    first_end, second_start = line_of(whole, "task_complete"), line_of(whole, "task_started", 2)
    late = [
        *lines[: first_end - 1],
        *lines[first_end:second_start],
        lines[first_end - 1],
        *lines[second_start:],
    ]
    overlapping = b"".join(line + b"\n" for line in late)
    assert (overlapping, []) == closed(tmp_path / "a.jsonl", overlapping)
    strange = whole.replace(
        msgspec.json.decode(lines[first_end - 1])["payload"]["turn_id"].encode(), b"other", 1
    )
    assert (strange, []) == closed(tmp_path / "a.jsonl", strange)


def test_a_second_terminal_closes_no_other_turn(tmp_path: Path) -> None:
    """A terminal of a turn that has ended does not count for the one that is open."""
    whole = write(history(TURN, OPEN))
    again = whole + lines_of(whole)[line_of(whole, "task_complete") - 1] + b"\n"
    _, changes = closed(tmp_path / "a.jsonl", again)
    assert [Action.ADDED] == [change.action for change in changes]


def test_kinds_of_file_without_ends_get_none(tmp_path: Path) -> None:
    """A bare file records no turns; neither does an empty one."""
    bare = write(history(OPEN), BARE)
    assert (bare, []) == closed(tmp_path / "a.jsonl", bare)
    assert (b"", []) == closed(tmp_path / "a.jsonl", b"")


def test_ordinals_go_on_after_what_was_added(tmp_path: Path) -> None:
    """At the end no line has to change; in the middle those after it do, and each is told."""
    end = write(history(TURN, OPEN), PAGINATED)
    data, changes = closed(tmp_path / "a.jsonl", end)
    assert (1, True) == (len(changes), data.startswith(end))
    middle = write(history(OPEN, "crash; " + TURN), PAGINATED)
    data, changes = closed(tmp_path / "a.jsonl", middle)
    ordinals = [msgspec.json.decode(line)["ordinal"] for line in lines_of(data)]
    assert list(range(len(lines_of(middle)) + 2)) == ordinals
    shifted = len(lines_of(middle)) - line_of(middle, "task_started", 2) + 1
    assert shifted == sum(change.action is Action.RENUMBERED for change in changes)


def test_renumbering_alone_mends_a_gap(tmp_path: Path) -> None:
    """Ordinals are counted anew, and nothing is closed."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(without(write(history(TURN, OPEN), PAGINATED), 5))
    changes: list[Change] = []
    data = b"".join(salvaged(path, changes.append, renumber=True))
    assert {Action.RENUMBERED} == {change.action for change in changes}
    assert not verify(_written(tmp_path, data)).counts.keys() & {"TF105", "TF106", "TF107", "TF108"}


def _written(folder: Path, data: bytes) -> Path:
    path = folder / "copy.jsonl"
    path.write_bytes(data)
    return path
