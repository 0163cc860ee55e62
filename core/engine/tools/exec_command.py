"""`exec_command` and `write_stdin`: processes that answer after a while, whether they ended or not."""

from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from typing import Final

import msgspec
import trio

from turnfold.core.engine.ports import Action, Attempt, ToolCall, ToolFailed, ToolResult
from turnfold.core.engine.process import BYTES_PER_TOKEN, HeadTail
from turnfold.core.engine.tools import schemas
from turnfold.core.engine.tools.arguments import (
    Permissions,
    Tokens,
    YieldTime,
    cache_key,
    checked_text,
    decoded,
    directory,
)
from turnfold.core.engine.tools.running import Work, demand_allowed, sandbox_name
from turnfold.core.engine.tools.sessions import ExecSession, ExecSessions
from turnfold.core.engine.tools.settings import ExecSettings
from turnfold.events import ExecBegan

EXEC_YIELD_MS: Final = 10_000
WRITE_YIELD_MS: Final = 250
YIELD_MIN_MS: Final = 250
YIELD_MAX_MS: Final = 30_000
POLL_MIN_MS: Final = 5_000
POLL_MAX_MS: Final = 300_000
"""How long calls wait for output, as in Codex. A poll is a `write_stdin` that writes nothing."""

SHELLS: Final = frozenset({"bash", "dash", "fish", "ksh", "sh", "zsh"})
"""Shells that understand `-l` and `-c`."""


class ExecCommandArguments(Permissions, kw_only=True):
    """Arguments of `exec_command`."""

    cmd: str
    shell: str | None = None
    login: bool = True
    tty: bool = False
    yield_time_ms: YieldTime = EXEC_YIELD_MS
    max_output_tokens: Tokens | None = None


class WriteStdinArguments(msgspec.Struct, kw_only=True):
    """Arguments of `write_stdin`."""

    session_id: int
    chars: str = ""
    yield_time_ms: YieldTime = WRITE_YIELD_MS
    max_output_tokens: Tokens | None = None


class ExecCommand:
    """`exec_command`: starts shell text and answers when it ended, or after a while with the id of its session.

    Hooks see the text as it is (C5). The network outcome of a process is taken when it ends (D5, deferred).
    """

    def __init__(self, settings: ExecSettings, sessions: ExecSessions) -> None:
        self._settings = settings
        self._sessions = sessions

    @property
    def name(self) -> str:
        """`exec_command`."""
        return "exec_command"

    @property
    def parallel(self) -> bool:
        """It may run beside other calls, as in Codex."""
        return True

    def describe(self) -> Mapping[str, object]:
        """A function with the text of the command and how long to wait for it."""
        fields = {
            "cmd": {"type": "string", "description": "Text for the shell."},
            "workdir": schemas.WORKDIR,
            "shell": {"type": "string", "description": "Shell to use; the user's by default."},
            "login": schemas.LOGIN,
            "tty": {
                "type": "boolean",
                "description": "Whether the command gets a terminal, so that write_stdin can type into it.",
            },
            "yield_time_ms": schemas.YIELD,
            "max_output_tokens": schemas.TOKENS,
            **schemas.PERMISSIONS,
        }
        description = "Runs shell text; answers with its output, and with a session id while it still runs."
        return schemas.function(self.name, description, fields, ["cmd"])

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Read the text and its options. Raises ToolFailed."""
        asked = decoded(call, ExecCommandArguments)
        text = checked_text(asked.cmd, "cmd")
        if asked.shell is not None and PurePath(asked.shell).name not in SHELLS:
            raise ToolFailed(f"{asked.shell!r} is not a known shell; use one of {', '.join(sorted(SHELLS))}")
        argv = self._settings.shell_argv(text, shell=asked.shell, login=asked.login)
        # It has no timeout: it ends by itself, by write_stdin, or with the session.
        work = Work(call=call, argv=argv, shown=text, cwd=directory(cwd, asked.workdir), timeout_ms=None)
        return Action(
            attempt=partial(self._attempt, work, asked),
            argv=argv,
            hook_command=text,
            justification=asked.justification,
            cwd=work.cwd,
            escalated=asked.escalated,
            cache_keys=(cache_key(argv, work.cwd, escalated=asked.escalated),),
            network="deferred",
        )

    async def _attempt(self, work: Work, asked: ExecCommandArguments, attempt: Attempt) -> ToolResult:
        session = self._sessions.reserve(work, tty=asked.tty, spill=self._settings.spill)
        known = False
        try:
            await attempt.desk.record(
                ExecBegan(
                    call_id=work.call.call_id,
                    attempt=attempt.number,
                    turn_id=attempt.desk.turn_id,
                    command=work.shown,
                    cwd=work.cwd,
                    sandbox=sandbox_name(attempt),
                    process_id=str(session.session_id),
                )
            )
            began_s = trio.current_time()
            self._sessions.start(session, attempt, self._settings)
            output = await session.collect(_clamped(asked.yield_time_ms, YIELD_MIN_MS, YIELD_MAX_MS) / 1000)
            known = True
        finally:
            if not known:
                self._sessions.discard(session)
        budget = _budget(asked.max_output_tokens, self._settings)
        text = await _told(session, output, trio.current_time() - began_s, budget)
        if session.ended.is_set():
            self._sessions.forget(session)
            _demand_well_ended(session, attempt, output.text(budget), text)
        return ToolResult(output=text, success=_succeeded(session))


class WriteStdin:
    """`write_stdin`: types into the terminal of a session, or only asks what came since the last time."""

    def __init__(self, settings: ExecSettings, sessions: ExecSessions) -> None:
        self._settings = settings
        self._sessions = sessions

    @property
    def name(self) -> str:
        """`write_stdin`."""
        return "write_stdin"

    @property
    def parallel(self) -> bool:
        """No: what is typed has an order."""
        return False

    def describe(self) -> Mapping[str, object]:
        """A function with the session and what to type."""
        fields = {
            "session_id": {"type": "integer", "description": "Id of the session that exec_command answered."},
            "chars": {"type": "string", "description": "What to type; empty to wait for output only."},
            "yield_time_ms": schemas.YIELD,
            "max_output_tokens": schemas.TOKENS,
        }
        description = "Types into a running exec_command session and answers with its new output."
        return schemas.function(self.name, description, fields, ["session_id"])

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Read the session and the characters. Raises ToolFailed. The directory plays no part."""
        asked = decoded(call, WriteStdinArguments)
        # The command was approved when it was started, and hooks are asked about commands only (C5).
        return Action(attempt=partial(self._attempt, asked), cwd=cwd, asks=False, sandboxed=False)

    async def _attempt(self, asked: WriteStdinArguments, _: Attempt) -> ToolResult:
        session = self._sessions.get(asked.session_id)
        began_s = trio.current_time()
        limits = (YIELD_MIN_MS, YIELD_MAX_MS) if asked.chars else (POLL_MIN_MS, POLL_MAX_MS)
        wait_s = _clamped(asked.yield_time_ms, *limits) / 1000
        if asked.chars and not session.ended.is_set():
            # A process that does not read must not hold the call.
            with trio.move_on_after(wait_s):
                await session.write(asked.chars.encode("utf-8", "replace"))
        output = await session.collect(max(0.0, began_s + wait_s - trio.current_time()))
        if session.ended.is_set():
            self._sessions.forget(session)
            _demand_granted(session)
        budget = _budget(asked.max_output_tokens, self._settings)
        text = await _told(session, output, trio.current_time() - began_s, budget)
        return ToolResult(output=text, success=_succeeded(session))


def _clamped(asked_ms: int, min_ms: int, max_ms: int) -> int:
    return min(max(asked_ms, min_ms), max_ms)


def _budget(tokens: int | None, settings: ExecSettings) -> int:
    """Return the bytes of output that the model is shown; it may ask for less than usual, not for more."""
    return min(tokens or settings.output_tokens, settings.output_tokens) * BYTES_PER_TOKEN


def _succeeded(session: ExecSession) -> bool:
    return session.ending is None or session.ending.exit_code == 0


def _demand_granted(session: ExecSession) -> None:
    """Raise what the denial of its network access calls for."""
    if session.rejection is not None:
        raise session.rejection


def _demand_well_ended(session: ExecSession, attempt: Attempt, output: str, told: str) -> None:
    """Raise ToolFailed for one that did not start or was denied the network, SandboxDenial for one that was stopped."""
    _demand_granted(session)
    if session.failure is not None:
        raise ToolFailed(str(session.failure)) from session.failure
    if session.ending is not None:
        demand_allowed(attempt, session.ending, output, told)


async def _told(session: ExecSession, output: HeadTail, waited_s: float, budget: int) -> str:
    """Return what the model is told, in Codex's form."""
    if not session.ended.is_set() or session.ending is None:
        state = f"Process running with session ID {session.session_id}"
    elif session.ending.exit_code is None:
        state = "Process was ended by a signal"
    else:
        state = f"Process exited with code {session.ending.exit_code}"
    tokens = -(-output.total_bytes // BYTES_PER_TOKEN)
    note = await session.note()
    lines = [
        f"Wall time: {waited_s:.4f} seconds",
        state,
        f"Original token count: {tokens}",
        *([note] if note else []),
        "Output:",
        output.text(budget),
    ]
    return "\n".join(lines)
