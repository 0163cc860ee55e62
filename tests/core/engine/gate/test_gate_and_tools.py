"""The gate inside the shell tools, with real processes, in and out of a real sandbox."""

import os

import pytest
import trio

from tests.core.engine.gate.lab import Hooks, Say, laboratory
from turnfold.core.engine.ports import Attempt, Sandbox, ToolCall
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.engine.sandbox import Unavailable, find_sandbox
from turnfold.core.engine.tools import ExecSettings, Shell
from turnfold.events import ExecEnded, InterceptionEnded, ToolDecisionRecorded


@pytest.mark.covers("E1", "E2", "E3")
@pytest.mark.parametrize("confined", [False, True])
def test_the_shell_tool_is_guarded(confined: bool) -> None:
    """A command inside its shell is stopped, allowed by a hook, and runs where the call runs; the pause is logged."""

    async def claim() -> None:
        processes = SystemProcesses()
        sandbox: Sandbox | None = None
        if confined:
            found = await find_sandbox("workspace-write", "/tmp", processes, path=os.environ["PATH"])
            if isinstance(found, Unavailable):
                pytest.skip(found.reason)
            sandbox = found
        async with laboratory(hooks=Hooks(Say("allow"))) as lab:
            settings = ExecSettings(
                processes=processes, env={"PATH": os.defpath, "HOME": "/"}, guard=lab.gate
            )
            call = ToolCall(
                call_id="c1",
                name="shell",
                turn_id="turn-1",
                arguments='{"command": ["sh", "-c", "dirname /a/b"]}',
            )
            lab.desk.request("c1")
            lab.desk.say(ToolDecisionRecorded(call_id="c1", decision="approved", source="config"))
            action = Shell(settings).prepare(call, "/tmp")
            result = await action.attempt(Attempt(number=1, desk=lab.desk, sandbox=sandbox))
            assert str(result.output).endswith("Output:\n/a\n")
            assert ["run" if confined else "escalate"] == [each.action for each in lab.of(InterceptionEnded)]
            assert [True] == [each.paused_ms is not None for each in lab.of(ExecEnded)]

    trio.run(claim)
