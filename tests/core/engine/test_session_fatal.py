"""A turn that fails while other things of it are open, and machinery that fails at a session's end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest
import trio

from tests.core.engine.hooks.scene import config, handler
from tests.core.engine.running import OPTIONS, Script, hooks_of, run, scene
from turnfold.core.engine.fakes import CallTool, Fail, FakeProcesses, Say, ScriptedReviewer, hanging
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.plugs import Fitted, Interior
from turnfold.core.engine.ports import ToolFatal
from turnfold.core.hooks import HookEvent
from turnfold.events import (
    EffectAbandoned,
    ErrorRaised,
    HookClosed,
    HookStarted,
    ReviewEnded,
    ShutdownCompleted,
    ToolCallClosed,
    TurnAborted,
    TurnCompleted,
    WaitersDropped,
    WarningRaised,
)


@tool(name="doom", asks=False, parallel=True)
async def doom() -> str:
    """End the turn with an error, after a while."""
    await trio.sleep(5)
    raise ToolFatal("the disk is gone")


@tool(name="asking", asks=True, parallel=True)
async def asking() -> str:
    """Do what somebody has to allow first."""
    await trio.lowlevel.checkpoint()
    return "did it"


@tool(name="deaf", asks=False, parallel=True)
async def deaf() -> str:
    """Sleep, and not end when told to."""
    with trio.CancelScope(shield=True):
        await trio.sleep(60)
    return "at last"


PRE_TOOL = config(HookEvent.PRE_TOOL_USE, handler("hang", timeout=5000), matcher="asking")


@pytest.mark.covers("F7")
@pytest.mark.parametrize(
    ("beside", "left"),
    [
        ("hook", HookClosed),
        ("reviewer", ReviewEnded),
        ("user", WaitersDropped),
        ("tool", EffectAbandoned),
    ],
)
def test_a_fatal_tool_closes_whatever_runs_beside_it(beside: str, left: type[Any]) -> None:
    """A hook run, a review, a question, a stubborn tool of another call: each has an end, and so has the turn."""

    async def main() -> None:
        parts: dict[str, Any] = {"tools": [doom, asking, deaf]}
        if beside == "hook":
            parts["hooks"] = hooks_of(PRE_TOOL, FakeProcesses({"hang": hanging()}))
        if beside == "reviewer":
            parts["reviewer"] = ScriptedReviewer([None])
            parts["options"] = attrs.evolve(OPTIONS, approvals_reviewer="auto_review")
        script: Script = [
            [CallTool("doom"), CallTool("deaf" if beside == "tool" else "asking")],
            [Say("hello")],
        ]
        async with scene(script, **parts) as stage:
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            assert {"message": "the disk is gone", "code": "fatal"} == terminal.error
            assert 1 == len(stage.of(left))
            assert [("call-1", "rejected"), ("call-2", "abandoned")] == [
                (event.call_id, event.how) for event in stage.of(ToolCallClosed)
            ]
            assert isinstance(await stage.turn("again"), TurnCompleted)

    run(main)


@pytest.mark.covers("F7")
def test_a_defect_in_the_middle_of_a_hook_ends_the_turn() -> None:
    """A hook runner that raises what nobody expects leaves a run without end: it is closed, and the turn says why."""

    def broken(_command: object) -> Any:
        raise ZeroDivisionError("a defect")

    async def main() -> None:
        hooks = hooks_of(config(HookEvent.USER_PROMPT_SUBMIT, handler("hook")), FakeProcesses(broken))
        async with scene([[Say("hello")]], hooks=hooks) as stage:
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted | TurnAborted)
            assert len(stage.of(HookStarted)) == len(stage.of(HookClosed))
            assert "a defect" in str([*stage.of(ErrorRaised), *stage.of(WarningRaised)])

    run(main)


def test_a_model_that_fails_waits_for_the_tools_it_called() -> None:
    """Calls that run when the stream breaks for good have their outputs before the turn ends."""

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 3}), Fail("gone")]]) as stage:
            began = trio.current_time()
            terminal = await stage.turn()
            assert pytest.approx(3) == trio.current_time() - began
            assert {"message": "gone", "code": "server_error"} == getattr(terminal, "error", None)
            assert [] == stage.of(ToolCallClosed)

    run(main)


@pytest.mark.covers("F14")
def test_a_part_that_cannot_be_closed_is_a_warning() -> None:
    """A plug that raises at shutdown keeps no session from its end."""

    async def fail() -> None:
        await trio.lowlevel.checkpoint()
        raise OSError("busy")

    @asynccontextmanager
    async def plug(_interior: Interior) -> AsyncGenerator[Fitted]:
        yield Fitted(closing=fail)

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 50})]], plugs=[plug]) as stage:
            await stage.begin()
            await trio.sleep(1)
        assert ["closing the session failed: OSError: busy"] == [
            event.message for event in stage.of(WarningRaised)
        ]
        assert isinstance(stage.log[-1], ShutdownCompleted)

    run(main)
