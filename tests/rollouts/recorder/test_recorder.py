"""The recorder: what it promises, whatever fails."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.rollouts.recorder.logs import FAILURES, META, SHORT, FaultyFiles, enveloped, events_in, written
from turnfold.events import Envelope, JournalError, UserInputRecorded
from turnfold.rollouts.recorder import Durability, Recorder, RecordingError, SystemFiles

ALL = tuple(Durability)


def run(fn: Callable[[], Awaitable[Any]]) -> Any:
    """Run a test that needs no clock."""
    return trio.run(fn)


def recorder_at(path: Path, durability: Durability = Durability.FLUSH, **options: Any) -> Recorder:
    """A new recorder."""
    return Recorder.create(path, durability=durability, **options)


async def record_all(recorder: Recorder, envelopes: list[Envelope]) -> None:
    """Append and commit one by one."""
    for envelope in envelopes:
        recorder.append(envelope)
        await recorder.commit()


@pytest.mark.parametrize("durability", ALL)
def test_all_is_written_in_order(tmp_path: Path, durability: Durability) -> None:
    """After the end of a session its file holds its lines, and nothing is pending."""
    path = tmp_path / "a" / "log.jsonl"

    async def main() -> None:
        recorder = recorder_at(path, durability)
        assert str(path) == recorder.path
        await record_all(recorder, SHORT)
        await recorder.aclose()
        await recorder.aclose()
        assert 0 == recorder.pending

    run(main)
    assert written(SHORT) == path.read_bytes()
    assert [envelope.event for envelope in SHORT] == events_in(path.read_bytes())
    assert 0o600 == path.stat().st_mode & 0o777


def test_appending_does_no_io(tmp_path: Path) -> None:
    """What is appended is pending until the commit."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        recorder = recorder_at(path)
        for envelope in SHORT:
            recorder.append(envelope)
        assert (len(SHORT), b"") == (recorder.pending, path.read_bytes())
        await recorder.commit()
        assert (0, written(SHORT)) == (recorder.pending, path.read_bytes())

    run(main)


def test_what_a_commit_does(tmp_path: Path) -> None:
    """`none` keeps all until a flush, `flush` writes, `fsync` also waits for the disk, once for all appended."""
    seen: dict[str, list[str]] = {}

    async def main() -> None:
        for durability in ALL:
            files = FaultyFiles({})
            recorder = recorder_at(tmp_path / durability, durability, files=files)
            for envelope in SHORT:
                recorder.append(envelope)
            await recorder.commit()
            recorder.append(SHORT[0])
            await recorder.flush()
            await recorder.flush()
            seen[durability] = files.done

    run(main)
    once = ["size", "write"]
    assert {
        "none": ["create", *once, "size"],
        "flush": ["create", *once, *once, "size"],
        "fsync": ["create", *once, "sync", "sync_folder", *once, "sync"],
    } == seen


def test_the_buffer_of_none_is_bounded(tmp_path: Path) -> None:
    """Much that is appended is written without a flush."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        recorder = recorder_at(path, Durability.NONE)
        for envelope in enveloped([META, UserInputRecorded(message="x" * 200_000)]):
            recorder.append(envelope)
        await recorder.commit()
        assert 0 == recorder.pending

    run(main)
    assert path.stat().st_size > 200_000


@pytest.mark.covers("B1")
def test_a_file_that_is_made_late(tmp_path: Path) -> None:
    """It is there after the first message of a user, or after a flush, and not before."""

    async def main() -> None:
        for number, envelope in enumerate(enveloped([META, UserInputRecorded(message="hi")])):
            path = tmp_path / f"{number}.jsonl"
            recorder = recorder_at(path, lazy=True)
            recorder.append(envelope)
            await recorder.commit()
            assert bool(number) is path.exists()
            await recorder.flush()
            assert written([envelope]) == path.read_bytes()
        unused = recorder_at(tmp_path / "unused.jsonl", lazy=True)
        await unused.commit()
        await unused.aclose()

    run(main)
    assert not (tmp_path / "unused.jsonl").exists()


def faults() -> list[tuple[Durability, int, int | tuple[int, int]]]:
    """Every operation of a short session, with every way in which it can fail."""
    found: list[tuple[Durability, int, int | tuple[int, int]]] = []
    for durability, per_commit in ((Durability.FLUSH, 2), (Durability.FSYNC, 3)):
        for step in range(1, 1 + per_commit * 4 + 1):
            found += [(durability, step, code) for code in FAILURES]
            found += [(durability, step, (count, code)) for count in (0, 1, 50) for code in (0, errno.ENOSPC)]
    return found


@pytest.mark.parametrize("durability", [Durability.FLUSH, Durability.FSYNC])
def test_every_failure_is_survived(tmp_path: Path, durability: Durability) -> None:
    """Whatever fails once, it is told, everything is kept, and the next commit completes the file exactly."""
    told: list[tuple[bool, bool]] = []

    async def main() -> None:
        for number, (_, step, fault) in enumerate(row for row in faults() if row[0] is durability):
            path = tmp_path / f"{number}.jsonl"
            recorder = recorder_at(path, durability, files=FaultyFiles({step: fault}))
            for envelope in SHORT[:4]:
                recorder.append(envelope)
                try:
                    await recorder.commit()
                except JournalError as error:
                    told.append((str(path) in error.message, error.pending == recorder.pending >= 1))
            while recorder.pending:
                with contextlib.suppress(JournalError):
                    await recorder.flush()
            await recorder.aclose()
            assert written(SHORT[:4]) == path.read_bytes(), (step, fault)

    run(main)
    assert len(told) > 20
    assert {(True, True)} == set(told)


@pytest.mark.parametrize("durability", ALL)
def test_a_disk_that_stays_full(tmp_path: Path, durability: Durability) -> None:
    """Each flush says so and how much is pending, and the end of the session lets go of the file all the same."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        files = FaultyFiles(dict.fromkeys(range(1, 100), errno.ENOSPC))
        recorder = recorder_at(path, durability, files=files)
        for count, envelope in enumerate(SHORT, start=1):
            recorder.append(envelope)
            with pytest.raises(JournalError, match=r"No space left on device.*make room") as caught:
                await recorder.flush()
            assert count == caught.value.pending
        with pytest.raises(JournalError):
            await recorder.aclose()
        again = Recorder.resume(path)
        assert 0 == again.next_seq

    run(main)


class FullDevice(SystemFiles):
    """A file that the system itself refuses to fill."""

    def create(self, path: str) -> int:
        return os.open("/dev/full", os.O_RDWR)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_the_real_error_of_a_full_disk(tmp_path: Path) -> None:
    """What the system says is told, with the file and a remedy."""

    async def main() -> None:
        recorder = recorder_at(tmp_path / "log.jsonl", files=FullDevice())
        recorder.append(SHORT[0])
        with pytest.raises(JournalError, match=r"log.jsonl could not be written: No space left"):
            await recorder.commit()

    run(main)


def test_commits_at_once_share_the_wait_for_the_disk(tmp_path: Path) -> None:
    """Whoever comes while the disk is busy is served together by the next write."""
    files = FaultyFiles({})
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        recorder = recorder_at(path, Durability.FSYNC, files=files)

        async def one(envelope: Envelope) -> None:
            recorder.append(envelope)
            await recorder.commit()
            assert envelope.event in events_in(path.read_bytes())

        async with trio.open_nursery() as nursery:
            for envelope in SHORT:
                nursery.start_soon(one, envelope)

    run(main)
    assert 2 >= files.done.count("sync")
    assert len(SHORT) == len(events_in(path.read_bytes()))


def test_a_cancelled_commit_loses_nothing(tmp_path: Path) -> None:
    """Whether it was cancelled before or during the wait, the next flush has all, once."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        recorder = recorder_at(path, Durability.FSYNC)
        for envelope in SHORT:
            recorder.append(envelope)
            with trio.CancelScope() as scope:
                scope.cancel()
                await recorder.commit()
        await recorder.aclose()

    run(main)
    assert written(SHORT) == path.read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (b"", "became shorter"),
        (b"x" * 9000, "another program appended"),
        (None, "was deleted"),
    ],
)
def test_a_file_that_others_change(tmp_path: Path, change: bytes | None, message: str) -> None:
    """The recorder does not write over what another program did; it says what happened."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        recorder = recorder_at(path)
        recorder.append(SHORT[0])
        await recorder.commit()
        if change is None:
            path.unlink()
        else:
            path.write_bytes(change)
        recorder.append(SHORT[1])
        with pytest.raises(JournalError, match=message) as caught:
            await recorder.commit()
        assert 1 == caught.value.pending

    run(main)
    assert change is None or change == path.read_bytes()


def test_a_closed_recorder_says_so(tmp_path: Path) -> None:
    """What is appended after the end cannot be written any more."""

    async def main() -> None:
        recorder = recorder_at(tmp_path / "log.jsonl")
        await recorder.aclose()
        recorder.append(SHORT[0])
        with pytest.raises(JournalError, match=r"the recorder was closed"):
            await recorder.commit()

    run(main)


def test_two_recorders_of_one_file(tmp_path: Path) -> None:
    """The second is kept out and told by whom; after the first one's end it may go on."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        first = recorder_at(path)
        await record_all(first, SHORT)
        with pytest.raises(RecordingError, match=f"log.jsonl: process {os.getpid()} is recording to it"):
            Recorder.resume(path)
        await first.aclose()
        await Recorder.resume(path).aclose()

    run(main)


class BusyFiles(SystemFiles):
    """A file that somebody locked, on a system that does not say who."""

    def lock(self, fd: int) -> None:
        raise BlockingIOError(errno.EAGAIN, "locked")


@pytest.mark.parametrize("lazy", [False, True])
def test_a_lock_of_nobody_known(tmp_path: Path, lazy: bool) -> None:
    """It keeps out as well; a file that is made late says it with the flush."""

    async def main() -> None:
        with pytest.raises((RecordingError, JournalError), match=r"another process is recording to it"):
            await recorder_at(tmp_path / "log.jsonl", files=BusyFiles(), lazy=lazy).flush()

    run(main)


def test_paths_that_cannot_be_recorded_to(tmp_path: Path) -> None:
    """A new file is never written over another one, and what is wrong with a path is told with a remedy."""
    (tmp_path / "there.jsonl").write_bytes(b"")
    with pytest.raises(RecordingError, match=r"there.jsonl: File exists; resume it"):
        recorder_at(tmp_path / "there.jsonl")
    with pytest.raises(RecordingError, match=r"Not a directory|File exists"):
        recorder_at(tmp_path / "there.jsonl" / "log.jsonl")
    with pytest.raises(RecordingError, match=r"No such file or directory; begin a new session"):
        Recorder.resume(tmp_path / "missing.jsonl")
    with pytest.raises(RecordingError, match=r"it is a folder or a device"):
        Recorder.resume(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingError, match=r"it is a folder or a device"):
        Recorder.resume(tmp_path / "pipe")
    files = FaultyFiles({0: errno.EACCES})
    with pytest.raises(RecordingError, match=r"Permission denied; make it writable"):
        Recorder.resume(tmp_path / "there.jsonl", files=files)
