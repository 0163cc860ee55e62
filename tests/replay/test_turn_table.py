"""The turn projection: the vendor's rows on real sessions, and one small history for each clause of its automaton."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from turnfold.events import (
    AgentMessageEmitted,
    AgentReasoningEmitted,
    ErrorRaised,
    Event,
    ExecEnded,
    GhostSnapshotRecorded,
    HistoryCompacted,
    HistoryRolledBack,
    ItemCompleted,
    McpCallEnded,
    MessageRecorded,
    SessionMetaRecorded,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UnknownRecorded,
    UserInputRecorded,
)
from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, Form, write
from turnfold.replay.reading import Numbered
from turnfold.replay.turn_fold import TurnFold
from turnfold.replay.turn_rows import Opening, TurnRow, TurnStatus, preview_of
from turnfold.replay.turn_table import turns, turns_of
from turnfold.rollouts import Record

COLUMNS = ("turn_id", "position", "status", "started_at", "completed_at", "duration_ms")


def cells(row: TurnRow) -> dict[str, str]:
    """A row as the vendor's table spells it."""
    values = {name: getattr(row, name) for name in ("file", "thread_id", *COLUMNS)}
    return {name: "" if value is None else str(value) for name, value in values.items()}


@pytest.fixture(scope="module")
def vendor(shared: Path) -> dict[str, list[dict[str, str]]]:
    """The vendor's rows by file."""
    found: dict[str, list[dict[str, str]]] = {}
    with (shared / "rollouts/vendor-turns.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            found.setdefault(row["file"], []).append(row)
    return found


def test_rows_are_the_vendors(shared: Path, vendor: dict[str, list[dict[str, str]]]) -> None:
    """Every row of the vendor's table comes out, with every column, and no row more."""
    ours = {name: [cells(row) for row in turns(shared / "rollouts/shapes" / name)] for name in vendor}
    assert vendor == ours


def test_files_without_vendor_rows(shared: Path, vendor: dict[str, list[dict[str, str]]]) -> None:
    """A file of which the vendor shows no turns has none, or is a bare file, a fork or a sub-agent's."""
    for path in sorted((shared / "rollouts/shapes").glob("*.jsonl")):
        rows = [] if path.name in vendor else turns(path)
        head = path.read_text(encoding="utf-8").partition("\n")[0]
        assert not rows or '"payload"' not in head or "parent_thread_id" in head, path.name


def test_migrated_files_have_the_same_turns(shared: Path) -> None:
    """The vendor's rewriting of a file to the paginated form changes none of its turns."""
    for path in sorted((shared / "rollouts/paginated").glob("*.jsonl")):
        twin = [cells(row) for row in turns(shared / "rollouts/shapes" / path.name)]
        assert twin == [cells(row) for row in turns(path)], path.name


def test_captures_have_the_turns_of_their_rollouts(shared: Path) -> None:
    """What a client was shown and what was written down agree on ids, statuses and times."""
    for folder in sorted((shared / "rollouts/codex-0.169").iterdir()):
        shown, written = (turns(folder / name) for name in ("app-server.jsonl", "rollout.jsonl"))
        assert [[getattr(row, name) for name in COLUMNS] for row in written] == [
            [getattr(row, name) for name in COLUMNS] for row in shown
        ], folder.name


def fold(*events: Event) -> list[TurnRow]:
    """The rows of some events, one a line and one a second."""

    def items() -> Iterator[Numbered]:
        for line, event in enumerate(events, 1):
            yield Numbered(Record(timestamp=f"1970-01-01T00:00:{line:02}.900Z", payload=event), line)

    return turns_of(items(), file="f")


def short(*events: Event) -> list[str]:
    """The rows as `id:status`."""
    return [f"{row.turn_id}:{row.status}" for row in fold(*events)]


META = SessionMetaRecorded(session_id="s")
A, B, C = (TurnStarted(turn_id=name) for name in "abc")
DONE_A, DONE_B, DONE_C = (TurnCompleted(turn_id=name) for name in "abc")
USER = UserInputRecorded(message="do it")
STOP = TurnAborted(reason="interrupted")
BAD = ErrorRaised(message="no", error_code="other")

CLAUSES: dict[str, tuple[list[Event], list[str]]] = {
    "a start opens, its end closes": ([A, DONE_A, B, DONE_B], ["a:completed", "b:completed"]),
    "a start finishes the open turn": ([A, B, DONE_B], ["a:inProgress", "b:completed"]),
    "a turn without end is in progress": ([A, USER], ["a:inProgress"]),
    "an unknown id ends the open turn": ([A, DONE_B, C], ["a:completed", "c:inProgress"]),
    "a second end changes nothing": (
        [A, DONE_A, DONE_A, TurnAborted(turn_id="a", reason="x")],
        ["a:completed"],
    ),
    "a late end of a turn cut off changes nothing": ([A, B, DONE_A, DONE_B], ["a:inProgress", "b:completed"]),
    "an aborted turn may still complete": ([A, STOP, DONE_A, B], ["a:interrupted", "b:inProgress"]),
    "an end without a turn is passed over": ([DONE_A, STOP, BAD], []),
    "input stays in a turn that has a start": ([A, USER, STOP, USER], ["a:interrupted"]),
    "input opens a turn": ([META, USER], ["rollout-1:completed"]),
    "the next input closes it": ([META, USER, USER], ["rollout-1:completed", "rollout-2:completed"]),
    "an abort interrupts it": ([USER, STOP, STOP, USER], ["rollout-0:interrupted", "rollout-3:completed"]),
    "an end completes it": ([USER, DONE_A, USER], ["rollout-0:completed", "rollout-2:completed"]),
    "what is said opens a turn": (
        [AgentMessageEmitted(message="hi"), USER],
        ["rollout-0:completed", "rollout-1:completed"],
    ),
    "nothing said opens none": ([AgentMessageEmitted(message=""), USER], ["rollout-1:completed"]),
    "reasoning opens a turn": ([AgentReasoningEmitted(text="so")], ["rollout-0:completed"]),
    "a break in it does not": ([AgentReasoningEmitted(form="agent_reasoning_section_break")], []),
    "work opens a turn": ([McpCallEnded(call_id="c")], ["rollout-0:completed"]),
    "work that names its turn does not": ([A, DONE_A, ExecEnded(call_id="c", turn_id="a")], ["a:completed"]),
    "a hook's prompt opens a turn": (
        [MessageRecorded(role="user", text="<hook_prompt>")],
        ["rollout-0:completed"],
    ),
    "another message does not": ([MessageRecorded(role="user", text="hello")], []),
    "a start without id is a turn": (
        [TurnStarted(turn_id=""), TurnCompleted(turn_id="")],
        ["rollout-0:completed"],
    ),
    "a compaction opens a slot": ([META, HistoryCompacted()], ["rollout-1:completed"]),
    "input takes it over": ([HistoryCompacted(), USER, USER], ["rollout-0:completed", "rollout-2:completed"]),
    "work in it makes it a turn": (
        [HistoryCompacted(), McpCallEnded(call_id="c"), USER],
        ["rollout-0:completed", "rollout-2:completed"],
    ),
    "a compaction in a turn opens none": ([A, HistoryCompacted(), DONE_A], ["a:completed"]),
    "an error and an end: completed, as the vendor says": ([A, BAD, DONE_A], ["a:completed"]),
    "an end with an error: failed": ([A, TurnCompleted(turn_id="a", error={"message": "no"})], ["a:failed"]),
    "an end that says failed": ([A, TurnCompleted(turn_id="a", status="failed")], ["a:failed"]),
    "an error and no end: failed": ([A, BAD, B, BAD], ["a:failed", "b:failed"]),
    "an error and an abort: interrupted": ([A, BAD, STOP], ["a:interrupted"]),
    "an error in an implicit turn": ([USER, BAD, USER], ["rollout-0:failed", "rollout-2:completed"]),
    "an error that is tried again": ([A, ErrorRaised(message="no", will_retry=True)], ["a:inProgress"]),
    "an error that answers a request": (
        [
            A,
            ErrorRaised(message="no", error_code={"active_turn_not_steerable": {}}),
            ErrorRaised(message="no", error_code="threadRollbackFailed"),
        ],
        ["a:inProgress"],
    ),
    "an error of no known class": ([A, ErrorRaised(error_code={})], ["a:failed"]),
    "a rollback drops turns of the user, and all after them": (
        [A, USER, DONE_A, B, USER, DONE_B, C, DONE_C, HistoryRolledBack(num_turns=1)],
        ["a:completed"],
    ),
    "a rollback of more than there is drops all": ([A, USER, HistoryRolledBack(num_turns=9)], []),
    "a rollback of none only finishes": (
        [USER, HistoryRolledBack(num_turns=0), USER],
        ["rollout-0:completed", "rollout-2:completed"],
    ),
    "a dropped id is unknown": (
        [A, USER, HistoryRolledBack(num_turns=1), B, DONE_A],
        ["b:completed"],
    ),
    "what cannot be read is not counted": (
        [META, UnknownRecorded(record_type="new"), GhostSnapshotRecorded(), USER],
        ["rollout-1:completed"],
    ),
    "an item of the user counts for its turn": (
        [A, DONE_A, ItemCompleted(turn_id="a", item_type="UserMessage"), B, HistoryRolledBack(num_turns=1)],
        [],
    ),
    "an item of an unknown turn is dropped": ([ItemCompleted(turn_id="x", item_type="UserMessage")], []),
    "an item without a turn opens one": ([ItemCompleted(item_type="Plan")], ["rollout-0:completed"]),
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_clause(clause: str) -> None:
    """Each clause of the automaton holds on the smallest history that shows it."""
    events, expected = CLAUSES[clause]
    assert expected == short(*events)


def test_times_of_an_implicit_turn() -> None:
    """It ends when the next one begins, or with the last record; its start is not in the vendor's column."""
    first, last = fold(META, USER, AgentMessageEmitted(message="hi"), USER, AgentMessageEmitted(message="ho"))
    assert (None, 4, None, 2) == (first.started_at, first.completed_at, first.duration_ms, first.began_at)
    assert (None, 5, None, 4) == (last.started_at, last.completed_at, last.duration_ms, last.began_at)


def test_the_terminals_times_count() -> None:
    """What the terminal says replaces what the start said; a turn without terminal keeps it."""
    start = TurnStarted(turn_id="a", started_at_s=7)
    (bare_end,) = fold(start, TurnCompleted(turn_id="a", completed_at_s=9, duration_ms=1900))
    assert (None, 9, 1900, 7) == (
        bare_end.started_at,
        bare_end.completed_at,
        bare_end.duration_ms,
        bare_end.began_at,
    )
    (full_end,) = fold(start, TurnCompleted(turn_id="a", started_at_s=7))
    assert (7, None) == (full_end.started_at, full_end.completed_at)
    assert [7] == [row.started_at for row in fold(start)]


def test_lines_and_inputs() -> None:
    """A row knows its lines, those of the user's messages, and how the first of them begins."""
    first, second = fold(
        META, A, USER, UserInputRecorded(message="and that"), STOP, MessageRecorded(role="user"), B
    )
    assert (2, 5, (3, 4), "do it", "interrupted") == (
        first.first_line, first.last_line, first.user_inputs, first.preview, first.reason,
    )  # fmt: skip
    assert (7, 7, (), None, Opening.EXPLICIT) == (
        second.first_line, second.last_line, second.user_inputs, second.preview, second.opening,
    )  # fmt: skip


def test_preview() -> None:
    """A preview is one line of bounded length."""
    assert ["a b", 120, None, None] == [
        preview_of("a\n  b"),
        len(preview_of("x" * 999) or ""),
        preview_of(" "),
        preview_of(None),
    ]


def test_rows_may_be_asked_for_at_any_time() -> None:
    """To look at the rows of a session that goes on does not end its open turn."""
    live = TurnFold()
    for line, event in enumerate((A, USER), 1):
        live.feed(Record(payload=event), line)
    assert [TurnStatus.IN_PROGRESS] == [row.status for row in live.rows()]
    live.feed(Record(payload=DONE_A), 3)
    assert [TurnStatus.COMPLETED] == [row.status for row in live.rows()]


def test_an_implicit_turn_goes_on_after_a_look() -> None:
    """An implicit turn that was shown as completed is still interrupted by an abort that follows."""
    live = TurnFold()
    live.feed(Record(payload=USER), 1)
    assert [TurnStatus.COMPLETED] == [row.status for row in live.rows()]
    live.feed(Record(payload=STOP), 2)
    assert [TurnStatus.INTERRUPTED] == [row.status for row in live.rows()]


STORY = """
    meta; start a; context a; user "one"; agent "1"; complete a
    start b; context b; user "two"; abort b
    start c; context c; user "three"; agent "3"; complete c; rollback 1
    start d; context d; user "four"; agent "4"; complete d
"""


@pytest.mark.parametrize(
    ("form", "statuses"),
    [
        (CODEX, ["completed", "interrupted", "completed"]),
        (PAGINATED, ["completed", "interrupted", "completed"]),
        (OLD, ["completed", "interrupted", "completed", "completed"]),
        (BARE, ["completed", "completed", "completed", "completed"]),
    ],
    ids=["codex", "paginated", "old", "bare"],
)
def test_forms(tmp_path: Path, form: Form, statuses: list[str]) -> None:
    """One history has the same turns in every form of file that can show it.

    Old files show no rollbacks, and bare files no ends either.
    """
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(write(STORY, form))
    assert statuses == [row.status for row in turns(path)]
    assert ["one", "two"] == [row.preview for row in turns(path)][:2]


def test_a_fork_inherits(tmp_path: Path) -> None:
    """Turns that a fork copied from its parent are its history, and marked."""
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(
        write(
            'meta p; start a; context; user "one"; agent "1"; complete a; fork f of p; start b; context; user "2"'
        )
    )
    assert [("completed", True), ("inProgress", False)] == [
        (row.status, row.inherited) for row in turns(path)
    ]


def test_an_empty_file_has_no_turns(tmp_path: Path) -> None:
    """No records, no turns, no error."""
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(b"")
    assert [] == turns(path)
