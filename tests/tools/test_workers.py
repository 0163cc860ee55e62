"""Workers: every file has its answer, in order, whatever a file does to the process that reads it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnfold.tools.workers import WorkerDied, Workers


def answer(path: str) -> str:
    """Answer in capitals, or die in the way that the path names."""
    match path.partition("-")[0]:
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            raise SystemExit(5)
        case "large":
            return "x" * 3_000_000
        case _:
            pass
    return path.upper()


def given_up(path: str, death: WorkerDied) -> str:
    """Stand in for the answer of a file that killed its worker."""
    return f"{path}: {death}"


def answers(paths: Sequence[str], count: int = 2, size: int = 10) -> list[str]:
    """Return what the workers make of these paths."""
    return list(Workers(count, answer, given_up).map([(path, size) for path in paths]))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_answers_come_in_order(count: int) -> None:
    """However the work is shared out, the output has the order of the input."""
    paths = [f"p{number}" for number in range(100)]
    assert [path.upper() for path in paths] == answers(paths, count)


def test_no_paths_need_no_workers() -> None:
    """Nothing to do is done at once."""
    assert [] == answers([])


def test_only_the_killer_is_lost() -> None:
    """Each way to die costs one file, and is named; those sent along with it are answered by another worker."""
    paths = ["a", "exit-1", "b", "kill-2", "c", "stop-3", "d"]
    assert [
        "A",
        "exit-1: ended with exit code 3",
        "B",
        "kill-2: killed by SIGKILL",
        "C",
        "stop-3: ended with exit code 5",
        "D",
    ] == answers(paths, count=1)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["a", "b", "exit-x", "kill-x", "large-x"]), max_size=25), st.integers(1, 3))
def test_any_mixture_is_answered(paths: list[str], count: int) -> None:
    """No mixture of good, deadly and large answers loses another file's answer or waits for ever."""
    expected = [path.upper() if len(path) == 1 else path[:4] for path in paths]
    assert expected == [
        text if len(text) == 1 else ("larg" if text[0] == "x" else text[:4]) for text in answers(paths, count)
    ]


def test_large_files_go_one_by_one() -> None:
    """Files of many bytes, and paths of many characters, are not sent in one batch; all are answered."""
    paths = [f"{number}{'p' * 3_000}" for number in range(40)]
    assert [path.upper() for path in paths] == answers(paths)
    assert ["A", "B", "C"] == answers(["a", "b", "c"], size=1 << 30)


def test_leaving_early_ends_the_workers() -> None:
    """Who stops listening leaves no process behind."""
    workers = Workers(2, answer, given_up)
    listening = workers.map([(f"p{number}", 1) for number in range(50)])
    assert "P0" == next(listening)
    assert multiprocessing.active_children()
    listening.close()
    assert [] == multiprocessing.active_children()
