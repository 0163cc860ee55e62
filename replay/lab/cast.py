"""What a session under exploration works with: a journal, a model, tools and hooks that wait by trio alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import trio

from turnfold.core.engine.fakes import (
    CountedIds,
    FakeProcesses,
    MemoryJournal,
    NoFiles,
    Program,
    Say,
    Step,
    printing,
)
from turnfold.core.engine.hooks import CommandRunner, Hooks, Spiller
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import Action, Attempt, Item, ModelRequest, Tool, ToolCall, ToolResult
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import HookConfig, HookFile, configure
from turnfold.events import Envelope

Log: TypeAlias = list[Envelope]

Play: TypeAlias = Mapping[str, Sequence[Sequence[Step]]]
"""What the model answers, by the text with which a turn began: a list of steps for each request of the turn."""

AFTER: Final = "after"
"""What is submitted when a race is over: the session has to take it."""

_kept: Final[list[list[Log]]] = []


@contextmanager
def kept_logs() -> Generator[list[Log]]:
    """Keep the log of every session that a lab opens in this context, also of one that fails or never ends."""
    logs: list[Log] = []
    _kept.append(logs)
    try:
        yield logs
    finally:
        _kept.remove(logs)


class LabJournal(MemoryJournal):
    """A journal in memory whose commits take a moment, as those to a disk do: others run meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        if _kept:
            _kept[-1].append(self.appended)

    async def commit(self) -> None:
        """Wait for others, then take what was appended *before* that as written."""
        count = len(self.appended)
        await trio.lowlevel.checkpoint()
        self.written = max(self.written, count)


def _text_of(item: Item) -> str | None:
    """What the user says with an item; None if it is another's, or what the session itself says, in tags."""
    if item.get("type") != "message" or item.get("role") != "user":
        return None
    parts: Any = item.get("content")
    text = " ".join(str(part.get("text")) for part in parts)
    return None if text.startswith("<") else text


def answering(play: Play) -> Callable[[ModelRequest], Sequence[Step]]:
    """Return a model's script that goes by what a turn began with: the order of requests differs with the schedule.

    A turn without a line of its own in the play, and a request beyond the last one of it, is answered with `done`.
    """
    heard: set[str] = set()
    left: dict[str, list[Sequence[Step]]] = {}

    def answer(request: ModelRequest) -> Sequence[Step]:
        texts = [text for text in map(_text_of, request.items) if text is not None]
        if request.turn_id not in left:
            fresh = [text for text in texts if text not in heard]
            lines = () if AFTER in fresh else next((play[text] for text in fresh if text in play), ())
            left[request.turn_id] = list(lines)
        heard.update(texts)
        responses = left[request.turn_id]
        return responses.pop(0) if responses else (Say("done"),)

    return answer


class Shell:
    """A tool that hooks know as `Bash` and that needs approval.

    Args:
        parallel: whether its calls may run beside other calls.
    """

    name = "shell_command"

    def __init__(self, *, parallel: bool = False) -> None:
        self.parallel = parallel
        self.ran: list[str] = []
        """The commands that it came to run."""

    def describe(self) -> Mapping[str, object]:
        """Its entry in a request."""
        return {"type": "function", "name": self.name}

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """A command that has to be allowed."""
        command = str(json.loads(str(call.arguments))["command"])

        async def attempt(_given: Attempt) -> ToolResult:
            self.ran.append(command)
            await trio.lowlevel.checkpoint()
            return ToolResult(output=f"ran {command}")

        return Action(
            attempt=attempt,
            argv=("sh", "-c", command),
            hook_command=command,
            cwd=cwd,
            asks=True,
            sandboxed=False,
        )


@tool(asks=False)
async def work(seconds: float = 0) -> str:
    """Take time, and end when told to."""
    await trio.sleep(seconds)
    return "worked"


@tool(asks=False)
async def stubborn(seconds: float) -> str:
    """Take time, and not end when told to."""
    with trio.CancelScope(shield=True):
        await trio.sleep(seconds)
    return "at last"


PLAIN_TOOLS: Final[tuple[Tool, ...]] = (work, stubborn)


def config_of(events: Mapping[HookEvent, Sequence[str]]) -> HookConfig:
    """Return a hook configuration: for each event the names of its commands, in order."""
    groups = {
        event.wire: [{"hooks": [{"type": "command", "command": name} for name in names]}]
        for event, names in events.items()
    }
    file = HookFile(path="/lab/hooks.json", source="user", text=json.dumps({"hooks": groups}))
    return configure([file], bypass_trust=True)


def denial(*, interrupt: bool = False, after_s: float = 0) -> Program:
    """Return a PermissionRequest hook that denies, and perhaps interrupts the turn."""
    decision = {"behavior": "deny", "interrupt": interrupt}
    output = {"hookSpecificOutput": {"hookEventName": "PermissionRequest", "decision": decision}}
    return printing(json.dumps(output), after_s=after_s)


def hooks_on(event: HookEvent, *programs: Program) -> Callable[[], Hooks]:
    """Return what makes, for each run, hooks on *event* that are these programs, in order."""
    named = {f"hook-{number}": program for number, program in enumerate(programs)}
    config = config_of({event: tuple(named)})

    def make() -> Hooks:
        runner = CommandRunner(processes=FakeProcesses(named), env={"SHELL": "/bin/sh", "HOME": "/lab"})
        return Hooks(
            config=config,
            runner=runner,
            spiller=Spiller(folder="/lab", files=NoFiles(), new_id=CountedIds().new),
        )

    return make
