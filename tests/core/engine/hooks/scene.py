"""A session with hooks, on scripted programs and a desk that folds."""

import json
from collections.abc import Awaitable, Callable, Mapping

import trio
import trio.testing

from turnfold.core.engine.fakes import BookDesk, CountedIds, FakeProcesses, Program
from turnfold.core.engine.hooks import CommandRunner, Hooks, Spiller
from turnfold.core.hooks import HookEvent, PermissionRequestInput
from turnfold.core.hooks.config import HookConfig, HookFile, configure
from turnfold.events import Event, HookCompleted, HookStarted


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run *test* on a clock that jumps."""
    trio.run(test, clock=trio.testing.MockClock(autojump_threshold=0))


class DictFiles:
    """Files in memory; a value that is an OSError is raised."""

    def __init__(self, content: Mapping[str, bytes | OSError] | None = None) -> None:
        self.content = dict(content or {})
        self.asked: list[str] = []
        """Every path that was read."""
        self.full = False
        """Whether writing fails."""

    async def read(self, path: str) -> bytes | None:
        """Return what is there."""
        await trio.lowlevel.checkpoint()
        self.asked.append(path)
        content = self.content.get(path)
        if isinstance(content, OSError):
            raise content
        return content

    async def write(self, path: str, content: bytes) -> None:
        """Keep it."""
        await trio.lowlevel.checkpoint()
        if self.full:
            raise OSError(28, "No space left on device")
        self.content[path] = content


class Yard:
    """A `Background` that keeps its work until the test runs it."""

    def __init__(self) -> None:
        self.works: list[Callable[[], Awaitable[None]]] = []

    def start(self, effect_id: str, work: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Keep *work*."""
        assert effect_id
        self.works.append(work)
        return self.works.clear

    async def finish(self) -> None:
        """Run all of it, in order."""
        for work in self.works:
            await work()
        self.works.clear()


def handler(command: str, **more: object) -> dict[str, object]:
    """Return a command handler of a hooks.json."""
    return {"type": "command", "command": command, **more}


def config(event: HookEvent, *handlers: dict[str, object], matcher: str | None = None) -> HookConfig:
    """Return a configuration with one group of *handlers*, all of which may run."""
    groups = [{"matcher": matcher, "hooks": list(handlers)}]
    text = json.dumps({"hooks": {event.wire: groups}})
    return configure([HookFile(path="/u/hooks.json", source="user", text=text)], bypass_trust=True)


class Scene:
    """Hooks on scripted programs: the command text of a handler names its program.

    Args:
        programs: what each command does.
        hooks: the configuration; by default one handler of PermissionRequest for each program, in their order.
    """

    def __init__(
        self,
        programs: Mapping[str, Program],
        hooks: HookConfig | None = None,
        *,
        profile: str = "seed",
    ) -> None:
        self.processes = FakeProcesses(programs)
        self.files = DictFiles()
        self.yard = Yard()
        self.desk = BookDesk()
        self.config = hooks or config(HookEvent.PERMISSION_REQUEST, *(handler(name) for name in programs))
        self.hooks = Hooks(
            config=self.config,
            runner=CommandRunner(processes=self.processes, env={"SHELL": "/bin/bash", "HOME": "/h"}),
            spiller=Spiller(folder="/home", files=self.files, new_id=CountedIds().new),
            background=self.yard,
            profile=profile,
        )

    @property
    def said(self) -> list[Event]:
        """What was recorded after the beginning of the turn and the request of the call."""
        return self.desk.log[3:]

    @property
    def starts(self) -> list[HookStarted]:
        """The starts of runs, in order."""
        return [event for event in self.desk.log if isinstance(event, HookStarted)]

    @property
    def ends(self) -> list[HookCompleted]:
        """The ends of runs, in order."""
        return [event for event in self.desk.log if isinstance(event, HookCompleted)]


def play(
    test: Callable[[Scene], Awaitable[None]],
    programs: Mapping[str, Program],
    hooks: HookConfig | None = None,
    *,
    profile: str = "seed",
) -> Scene:
    """Run *test* with a scene, and return the scene as it is left."""
    scenes: list[Scene] = []

    async def main() -> None:
        scenes.append(Scene(programs, hooks, profile=profile))
        await test(scenes[0])

    run(main)
    return scenes[0]


def asked(
    command: str = "rm x", description: str | None = None, cwd: str = "/work"
) -> PermissionRequestInput:
    """Return what a hook reads about *command*."""
    return PermissionRequestInput(
        session_id="session-1",
        turn_id="turn-1",
        transcript_path="/r.jsonl",
        cwd=cwd,
        model="m",
        permission_mode="default",
        command=command,
        description=description,
    )


def answer(behavior: str, **more: object) -> str:
    """Return the stdout of a PermissionRequest hook that decides."""
    decision = {"behavior": behavior, **more}
    return json.dumps({"hookSpecificOutput": {"hookEventName": "PermissionRequest", "decision": decision}})
