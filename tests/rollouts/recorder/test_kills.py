"""A real process is killed while it records."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rollouts.recorder.dying_writer import event
from tests.rollouts.recorder.logs import events_in
from tests.source import ROOT
from turnfold.rollouts.recorder import Recorder

KILLS = 12


def acknowledged_by_a_victim(path: Path, durability: str, batch: int, after: int) -> int:
    """Let a process record to *path*, kill it once it has written *after* bytes of answers; what it acknowledged."""
    command = [
        sys.executable,
        "-m",
        "tests.rollouts.recorder.dying_writer",
        str(path),
        durability,
        str(batch),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as victim:
        assert victim.stdout is not None
        said = victim.stdout.read(after)
        victim.send_signal(signal.SIGKILL)
        said += victim.stdout.read()
    assert -signal.SIGKILL == victim.returncode
    lines = said.split(b"\n")[:-1]
    return int(lines[-1]) if lines else 0


@pytest.mark.slow
@pytest.mark.covers("G1", "G3")
@pytest.mark.parametrize(("durability", "batch"), [("flush", 1), ("flush", 7), ("fsync", 3), ("none", 5)])
def test_what_was_acknowledged_survives(tmp_path: Path, durability: str, batch: int) -> None:
    """After SIGKILL at any moment the log holds all that was flushed, as a prefix of what was appended, and goes on."""
    chance = random.Random(f"{durability} {batch}")
    for number in range(KILLS // 4):
        path = tmp_path / f"{number}.jsonl"
        acknowledged = acknowledged_by_a_victim(path, durability, batch, chance.randrange(1, 2000))
        recorder = Recorder.resume(path)
        found = events_in(path.read_bytes())
        assert acknowledged <= len(found) == recorder.next_seq
        assert [event(place) for place in range(len(found))] == found
