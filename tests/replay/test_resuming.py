"""Logs of ours read back, ended where they were cut off, forked, and verified."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
import trio

from tests.rollouts.recorder.logs import (
    AT_US,
    META,
    SESSION,
    SHORT,
    a_turn,
    an_abort,
    enveloped,
    envelopes_in,
    written,
)
from turnfold.core import INITIAL, SessionPhase, fold
from turnfold.events import (
    ApprovalRequested,
    Envelope,
    Event,
    HookStarted,
    MessageRecorded,
    Origin,
    SessionForked,
    SessionMetaRecorded,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
    ToolCallRequested,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    TurnSteered,
    UserInputRecorded,
)
from turnfold.replay import ForkError, Verdict, fork, read_back, verify
from turnfold.rollouts import SourceError
from turnfold.rollouts.recorder import Recorder, lines_of

BUSY: list[Event] = [
    META,
    HookStarted(run_id="start", event_name="session_start", status="running"),
    *a_turn("t1", "list the files", "two files"),
    TurnReserved(turn_id="t2"),
    TurnStarted(turn_id="t2", started_at_s=1_780_304_400),
    UserInputRecorded(message="delete them", turn_id="t2"),
    ToolCallRequested(call_id="c", name="shell", call_type="function_call", arguments="{}"),
    TurnSteered(turn_id="t2", input_id="i", text="no"),
    ApprovalRequested(approval_id="c", approval_kind="exec", call_id="c", turn_id="t2"),
    ShutdownBegan(by="client"),
    *[event for event in an_abort("t2", "")[5:] if getattr(event, "call_id", "c") == "c"],
]
"""A session in which much is open at its end."""


def log_at(path: Path, envelopes: list[Envelope]) -> Path:
    """A file with the log of these envelopes."""
    path.write_bytes(written(envelopes))
    return path


@pytest.mark.covers("G3")
def test_the_state_comes_back(tmp_path: Path) -> None:
    """After every event of a session, its log gives the state that the session had."""
    for count in range(1, len(SHORT) + 1):
        resumed = read_back(log_at(tmp_path / "log.jsonl", SHORT[:count]))
        assert fold(SHORT[:count]) == resumed.state
        assert (SESSION, count) == (resumed.session_id, resumed.next_seq)
        assert [item.event for item in SHORT[:count]] == [item.event for item in resumed.envelopes]


@pytest.mark.parametrize("events", [BUSY, [item.event for item in SHORT], [META, *an_abort("t", "go")]])
def test_whatever_was_open_is_ended(tmp_path: Path, events: list[Event]) -> None:
    """Wherever a session is cut off, what has to be recorded first is legal, and then it is idle."""
    legal = enveloped(events)
    for count in range(1, len(legal) + 1):
        resumed = read_back(log_at(tmp_path / "log.jsonl", legal[:count]))
        closing = [
            attrs.evolve(item, origin=Origin.INFERRED)
            for item in enveloped(resumed.closing, resumed.next_seq)
        ]
        state = fold(closing, resumed.state)
        assert SessionPhase.IDLE is state.session
        assert (None, {}, {}, {}) == (state.turn, state.calls, state.approvals, state.hook_runs)
        resumption = resumed.closing[-1]
        assert isinstance(resumption, SessionResumed)
        assert (count - 1, resumed.open_turn_id) == (resumption.through_seq, resumption.open_turn_id)
        again = envelopes_in(written([*legal[:count], *closing]))
        assert [item.origin for item in closing] == [item.origin for item in again[count:]]


def test_a_resumed_session_is_valid(tmp_path: Path) -> None:
    """A session that was cut off in a turn, ended and continued passes verification without a finding."""
    path = log_at(tmp_path / "log.jsonl", SHORT)

    async def main() -> None:
        resumed = read_back(path)
        recorder = Recorder.resume(path)
        events = [*resumed.closing, *a_turn("t3", "again", "done")]
        for envelope in enveloped(events, recorder.next_seq):
            recorder.append(envelope)
        await recorder.aclose()

    trio.run(main)
    report = verify(path)
    assert [] == [(finding.code, finding.line, finding.facts) for finding in report.findings]
    assert Verdict.VALID is report.verdict


def test_logs_without_an_identity(tmp_path: Path) -> None:
    """An empty log begins at 0 and has nothing to end; a missing one is an error."""
    empty = read_back(log_at(tmp_path / "log.jsonl", []))
    assert (None, 0, (), INITIAL) == (empty.session_id, empty.next_seq, empty.closing, empty.state)
    with pytest.raises(SourceError):
        read_back(tmp_path / "missing.jsonl")
    with pytest.raises(ForkError, match="it holds no session's identity"):
        fork(tmp_path / "log.jsonl", session_id="f", at_us=0, created_at_text="")


PARENT = enveloped([META, *a_turn("t1", "one", "1"), *an_abort("t2", "two"), *a_turn("t3", "three", "3")])


def forked(path: Path, before: int | None = None) -> list[Envelope]:
    """The log of a fork; it must be legal as it stands."""
    found = fork(
        path, session_id="f", at_us=AT_US, created_at_text="2026-06-01T09:00:00.000Z", before_message=before
    )
    log = list(found.envelopes)
    assert fold(log) == found.state
    assert (len(log), None) == (found.next_seq, found.state.turn)
    return log


def test_a_fork_is_a_copy(tmp_path: Path) -> None:
    """It begins with its own identity and says whose copy it is; then come the parent's events, stamped anew."""
    log = forked(log_at(tmp_path / "log.jsonl", PARENT))
    meta, said = log[0].event, log[1].event
    assert isinstance(meta, SessionMetaRecorded)
    assert ("f", SESSION, META.cwd) == (meta.session_id, meta.forked_from_id, meta.cwd)
    assert SessionForked(from_session_id=SESSION, from_seq=len(PARENT), mode="interrupted") == said
    assert [item.event for item in PARENT] == [item.event for item in log[2:]]
    assert {(AT_US, "f")} == {(item.at_us, item.session_id) for item in log}


@pytest.mark.parametrize(("before", "kept"), [(0, 1), (1, 9), (2, 22)])
def test_a_fork_before_a_message(tmp_path: Path, before: int, kept: int) -> None:
    """It ends before the turn that the message began."""
    log = forked(log_at(tmp_path / "log.jsonl", PARENT), before)
    assert [item.event for item in PARENT[:kept]] == [item.event for item in log[2:]]


def test_a_fork_before_a_steered_message(tmp_path: Path) -> None:
    """Within a turn it ends before the message, and the turn ends as interrupted, with a marker."""
    turn = a_turn("t1", "one", "1")
    events: list[Event] = [META, *turn[:4], UserInputRecorded(message="no!"), *turn[4:]]
    log = forked(log_at(tmp_path / "log.jsonl", enveloped(events)), 1)
    assert events[:5] == [item.event for item in log[2:7]]
    kinds = [item.event.kind for item in log[7:]]
    assert ["abort_marker_recorded", "journal_flushed", "turn_aborted"] == kinds[-3:]
    assert isinstance(log[-1].event, TurnAborted)
    assert {Origin.INFERRED} == {item.origin for item in log[7:]}


def test_a_message_that_is_not_there(tmp_path: Path) -> None:
    """The error says how many there are."""
    with pytest.raises(ForkError, match="it has 3 messages of the user; ask for one from 0 to 2"):
        forked(log_at(tmp_path / "log.jsonl", PARENT), 3)


def test_a_fork_of_a_log_that_codex_continued(tmp_path: Path) -> None:
    """Its events come with ours; a shut-down and a resumption of the parent are its own affair and are not copied."""
    ended: list[Event] = [
        META, *a_turn("t1", "one", "1"), TurnReserved(turn_id="t2"), TurnCleared(turn_id="t2"),
        ShutdownBegan(by="client"), ShutdownCompleted(), SessionResumed(session_id=SESSION),
        *a_turn("t3", "three", "3"),
    ]  # fmt: skip
    guests = b"".join(
        b'{"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"%s","turn_id":"g"}}\n'
        % tag
        for tag in (b"task_started", b"task_complete")
    )
    path = log_at(tmp_path / "log.jsonl", enveloped(ended))
    path.write_bytes(path.read_bytes() + guests)
    log = [item.event for item in forked(path)]
    assert ended[:11] + ended[14:] == log[2:-2]
    assert [TurnStarted(turn_id="g"), TurnCompleted(turn_id="g")] == log[-2:]
    assert ended[:11] == [item.event for item in forked(path, 1)][2:]


def test_a_fork_of_a_rollout_of_codex(tmp_path: Path) -> None:
    """Twins become one event, what a strict reading needs is inferred, and our log writes both lines again."""
    lines = [
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"p","cli_version":"0.120.0"}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"},{"type":"input_image","image_url":"x"}]}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"hi"}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"agent_message","message":"yo"}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"yo"}]}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]}}',
        b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"agent_message","message":"ok"}}',
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    log = forked(path)
    assert [UserInputRecorded, MessageRecorded, MessageRecorded] == [type(item.event) for item in log[4:7]]
    copy = lines_of(log[4])[0]
    assert b'"derived":true' in copy
    assert b"input_image" in copy
    assert isinstance(log[-1].event, TurnAborted)
    verdict = verify(log_at(tmp_path / "fork.jsonl", log))
    assert [] == [finding.code for finding in verdict.findings if finding.severity.value == "violation"]
