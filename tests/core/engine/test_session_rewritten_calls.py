"""What a hook puts in the place of a command reaches its tool, however that calls it."""

from __future__ import annotations

import json

import pytest
import trio.lowlevel

from tests.core.engine.hooks.scene import config, handler
from tests.core.engine.running import hooks_of, run, scene
from turnfold.core.engine.fakes import CallTool, FakeProcesses, Say, Step, printing
from turnfold.core.engine.owntools import tool
from turnfold.core.hooks import HookEvent
from turnfold.events import ToolCallOutput


@tool(asks=False)
async def by_cmd(cmd: str) -> str:
    """Run a text."""
    await trio.lowlevel.checkpoint()
    return cmd


@tool(asks=False)
async def by_argv(command: list[str]) -> str:
    """Run an argv."""
    await trio.lowlevel.checkpoint()
    return "|".join(command)


@pytest.mark.covers("C5")
@pytest.mark.parametrize(
    ("name", "arguments", "updated", "expected"),
    [
        ("by_cmd", {"cmd": "rm x"}, {"command": "ls 'a b'"}, "ls 'a b'"),
        ("by_cmd", {"cmd": "rm x"}, {"cmd": "ls"}, "ls"),
        ("by_argv", {"command": ["rm", "x"]}, {"command": "ls 'a b'"}, "ls|a b"),
        ("by_argv", {"command": ["rm", "x"]}, {"command": ["ls"]}, "ls"),
    ],
)
def test_a_rewritten_command_is_run(
    name: str, arguments: dict[str, object], updated: dict[str, object], expected: str
) -> None:
    """Hooks know every command as one text under `command`, as they read it (C5)."""
    output = {"hookEventName": "PreToolUse", "permissionDecision": "allow", "updatedInput": updated}
    answer = printing(json.dumps({"hookSpecificOutput": output}))

    async def main() -> None:
        hooks = hooks_of(config(HookEvent.PRE_TOOL_USE, handler("hook")), FakeProcesses({"hook": answer}))
        script: list[list[Step]] = [[CallTool(name, arguments)], [Say("done")]]
        async with scene(script, tools=[by_cmd, by_argv], hooks=hooks) as stage:
            await stage.turn()
            [told] = stage.of(ToolCallOutput)
            assert expected == told.output

    run(main)
