"""A timeline tells what matters, once, in order, with times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.own_log import CALL, INPUT, INTERRUPTED, ITEM, META, START, own_log
from turnfold.replay.findings import Finding, Severity
from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, Form, write
from turnfold.replay.ledger import ledger_of
from turnfold.replay.timeline import Entry, EntryKind, timeline
from turnfold.replay.verification import verify
from turnfold.rollouts.samples import sample_path

HISTORY = """
    meta; start a; context; user "why?"; think "hm"; agent "let me see" commentary
    call c1 shell "pytest -q"; tokens 900; wait 3s; output c1 "1 failed"; steer "only the parser"
    agent "an off-by-one"; tokens 1200; complete a
"""
SAID = [
    (EntryKind.INPUT, "why?"),
    (EntryKind.MODEL, "let me see"),
    (EntryKind.CALL, "pytest -q"),
    (EntryKind.OUTPUT, "1 failed"),
    (EntryKind.STEER, "only the parser"),
    (EntryKind.MODEL, "an off-by-one"),
]


def entries(folder: Path, data: bytes) -> list[Entry]:
    """The timeline of a file with that content."""
    path = folder / "log.jsonl"
    path.write_bytes(data)
    return list(timeline(path))


def of_kind(listed: list[Entry], *kinds: EntryKind) -> list[Entry]:
    """Those of some kinds."""
    return [entry for entry in listed if entry.told.kind in kinds]


@pytest.mark.parametrize("form", [CODEX, PAGINATED])
def test_everything_is_said_once_in_every_dialect(tmp_path: Path, form: Form) -> None:
    """Twins are told once, whichever comes first, and calls stand with their outputs."""
    listed = of_kind(entries(tmp_path, write(HISTORY, form)), *{kind for kind, _ in SAID})
    assert SAID == [(entry.told.kind, entry.told.quote) for entry in listed]


def test_old_files_tell_the_same_in_more_turns(tmp_path: Path) -> None:
    """Without turn starts every message of the user begins a turn, so nothing is a steer."""
    listed = of_kind(entries(tmp_path, write(HISTORY, OLD)), *{kind for kind, _ in SAID})
    steered = [(EntryKind.INPUT if kind is EntryKind.STEER else kind, quote) for kind, quote in SAID]
    assert steered == [(entry.told.kind, entry.told.quote) for entry in listed]


def test_bare_files_say_it_with_the_models_messages(tmp_path: Path) -> None:
    """Without twins, what is the user's own is told by its text; each message begins a turn there."""
    listed = of_kind(entries(tmp_path, write(HISTORY, BARE)), EntryKind.INPUT, EntryKind.MODEL)
    assert ["why?", "let me see", "only the parser", "an off-by-one"] == [
        entry.told.quote for entry in listed
    ]


def test_an_output_names_its_call_and_how_long_it_took(tmp_path: Path) -> None:
    """The pair is joined by the line of the call."""
    listed = entries(tmp_path, write(HISTORY))
    [call], [output] = of_kind(listed, EntryKind.CALL), of_kind(listed, EntryKind.OUTPUT)
    assert (call.line, "shell returns") == (output.told.of_line, output.told.text)
    assert (output.at_s or 0) - (call.at_s or 0) == pytest.approx(output.told.took_s)


def test_times_count_from_the_session_and_from_the_turn(tmp_path: Path) -> None:
    """A second turn begins at 0 again, and belongs to no other."""
    listed = entries(
        tmp_path, write('meta; start a; user "x"; complete a; wait 9s; start b; user "y"; complete b')
    )
    first, second = of_kind(listed, EntryKind.TURN)
    assert (0.0, 0.0) == (first.since_turn_s, second.since_turn_s)
    assert (second.since_session_s or 0) > 9
    assert first.turn_id != second.turn_id


def test_a_silence_is_told_with_what_ends_it(tmp_path: Path) -> None:
    """Half a minute without a record is a gap; the ordinary waiting is none."""
    listed = entries(tmp_path, write('meta; start a; user "x"; wait 5m; agent "y"; complete a'))
    assert [(EntryKind.MODEL, 300.25)] == [(e.told.kind, e.idle_s) for e in listed if e.idle_s is not None]


def test_a_refused_and_an_aborted_call_are_told_apart(tmp_path: Path) -> None:
    """The output's text says which it was."""
    refused = r"exec_command failed: CreateProcess { message: \"Rejected(\\\"no\\\")\" }"
    history = f"""meta; start a; user "x"; call c1; output c1 "{refused}"; call c2
        output c2 "aborted by user after 2.1s"; abort a"""
    listed = of_kind(entries(tmp_path, write(history)), EntryKind.OUTPUT)
    assert ["shell refused", "shell aborted"] == [entry.told.text for entry in listed]


def test_findings_stand_at_their_lines() -> None:
    """A finding comes after the entries of its line."""
    path = sample_path("ended-twice")
    listed = list(timeline(path, verify(path).findings))
    [found] = of_kind(listed, EntryKind.FINDING)
    assert (EntryKind.END, found.line) == (listed[-2].told.kind, listed[-2].line)


def test_findings_outside_of_all_entries_are_not_lost(tmp_path: Path) -> None:
    """Neither before the first entry nor after the last one."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(write(HISTORY))
    findings = [
        Finding(code=code, severity=Severity.DAMAGE, line=line)
        for code, line in (("TF001", 999), ("TF008", 0))
    ]
    listed = list(timeline(path, findings))
    assert ("TF008", "TF001") == (listed[0].told.text, listed[-1].told.text)


def test_a_start_in_an_open_turn_says_so() -> None:
    """It names the turn that was still open; a late end names the turn that it ends."""
    listed = list(timeline(sample_path("two-writers")))
    assert "turn 2 begins; turn 1 was still open" in {entry.told.text for entry in listed}
    assert "completed; that is turn 1" in {entry.told.text for entry in listed}


def test_one_turn_is_its_lines_and_its_late_end() -> None:
    """What names the turn belongs to it, wherever it stands."""
    path = sample_path("two-writers")
    turn = ledger_of(path).find("1")
    listed = list(timeline(path, verify(path).findings, turn))
    ends = of_kind(listed, EntryKind.END)
    assert [turn.slot.turn_id] == [entry.turn_id for entry in ends]
    assert {"TF303", "TF305"} <= {entry.told.text for entry in of_kind(listed, EntryKind.FINDING)}


def test_compaction_and_rollback_are_told() -> None:
    """Both kinds of compaction, and how many turns were taken back."""
    kinds = (EntryKind.COMPACTION, EntryKind.ROLLBACK)
    told = [
        entry.told.text for entry in of_kind(list(timeline(sample_path("compacted-and-rolled-back"))), *kinds)
    ]
    compaction = "the history is compacted to 2 items"
    assert [compaction, "turns of the user taken back: 1", compaction] == told


def test_our_own_events_are_told(tmp_path: Path) -> None:
    """Hooks, approvals and steps of an abort, which no rollout of Codex holds."""
    hook = {"run_id": "r", "event_name": "stop", "status": "running"}
    data = own_log(
        *(META, START, INPUT, CALL),
        ("hook_started", hook),
        (
            "hook_completed",
            {**hook, "status": "blocked", "entries": [{"kind": "feedback", "text": "not yet"}]},
        ),
        ("hook_decided", {"event_name": "stop", "decision": "block", "interrupt": False}),
        (
            "approval_requested",
            {"approval_id": "a", "call_id": "c", "approval_kind": "exec", "command": "rm"},
        ),
        ("approval_resolved", {"approval_id": "a", "decision": "denied", "source": "user"}),
        (
            "network_decision_made",
            {"host": "h", "protocol": "https", "port": 443, "decision": "deny", "source": "user"},
        ),
        ("abort_began", {"turn_id": "t", "reason": "interrupted", "by": "client"}),
        ("tool_call_closed", {"call_id": "c", "how": "interrupted"}),
        INTERRUPTED,
    )
    told = [f"{entry.told.text}: {entry.told.quote}" for entry in entries(tmp_path, data)[4:]]
    assert told == [
        "stop hook starts: None",
        "stop hook ends: blocked: not yet",
        "stop hooks decide: block: None",
        "asked for approval of exec c: rm",
        "answered by user: denied: None",
        "network https://h:443: deny: None",
        "abort begins: interrupted, by client: None",
        "call closed without output: interrupted: None",
        "aborted: interrupted: None",
    ]


def test_an_item_and_its_message_are_one(tmp_path: Path) -> None:
    """Our own log has what the user says as an item too; said again it is told again."""
    data = own_log(META, START, ITEM, INPUT, ITEM, INPUT, INTERRUPTED)
    told = [entry.told.text for entry in of_kind(entries(tmp_path, data), EntryKind.INPUT, EntryKind.STEER)]
    assert ["the user says", "the user adds"] == told
