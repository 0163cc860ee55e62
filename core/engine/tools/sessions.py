"""Processes that outlive the calls that began them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final, Protocol, runtime_checkable

import trio

from turnfold.core.engine.ports import (
    Attempt,
    Background,
    Command,
    NetworkLease,
    Process,
    ProcessError,
    ToolFailed,
    ToolInterrupted,
    TurnOver,
)
from turnfold.core.engine.process import HeadTail, OutputCapture, Spill
from turnfold.core.engine.tools.running import Ending, Work, confined, environment, read_to_end
from turnfold.core.engine.tools.settings import ExecSettings
from turnfold.events import Event, ExecEnded

SESSIONS_MAX: Final = 64
"""Processes of one session at a time, those included that ended but were not asked about since (as in Codex)."""

FIRST_SESSION_ID: Final = 1000

PLAIN_ENVIRONMENT: Mapping[str, str] = {
    "NO_COLOR": "1",
    "TERM": "dumb",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GH_PAGER": "cat",
}
"""Keeps programs on a terminal from colours and pagers (as in Codex)."""


class Recorder(Protocol):
    """Records events of the session, in a turn and between turns."""

    async def record(self, *events: Event) -> None:
        """Record *events*. Raises TurnOver when they may not happen any more."""
        ...


@runtime_checkable
class Deferred(Protocol):
    """A network lease whose outcome is taken when the process ends."""

    async def finish(self) -> None:
        """Take the outcome. Raises ToolFailed or ToolInterrupted where it was denied."""
        ...


class ExecSession:
    """One process, and its output since somebody last asked."""

    def __init__(self, session_id: int, work: Work, *, tty: bool, spill: Spill | None = None) -> None:
        self.session_id = session_id
        self.work = work
        self.tty = tty
        self.ended = trio.Event()
        """Set when it ended and the log says so."""
        self.ending: Ending | None = None
        self.failure: ProcessError | None = None
        """Why it could not be started."""
        self.rejection: ToolFailed | ToolInterrupted | None = None
        """What became of its network access, when that was denied (D5)."""
        self.discarded = False
        """Whether its call was aborted before it learned of the session: then nobody can reach it."""
        self._started = trio.Event()
        self._process: Process | None = None
        self._killed = False
        self._buffer = HeadTail()
        # All of its output, for the file; it needs no more memory than what is not long enough to be written.
        self._capture = OutputCapture(
            work.call.call_id, spill, keep_bytes=0 if spill is None else spill.after_bytes
        )

    async def run(self, command: Command, settings: ExecSettings) -> None:
        """Run *command* to its end. Cancelled, it is killed."""
        began_s = trio.current_time()
        exit_code: int | None = None
        try:
            async with settings.processes.open(command) as process:
                self._process = process
                self._started.set()
                if self._killed:
                    process.kill()
                exit_code = await read_to_end(process, self._feed)
        except ProcessError as error:
            self.failure = error
        self.ending = Ending(exit_code=exit_code, duration_s=trio.current_time() - began_s)

    async def write(self, data: bytes) -> None:
        """Send input. Raises ToolFailed when it has none."""
        if not self.tty:
            raise ToolFailed(
                f"session {self.session_id} has no input: start the command again by exec_command with tty=true"
            )
        await self._started.wait()
        if self._process is not None:
            await self._process.write(data)

    async def collect(self, wait_s: float) -> HeadTail:
        """Wait for the end, at most *wait_s* seconds, and take out the output that came in."""
        with trio.move_on_after(wait_s):
            await self.ended.wait()
        taken, self._buffer = self._buffer, HeadTail()
        if not self.ended.is_set():
            # A character whose rest is still to come is told whole the next time.
            self._buffer.feed(taken.cut_incomplete())
        return taken

    async def note(self) -> str | None:
        """Write all output so far to its file if it is long; say where it is, or None."""
        await self._capture.finish()
        return self._capture.note()

    def kill(self) -> None:
        """Kill it, as soon as it runs."""
        self._killed = True
        if self._process is not None:
            self._process.kill()

    async def _feed(self, data: bytes) -> None:
        self._buffer.feed(data)
        await self._capture.feed(data)


class ExecSessions:
    """The processes of a session that outlive their calls, each running in the background.

    They survive the turn, also its abort; `close` ends them, and so does the end of the background. A process whose
    own call is aborted before the model learned its id is killed, since nobody could reach it any more.

    Args:
        limit: how many there may be. Beyond it those that ended longest ago are forgotten; if all run, a call is
            refused.
    """

    def __init__(self, *, limit: int = SESSIONS_MAX) -> None:
        self._limit = limit
        self._background: Background | None = None
        self._recorder: Recorder | None = None
        self._sessions: dict[int, ExecSession] = {}
        self._ended: list[int] = []
        self._next_id = FIRST_SESSION_ID
        self._stops: dict[int, Callable[[], None]] = {}

    def attach(self, background: Background, recorder: Recorder) -> None:
        """Say where processes run, and who takes the events of their ends, which may come between turns."""
        self._background = background
        self._recorder = recorder

    def reserve(self, work: Work, *, tty: bool, spill: Spill | None = None) -> ExecSession:
        """Take a place for a process. Raises ToolFailed when there is none."""
        while len(self._sessions) >= self._limit and self._ended:
            self.forget(self._sessions[self._ended[0]])
        if len(self._sessions) >= self._limit:
            raise ToolFailed(
                f"{self._limit} processes are running already; end one of them by write_stdin before starting another"
            )
        session = ExecSession(self._next_id, work, tty=tty, spill=spill)
        self._next_id += 1
        self._sessions[session.session_id] = session
        return session

    def start(self, session: ExecSession, attempt: Attempt, settings: ExecSettings) -> None:
        """Start the process of *session*. Raises RuntimeError before `attach`."""
        if self._background is None:
            raise RuntimeError("exec sessions have no background yet: attach them to the session first")
        env = environment(settings, attempt, PLAIN_ENVIRONMENT)
        command = Command(
            argv=session.work.argv,
            cwd=session.work.cwd,
            env=env,
            stdin=None if session.tty else b"",
            tty=session.tty,
        )
        run = partial(self._run, session, confined(attempt, command), attempt, settings)
        self._stops[session.session_id] = self._background.start(f"exec-{session.session_id}", run)

    def get(self, session_id: int) -> ExecSession:
        """Return a session. Raises ToolFailed when there is none of that id."""
        session = self._sessions.get(session_id)
        if session is None:
            raise ToolFailed(
                f"Unknown process id {session_id}: it never was, or its end was reported already"
            )
        return session

    def forget(self, session: ExecSession) -> None:
        """Give up the place of a process that ended and was reported."""
        self._sessions.pop(session.session_id, None)
        self._stops.pop(session.session_id, None)
        if session.session_id in self._ended:
            self._ended.remove(session.session_id)

    def discard(self, session: ExecSession) -> None:
        """Kill a process that nobody will ask about, and record nothing of its end."""
        session.discarded = True
        stop = self._stops.get(session.session_id)
        self.forget(session)
        if stop is not None:
            stop()

    async def close(self) -> None:
        """Kill all processes and wait until they ended and the log says so."""
        for session in list(self._sessions.values()):
            session.kill()
        for session in list(self._sessions.values()):
            if session.session_id in self._stops:
                await session.ended.wait()

    @property
    def running(self) -> int:
        """Number of processes that have not ended."""
        return len(self._sessions) - len(self._ended)

    async def _run(
        self, session: ExecSession, command: Command, attempt: Attempt, settings: ExecSettings
    ) -> None:
        try:
            await session.run(command, settings)
            if not session.discarded:
                await self._record_end(session, attempt)
                await _settle(session, attempt.network)
        finally:
            if session.session_id in self._sessions:
                self._ended.append(session.session_id)
            session.ended.set()

    async def _record_end(self, session: ExecSession, attempt: Attempt) -> None:
        ending = session.ending
        assert ending is not None
        end = ExecEnded(
            call_id=session.work.call.call_id,
            turn_id=attempt.desk.turn_id,
            exit_code=ending.exit_code,
            duration_us=round(ending.duration_s * 1_000_000),
            status=ending.status,
            attempt=attempt.number,
            source="unified_exec_startup",
            process_id=str(session.session_id),
        )
        if self._recorder is None:
            return
        # If the session is closing by now, nobody is left to be told.
        with suppress(TurnOver):
            await self._recorder.record(end)


async def _settle(session: ExecSession, lease: NetworkLease | None) -> None:
    """Take the outcome of the process's network access, for whoever asks next (D5)."""
    if not isinstance(lease, Deferred):
        return
    try:
        await lease.finish()
    except (ToolFailed, ToolInterrupted) as rejection:
        session.rejection = rejection
    except TurnOver:
        # It began in a turn that is over; nobody is left to be told.
        return
