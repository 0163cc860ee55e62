"""One command of a call, from its start to its end: what all shell tools share."""

from collections.abc import Awaitable, Callable, Mapping

import attrs
import trio

from turnfold.core.engine.gate import Stopwatch
from turnfold.core.engine.ports import (
    Attempt,
    Command,
    Process,
    ProcessError,
    SandboxDenial,
    ToolCall,
    ToolFailed,
    ToolResult,
)
from turnfold.core.engine.process import BYTES_PER_TOKEN, OutputCapture
from turnfold.core.engine.tools.settings import ExecSettings
from turnfold.events import ExecBegan, ExecEnded

DRAIN_S = 2.0
"""Seconds that output may still come after the end of a command whose children hold its streams (as in Codex)."""

TIMEOUT_EXIT_CODE = 124
"""What Codex reports for a command that ran into its timeout."""


@attrs.frozen(kw_only=True)
class Work:
    """A command that a call wants to be run."""

    call: ToolCall
    argv: tuple[str, ...]
    shown: str
    """The command as hooks and the log show it."""
    cwd: str
    timeout_ms: int | None
    """None for a process that may outlive its call."""


@attrs.frozen(kw_only=True)
class Ending:
    """How a command ended."""

    exit_code: int | None
    """None when a signal ended it."""
    duration_s: float
    timed_out: bool = False

    @property
    def status(self) -> str:
        """The word for it in `ExecEnded`."""
        return "completed" if self.exit_code == 0 else "failed"


async def read_to_end(process: Process, take: Callable[[bytes], Awaitable[None]]) -> int | None:
    """Hand all output of *process* to *take* and return its exit code when it ended.

    Children that it leaves behind may hold its streams open for ever: after its end they are given `DRAIN_S`.
    """
    closed = trio.Event()

    async def read() -> None:
        while (chunk := await process.receive()) is not None:
            await take(chunk.data)
        closed.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        exit_code = await process.wait()
        with trio.move_on_after(DRAIN_S):
            await closed.wait()
        nursery.cancel_scope.cancel()
    return exit_code


def confined(attempt: Attempt, command: Command) -> Command:
    """Return *command* inside the attempt's sandbox."""
    return command if attempt.sandbox is None else attempt.sandbox.confine(command)


def environment(settings: ExecSettings, attempt: Attempt, extra: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables of a command: the settings', the network lease's, then *extra*."""
    lease: Mapping[str, str] = {} if attempt.network is None else attempt.network.env
    return {**settings.env, **lease, **extra}


def sandbox_name(attempt: Attempt) -> str:
    """Return the word for the attempt's sandbox in the log."""
    return "none" if attempt.sandbox is None else attempt.sandbox.name


async def run_to_end(work: Work, settings: ExecSettings, attempt: Attempt) -> ToolResult:
    """Run the command of *work* within its timeout and return what the model is told.

    Records ExecBegan and ExecEnded. Raises SandboxDenial when the sandbox stopped it, and ToolFailed when it could not
    be started. When the turn is aborted its processes are killed and nothing is recorded.
    """
    watch = Stopwatch(None if work.timeout_ms is None else work.timeout_ms / 1000)
    capture = OutputCapture(work.call.call_id, settings.spill)
    failure: ProcessError | None = None
    exit_code: int | None = None
    async with settings.guarded(work.call, attempt, watch) as extra:
        env = environment(settings, attempt, extra)
        command = confined(attempt, Command(argv=work.argv, cwd=work.cwd, env=env))
        await _record_begin(work, attempt)
        began_s = trio.current_time()
        try:
            with watch:
                async with settings.processes.open(command) as process:
                    exit_code = await read_to_end(process, capture.feed)
        except ProcessError as error:
            failure = error
        duration_s = trio.current_time() - began_s
    if watch.timed_out:
        exit_code = TIMEOUT_EXIT_CODE
    ending = Ending(exit_code=exit_code, duration_s=duration_s, timed_out=watch.timed_out)
    await _record_end(work, attempt, ending, watch)
    if failure is not None:
        raise ToolFailed(str(failure)) from failure
    await capture.finish()
    return _result(work, settings, attempt, ending, capture)


async def _record_begin(work: Work, attempt: Attempt) -> None:
    await attempt.desk.record(
        ExecBegan(
            call_id=work.call.call_id,
            attempt=attempt.number,
            turn_id=attempt.desk.turn_id,
            command=work.shown,
            cwd=work.cwd,
            sandbox=sandbox_name(attempt),
        )
    )


async def _record_end(work: Work, attempt: Attempt, ending: Ending, watch: Stopwatch) -> None:
    await attempt.desk.record(
        ExecEnded(
            call_id=work.call.call_id,
            turn_id=attempt.desk.turn_id,
            exit_code=ending.exit_code,
            duration_us=round(ending.duration_s * 1_000_000),
            status=ending.status,
            attempt=attempt.number,
            source="agent",
            paused_ms=watch.paused_ms,
        )
    )


def _result(
    work: Work, settings: ExecSettings, attempt: Attempt, ending: Ending, capture: OutputCapture
) -> ToolResult:
    output = capture.text(settings.output_tokens * BYTES_PER_TOKEN)
    text = _told(work, ending, output, capture.note())
    demand_allowed(attempt, ending, output, text)
    return ToolResult(output=text, success=ending.exit_code == 0)


def demand_allowed(attempt: Attempt, ending: Ending, output: str, told: str) -> None:
    """Raise SandboxDenial, with *told* for the model, if the sandbox seems to have stopped the command."""
    sandbox = attempt.sandbox
    if sandbox is None or ending.timed_out or not sandbox.denied(ending.exit_code, output):
        return
    code = "a signal" if ending.exit_code is None else f"exit code {ending.exit_code}"
    raise SandboxDenial(
        f"the command seems to have been stopped by the sandbox {sandbox.name} ({code})", told
    )


def seconds(duration_s: float) -> str:
    """Return a duration as Codex prints it: one decimal, which is left out where it is 0."""
    return f"{duration_s:.1f}".removesuffix(".0")


def _told(work: Work, ending: Ending, output: str, note: str | None) -> str:
    """Return what the model is told, in Codex's form."""
    if ending.timed_out:
        output = f"command timed out after {work.timeout_ms} milliseconds\n{output}"
    lines = [
        f"Exit code: {'none (ended by a signal)' if ending.exit_code is None else ending.exit_code}",
        f"Wall time: {seconds(ending.duration_s)} seconds",
        *([note] if note else []),
        "Output:",
        output,
    ]
    return "\n".join(lines)
