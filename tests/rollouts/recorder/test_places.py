"""Where files of new sessions go, and who holds them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from turnfold.rollouts import parse_name
from turnfold.rollouts.recorder import SystemFiles, session_path
from turnfold.rollouts.recorder.files import holder_of, write_all


def test_the_path_of_a_session() -> None:
    """It lies by local date below `sessions`, and its name says local time and id, as Codex reads it."""
    begun = datetime(2026, 6, 1, 9, 0, 7, tzinfo=UTC)
    path = session_path(Path("/home"), "0198-id", begun)
    name = parse_name(path.name)
    assert name is not None
    local = begun.astimezone().replace(tzinfo=None)
    assert ("0198-id", local) == (name.thread_id, name.at)
    assert Path("/home/sessions", *f"{local:%Y %m %d}".split()) == path.parent


def test_a_lock_that_nobody_holds(tmp_path: Path) -> None:
    """Without a lock there is no holder; with one it is told where the system does."""
    files = SystemFiles()
    fd = files.create(str(tmp_path / "file"))
    assert holder_of(fd) is None
    files.lock(fd)
    assert holder_of(fd) in (os.getpid(), None)
    files.close(fd)


def test_a_system_that_takes_nothing(tmp_path: Path) -> None:
    """A write of no bytes is a failure, and no endless loop."""

    class Stuck(SystemFiles):
        def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
            return 0

    with pytest.raises(OSError, match="took no byte"):
        write_all(Stuck(), 0, b"x", 0)
