"""Every phase in which something may happen to a turn, and how a session is brought into it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio
import trio.testing

from tests.core.engine.hooks.scene import config, handler
from tests.core.engine.running import OPTIONS, Scene, hooks_of, scene
from turnfold.core.engine.fakes import (
    CallTool,
    Fail,
    FakeProcesses,
    MemoryJournal,
    Say,
    ScriptedReviewer,
    Step,
    WaitAt,
    hanging,
)
from turnfold.core.engine.models import Backoff
from turnfold.core.hooks import HookEvent

LONG = CallTool("nap", {"seconds": 1000})


class SlowJournal(MemoryJournal):
    """A journal whose commits wait while it is `closed_for` writing."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = trio.Event()
        self.gate.set()

    async def commit(self) -> None:
        """Wait for the disk, then commit."""
        await self.gate.wait()
        await super().commit()

    async def at_once(self, *works: Callable[[], Awaitable[object]]) -> list[object]:
        """Do *works* in their order while the disk writes nothing, then let it; return their results in order."""
        self.gate = trio.Event()
        results: dict[int, object] = {}

        async def one(number: int, work: Callable[[], Awaitable[object]]) -> None:
            results[number] = await work()

        async with trio.open_nursery() as nursery:
            for number, work in enumerate(works):
                nursery.start_soon(one, number, work)
                await trio.testing.wait_all_tasks_blocked()
            self.gate.set()
        return [results[number] for number in range(len(works))]


@attrs.frozen
class Phase:
    """A phase of a turn."""

    name: str
    script: tuple[tuple[Step, ...], ...]
    kind: str = "regular"
    hook: HookEvent | None = None
    """Event of the one hook, which hangs."""
    ask: str = "user"
    """Who is asked for approvals."""


PHASES = (
    Phase("the model streams", ((Say("so"), WaitAt("stream")),)),
    Phase("a tool runs", ((LONG,),)),
    Phase("tools run side by side", ((CallTool("rest", {"seconds": 900}), LONG, LONG),)),
    Phase("a tool runs while the model streams", ((LONG, WaitAt("stream")),)),
    Phase("an approval is pending", ((CallTool("risky", {"what": "it"}),),)),
    Phase("a reviewer judges", ((CallTool("risky", {"what": "it"}),),), ask="auto_review"),
    Phase("a retry waits", ((Fail(retryable=True, retry_after_s=250),),)),
    Phase("a stubborn tool runs", ((CallTool("stubborn", {"seconds": 1000}),),)),
    Phase("a hook runs before the input", (), hook=HookEvent.USER_PROMPT_SUBMIT),
    Phase("a hook runs at the start", (), hook=HookEvent.SESSION_START),
    Phase("a hook runs before a tool", ((LONG,),), hook=HookEvent.PRE_TOOL_USE),
    Phase("a hook runs after a tool", ((CallTool("nap", {"seconds": 1}),),), hook=HookEvent.POST_TOOL_USE),
    Phase("a hook runs at the end", ((Say("done"),),), hook=HookEvent.STOP),
    Phase("the summary of a compaction streams", ((Say("so"), WaitAt("stream")),), kind="compact"),
    Phase("a hook runs before a compaction", (), kind="compact", hook=HookEvent.PRE_COMPACT),
    Phase("a review streams", ((Say("so"), WaitAt("stream")),), kind="review"),
    Phase("a tool runs in a review", ((LONG,),), kind="review"),
)


@asynccontextmanager
async def scene_in(
    phase: Phase, *then: tuple[Step, ...], options: Any = OPTIONS, **parts: Any
) -> AsyncGenerator[tuple[Scene, str]]:
    """A session with a turn in *phase*, and the turn's id. *then* are responses for later requests."""
    if phase.hook is not None:
        processes = FakeProcesses({"hang": hanging()})
        parts["hooks"] = hooks_of(config(phase.hook, handler("hang", timeout=5000)), processes)
    if phase.ask == "auto_review":
        parts["reviewer"] = ScriptedReviewer([None])
        options = attrs.evolve(options, approvals_reviewer="auto_review")
    parts.setdefault("backoff", Backoff())
    async with scene((*phase.script, *then), options=options, **parts) as stage:
        match phase.kind:
            case "compact":
                result: Any = await stage.session.compact()
            case "review":
                result = await stage.session.review("my change")
            case _:
                result = await stage.session.submit("go")
        # Past whatever sleeps shorter than what the phase waits for.
        await trio.sleep(5)
        await stage.settle()
        yield stage, result.turn_id
