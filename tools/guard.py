"""The habits of every command at its end: closed pipes, Ctrl-C, errors of the user's and errors of ours."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, TextIO

from turnfold.tools.exits import Complaint, ExitCode

DEBUG_VARIABLE = "TURNFOLD_DEBUG"


def guarded(action: Callable[[], int]) -> int:
    """Run *action* and return its exit code, whatever happens; only one line says what went wrong."""
    _ready_streams()
    try:
        code = int(action())
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us has seen enough, which is no error
        code = int(ExitCode.OK)
    except KeyboardInterrupt as stop:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not tear up the ending
        code = _say(str(stop) or "interrupted", ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  the last resort: no traceback for the user
        code = _explain(error)
    _flush()
    return code


def bug(error: BaseException, *, told: bool = True) -> str:
    """One line for an error that is ours; unless *told*, without its text, which may quote a session."""
    what = " ".join(f"{type(error).__name__}: {error}".split()) if told else type(error).__name__
    return f"internal error: {what[:500]}; this is a bug in turnfold ({DEBUG_VARIABLE}=1 shows where)"


def print_traceback(error: BaseException) -> None:
    """Print where *error* comes from to standard error, if the environment asks for it."""
    if os.environ.get(DEBUG_VARIABLE):
        import traceback

        traceback.print_exception(error)


def is_users(error: BaseException) -> bool:
    """Whether the remedy of *error* is with the user: a path, an option, the disk."""
    if isinstance(error, Complaint | OSError):
        return True
    rollouts: Any = sys.modules.get("turnfold.rollouts")  # whoever raised its errors has imported it
    return rollouts is not None and isinstance(error, (rollouts.DiscoveryError, rollouts.SourceError))


def _explain(error: Exception) -> int:
    print_traceback(error)
    if is_users(error):
        return _say(str(error), ExitCode.USAGE)
    return _say(bug(error), ExitCode.INTERNAL)


def _say(text: str, code: ExitCode) -> int:
    with contextlib.suppress(OSError):  # perhaps nobody is there to read it; the exit code remains
        print(f"turnfold: {text}", file=sys.stderr, flush=True)
    return int(code)


def _ready_streams() -> None:
    """Let no character stop us, for a terminal may not have it, and no stream that we were started without."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  as long as we live
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    """Write out what is left, so that the interpreter does not try it again when it shuts down and fails loudly."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _abandon(stream)


def _abandon(stream: TextIO) -> None:
    """Let what is left in the buffer go nowhere."""
    with contextlib.suppress(OSError, ValueError):  # it may have no file at all, as under a test runner
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
