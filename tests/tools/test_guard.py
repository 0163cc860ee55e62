"""How a command ends, whatever happens in it."""

from __future__ import annotations

import errno
import signal
import subprocess
from pathlib import Path

import pytest

from tests.tools.process import COMMAND
from turnfold.rollouts import SourceError
from turnfold.tools.exits import Complaint
from turnfold.tools.guard import guarded


@pytest.fixture(autouse=True)
def _keep_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard gives up Ctrl-C for good, which a test run must not."""

    def ignore(number: int, handler: object) -> None:
        """Take the place of `signal.signal`."""

    monkeypatch.setattr(signal, "signal", ignore)


def ending(error: BaseException) -> int:
    """Return the exit code of a command that raises."""

    def action() -> int:
        raise error

    return guarded(action)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (BrokenPipeError(), 0, ""),
        (Complaint("mend this"), 3, "turnfold: mend this\n"),
        (SourceError("f: not there"), 3, "turnfold: f: not there\n"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            3,
            "turnfold: [Errno 28] No space left on device\n",
        ),
        (KeyboardInterrupt(), 130, "turnfold: interrupted\n"),
        (KeyboardInterrupt("interrupted after 3 files"), 130, "turnfold: interrupted after 3 files\n"),
    ],
)
def test_what_the_user_can_mend_is_one_line(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each way to end has its exit code and at most one line."""
    assert code == ending(error)
    assert ("", told) == capsys.readouterr()


def test_a_bug_is_named_as_ours(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours ends with 4 and one line that says whose it is and how to see more."""
    monkeypatch.delenv("TURNFOLD_DEBUG", raising=False)
    assert 4 == ending(ZeroDivisionError("split\nin two"))
    told = capsys.readouterr().err
    assert 1 == told.count("\n")
    assert "ZeroDivisionError: split in two; this is a bug in turnfold (TURNFOLD_DEBUG=1 shows where)" in told


def test_a_bug_shows_where_it_is_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TURNFOLD_DEBUG the traceback is there."""
    monkeypatch.setenv("TURNFOLD_DEBUG", "1")
    assert 4 == ending(ZeroDivisionError("split"))
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_an_ordinary_end_keeps_its_code() -> None:
    """The code of the command is that of the process."""
    assert 2 == guarded(lambda: 2)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_missing_streams_do_not_matter(closed: str, legal: Path) -> None:
    """A process may be started without standard output and error."""
    words = [*COMMAND, "verify", str(legal)]
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *words], capture_output=True, check=False)
    assert (0, b"") == (done.returncode, done.stderr)
