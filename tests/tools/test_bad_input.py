"""Bad input: a clear message, the right exit code, no traceback, the source untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from tests.tools.process import COMMAND, spawn, turnfold
from turnfold.replay.histories import write

LEGAL = write('meta; start a; context; user "fix it"; agent "done"; complete a')


@pytest.mark.parametrize("command", ["verify", "turns"])
def test_a_missing_path(command: str, tmp_path: Path) -> None:
    """A path under which nothing is found is named, and the exit code is 3."""
    done = turnfold(command, tmp_path / "nowhere" / "x.jsonl")
    assert 3 == done.returncode
    assert f"{tmp_path / 'nowhere' / 'x.jsonl'}: " in done.stderr
    assert 1 == done.stderr.count("\n")


def test_a_missing_path_beside_a_good_one(legal: Path) -> None:
    """What can be verified is; the exit code tells of the rest."""
    done = turnfold("verify", legal.parent / "no.jsonl", legal)
    assert 3 == done.returncode
    assert "no.jsonl" in done.stderr
    assert f"valid    {legal}" in done.stdout


def test_a_folder_without_rollouts(tmp_path: Path) -> None:
    """The message says what was there instead."""
    (tmp_path / "notes.txt").write_text("hello")
    done = turnfold("verify", tmp_path)
    assert (3, "") == (done.returncode, done.stdout)
    assert "notes.txt" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(legal: Path) -> None:
    """A file that the system keeps from us is named with the remedy."""
    legal.chmod(0)
    done = turnfold("verify", legal)
    assert 3 == done.returncode
    assert "check its permissions" in done.stderr


def test_an_empty_file(tmp_path: Path) -> None:
    """That nothing is in it is damage: its verdict is unknown, and no traceback."""
    (tmp_path / "empty.jsonl").touch()
    done = turnfold("verify", tmp_path / "empty.jsonl")
    assert (2, "") == (done.returncode, done.stderr)
    assert "TF016" in done.stdout
    assert "the file is empty" in done.stdout


@pytest.mark.parametrize("content", [b"hello\nworld\n", bytes(range(256)) * 40, b"\x28\xb5\x2f\xfd junk"])
def test_a_file_that_is_not_json(content: bytes, tmp_path: Path) -> None:
    """Text, binary junk or a broken archive: the verdict is unknown, with the damage named."""
    path = tmp_path / "junk.jsonl"
    path.write_bytes(content)
    done = turnfold("verify", path)
    assert (2, "") == (done.returncode, done.stderr)
    assert "unknown" in done.stdout
    assert "it may be no rollout" in done.stdout or "no line that could be read" in done.stdout
    assert content == path.read_bytes()


def test_a_rollout_of_a_future_version(tmp_path: Path) -> None:
    """Record types that are new in it are no damage; the text says that they were not judged."""
    path = tmp_path / "future.jsonl"
    novelty = b'{"timestamp":"2026-06-01T10:00:00.000Z","type":"novelty","payload":{"type":"x"}}\n'
    path.write_bytes(LEGAL.replace(b"0.146.0", b"9.0.0") + novelty)
    done = turnfold("verify", path)
    assert (0, "") == (done.returncode, done.stderr)
    assert "a newer version than turnfold knows wrote it" in done.stdout
    assert "novelty" in done.stdout


def test_a_file_that_grows(tmp_path: Path) -> None:
    """A live session is read as far as it has come, while its writer goes on."""
    path = tmp_path / "live.jsonl"
    path.write_bytes(LEGAL)
    line = b'{"timestamp":"2026-06-01T10:00:00.000Z","type":"event_msg","payload":{"type":"context_compacted"}}\n'
    done = threading.Event()

    def write_on() -> None:
        with path.open("ab", buffering=0) as file:
            while not done.is_set() and file.tell() < 20_000_000:
                file.write(line * 100)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        seen = turnfold("verify", path, "--rule", "TF0,TF3")
    finally:
        done.set()
        writer.join()
    assert (0, "") == (seen.returncode, seen.stderr)
    assert "valid" in seen.stdout


def test_a_closed_pipe(illegal: Path) -> None:
    """`turnfold … | head -1` is no error, however much is left to say."""
    process = spawn("verify", illegal, "--format", "tsv")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process:
        told = process.stderr.read()
    assert (0, b"") == (process.returncode, told)


def test_a_pipe_closed_halfway(tmp_path: Path) -> None:
    """The reader may go away when it has seen a part of a long output."""
    for number in range(400):
        (tmp_path / f"rollout-{number:03}-{'x' * 150}.jsonl").write_bytes(b"junk\n" * 20)
    process = spawn("verify", tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    with process:
        told = process.stderr.read()
    assert (0, b"") == (process.returncode, told)


def test_ctrl_c() -> None:
    """Ctrl-C in a long run ends it with one line and exit code 130."""
    process = spawn("verify", "-")
    assert process.stdin is not None
    process.stdin.write(LEGAL * 200)  # more than a pipe holds: when this returns, the file is being read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert (130, b"turnfold: interrupted after 0 of 1 files\n") == (process.returncode, told)


def test_ctrl_c_with_workers(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group; the workers die with their parent and say nothing."""
    fifos = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for fifo in fifos:
        os.mkfifo(fifo)
    process = spawn("verify", "-j", "2", *fifos)
    ends = [fifo.open("wb", buffering=0) for fifo in fifos]  # each opens when a worker reads it
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate()
    assert (130, b"turnfold: interrupted after 0 of 2 files\n") == (process.returncode, told)
    for end in ends:
        with pytest.raises(BrokenPipeError):
            end.write(b"is anybody there?")
        end.close()


def test_the_source_is_untouched(illegal: Path) -> None:
    """Neither the bytes nor the times of a file change, and nothing appears beside it."""
    before = (illegal.read_bytes(), illegal.stat().st_mtime_ns, sorted(illegal.parent.iterdir()))
    for command in ("verify", "turns"):
        turnfold(command, illegal, cwd=illegal.parent)
    assert before == (illegal.read_bytes(), illegal.stat().st_mtime_ns, sorted(illegal.parent.iterdir()))


def test_a_full_disk(legal: Path) -> None:
    """Output that cannot be written is an error, said in one line."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "verify", str(legal)], stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert (3, "turnfold: [Errno 28] No space left on device\n") == (done.returncode, done.stderr)
