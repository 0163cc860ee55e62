"""A long file on two cores: the same answer, whatever becomes of the second process."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from turnfold.replay import second_core
from turnfold.replay.histories import line_of, lines_of, repeated, write
from turnfold.replay.second_core import DamageSearch
from turnfold.replay.verification import verify
from turnfold.rollouts import Damage

HISTORY = write("""
    meta
    start a; context; user "one"; call c1; output c1; agent "done"; complete a
    start b; context; user "two"; call c2; abort b
""")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file with damage of every depth and one fault of order."""
    lines = lines_of(repeated(HISTORY, line_of(HISTORY, "task_complete")))
    lines[2] = lines[2].replace(b'"payload":{', b'"unread":{"a":1,"a":2},"payload":{', 1)
    lines[4] = lines[4].replace(b'"payload":{', b'"unread":"\xff","payload":{', 1)
    lines[6] = lines[6][:40]
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


@pytest.fixture(autouse=True)
def short_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_core, "WORTH_IT_BYTES", 1)


def test_two_cores_say_what_one_says(broken: Path) -> None:
    """Findings, counts and verdict are the same, also for damage that does not keep a line from being decoded."""
    assert verify(broken, cores=1) == verify(broken, cores=2)
    assert {"TF005", "TF009", "TF001", "TF304"} <= verify(broken, cores=2).counts.keys()


def test_a_search_that_is_killed_is_made_up_for(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the second process dies, the first one does its work too."""

    class Killed(DamageSearch):
        def __init__(self, path: str | os.PathLike[str]) -> None:
            super().__init__(path)
            os.kill(self.pid, signal.SIGKILL)

        def result(self) -> Sequence[Damage] | None:
            self._answer.read()  # what it may have said before
            return super().result()

    expected = verify(broken, cores=1)
    monkeypatch.setattr("turnfold.replay.verification.DamageSearch", Killed)
    assert expected == verify(broken, cores=2)


def test_what_is_no_long_file_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input and short files are not worth a process."""
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(HISTORY)
    monkeypatch.setattr(second_core, "WORTH_IT_BYTES", len(HISTORY) + 1)
    assert DamageSearch.if_worth_it(path) is None
    assert DamageSearch.if_worth_it("-") is None
