"""A log that was cut off anywhere is continued, and what it had is kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.rollouts.recorder.logs import SESSION, SHORT, an_abort, enveloped, envelopes_in, events_in, written
from turnfold.events import Envelope
from turnfold.replay import verify
from turnfold.rollouts.recorder import Durability, Recorder, RecordingError, lines_of

WHOLE = written(SHORT)
ENDS = [len(written(SHORT[:count])) for count in range(len(SHORT) + 1)]
"""Where each event of the log ends."""


def go_on(path: Path, *, durability: Durability = Durability.FLUSH, turns: str = "t9") -> Recorder:
    """Continue a log with an aborted turn."""

    async def main() -> Recorder:
        recorder = Recorder.resume(path, durability=durability)
        for envelope in enveloped(an_abort(turns, "go on"), recorder.next_seq):
            recorder.append(envelope)
        await recorder.aclose()
        return recorder

    return trio.run(main)


def damage_in(path: Path) -> list[str]:
    """The codes of all that is wrong with the bytes and numbers of a log."""
    return [finding.code for finding in verify(path).findings if finding.code < "TF2"]


@pytest.mark.covers("G3")
def test_every_cut(tmp_path: Path) -> None:
    """Cut at any byte, the log has a prefix of its events, goes on behind it, and no byte of the rest is lost."""
    path, aside = tmp_path / "log.jsonl", tmp_path / "log.jsonl.torn"
    for size in range(len(WHOLE) + 1):
        path.write_bytes(WHOLE[:size])
        aside.unlink(missing_ok=True)
        recorder = go_on(path)
        # A record is whole without its newline too.
        kept = sum(1 for end in ENDS[1:] if end <= size + 1)
        assert kept == recorder.next_seq
        found = envelopes_in(path.read_bytes())
        added = enveloped(an_abort("t9", "go on"), kept)
        assert [*SHORT[:kept], *added] == [bare(envelope) for envelope in found]
        saved = aside.read_bytes() if aside.exists() else b""
        assert WHOLE[min(ENDS[kept], size) : size] == saved.removesuffix(b"\n") or WHOLE[size - 1 :] == b"\n"
        assert len(saved.removesuffix(b"\n")) == recorder.set_aside


def bare(envelope: Envelope) -> Envelope:
    """The envelope as it was before it was written: the text of its time is the file's."""
    return Envelope(
        session_id=SESSION, seq=envelope.seq, at_us=envelope.at_us, event=envelope.event, cause=envelope.cause
    )


def test_a_log_that_goes_on_is_sound(tmp_path: Path) -> None:
    """Nothing is wrong with the bytes and numbers of a log that was cut between twins, in a line, or behind one."""
    path = tmp_path / "log.jsonl"
    twin = lines_of(SHORT[4])
    assert 2 == len(twin)
    for size in (ENDS[4], ENDS[4] + len(twin[0]), ENDS[4] + len(twin[0]) + 9, ENDS[4] + 30, ENDS[5] - 1):
        path.write_bytes(WHOLE[:size])
        go_on(path)
        assert [] == damage_in(path)


def guest(**payload: Any) -> bytes:
    """A line as Codex appends it: without a number of ours."""
    return json.dumps(
        {"timestamp": "2026-06-01T09:00:00.010Z", "type": "event_msg", "payload": payload}
    ).encode() + b"\n"  # fmt: skip


@pytest.mark.parametrize("durability", list(Durability))
def test_a_log_that_codex_continued(tmp_path: Path, durability: Durability) -> None:
    """Its lines are counted, so that numbers go on behind them without a gap and without a repeat."""
    path = tmp_path / "log.jsonl"
    guests = guest(type="task_started", turn_id="g") + guest(type="task_complete", turn_id="g")
    path.write_bytes(WHOLE[: ENDS[10]] + guests)
    assert 12 == go_on(path, durability=durability).next_seq
    assert list(range(12 + len(an_abort("", "")))) == [item.seq for item in envelopes_in(path.read_bytes())]
    assert [] == damage_in(path)


def test_a_copy_that_codex_went_on_behind(tmp_path: Path) -> None:
    """It stays where it is, since lines follow, and its number is the next one's."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(WHOLE[: ENDS[4]] + lines_of(SHORT[4])[0] + guest(type="context_compacted"))
    recorder = go_on(path)
    assert (0, 5) == (recorder.set_aside, recorder.next_seq)


def test_a_session_that_codex_began(tmp_path: Path) -> None:
    """A legacy file of Codex is continued too; its lines take the first numbers."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(
        guest(type="task_started", turn_id="g") + b"\n" + guest(type="task_complete", turn_id="g")
    )
    assert 2 == go_on(path).next_seq


def test_long_lines_at_the_end(tmp_path: Path) -> None:
    """The last record is found however long it is, and however much was torn behind it."""
    path = tmp_path / "log.jsonl"
    long = enveloped(an_abort("t", "x" * 300_000)[:2], 1)
    path.write_bytes(written([SHORT[0], *long]) + b'{"torn' + b"y" * 200_000)
    recorder = go_on(path)
    assert (3, 200_006) == (recorder.next_seq, recorder.set_aside)
    assert (tmp_path / "log.jsonl.torn").stat().st_size == 200_007


def test_zeros_at_the_end(tmp_path: Path) -> None:
    """What a power loss leaves behind is set aside, behind what an earlier one left."""
    path = tmp_path / "log.jsonl"
    for _ in range(2):
        path.write_bytes(WHOLE + bytes(100))
        assert len(SHORT) == go_on(path, durability=Durability.FSYNC).next_seq
    assert (bytes(100) + b"\n") * 2 == (tmp_path / "log.jsonl.torn").read_bytes()


def test_an_empty_file(tmp_path: Path) -> None:
    """A crash before the first line leaves one: the session begins in it."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"")
    assert 0 == go_on(path).next_seq


def test_files_that_cannot_be_continued(tmp_path: Path) -> None:
    """Ordinals and compression are refused, with a remedy, and the lock is let go of."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"timestamp":"x","ordinal":4,"type":"event_msg","payload":{}}\n')
    for _ in range(2):
        with pytest.raises(RecordingError, match=r"its lines have ordinals, which we do not write: fork it"):
            Recorder.resume(path)
    path.write_bytes(b"\x28\xb5\x2f\xfd----")
    with pytest.raises(RecordingError, match=r"it is compressed: unpack it first"):
        Recorder.resume(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    """The error names the file and what to do."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(WHOLE)
    path.chmod(0o400)
    with pytest.raises(RecordingError, match=r"log.jsonl: Permission denied; make it writable"):
        Recorder.resume(path)


def test_events_are_those_that_were_written() -> None:
    """The session of these tests is read back as it is."""
    assert [envelope.event for envelope in SHORT] == events_in(WHOLE)
