"""The tools of a coding agent: shells, long-running processes, patches."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import attrs

from turnfold.core.engine.patching import ApplyPatchTool, Workspace
from turnfold.core.engine.plugs.patches import PatchAware
from turnfold.core.engine.plugs.plug import Fitted, Interior, Plug
from turnfold.core.engine.tools import (
    ExecCommand,
    ExecSessions,
    ExecSettings,
    Guard,
    LocalShell,
    Shell,
    ShellCommand,
    WriteStdin,
)

GuardOf = Callable[[Interior], AbstractAsyncContextManager[Guard]]
"""Makes the exec gate of a session; see `core.engine.gate`."""


def command_tools(
    settings: ExecSettings, *, workspace: Workspace | None = None, guard: GuardOf | None = None
) -> Plug:
    """Return the plug that brings the shells, `exec_command` with `write_stdin`, and `apply_patch`.

    Args:
        settings: how commands are run.
        workspace: what patches may write without being asked about.
        guard: judges what is run inside the shells; None lets all of it run.
    """

    @asynccontextmanager
    async def plug(interior: Interior) -> AsyncGenerator[Fitted]:
        sessions = ExecSessions()
        sessions.attach(interior.background, interior.desk)
        async with AsyncExitStack() as stack:
            ours = settings
            if guard is not None:
                ours = attrs.evolve(settings, guard=await stack.enter_async_context(guard(interior)))
            patcher = ApplyPatchTool(workspace=workspace)
            shells = (Shell(ours), LocalShell(ours), ShellCommand(ours), ExecCommand(ours, sessions))
            aware = (PatchAware(shell, patcher) for shell in shells)
            yield Fitted(tools=(*aware, WriteStdin(ours, sessions), patcher), closing=sessions.close)

    return plug
