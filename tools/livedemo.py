"""A session that is run to be looked at: a hook interrupts a turn while a person is still being asked."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Final

import attrs
import trio

from turnfold.core.engine import SessionOptions, open_session
from turnfold.core.engine.fakes import CallTool, Pause, Say, ScriptedModel
from turnfold.core.engine.owntools import tool
from turnfold.core.results import Started
from turnfold.rollouts.recorder import Recorder
from turnfold.tools.plugging import Setup, build_parts

LOG: Final = "live.jsonl"
TIME_LIMIT_S: Final = 20

DENIAL: Final = {
    "hookSpecificOutput": {
        "hookEventName": "PermissionRequest",
        "decision": {"behavior": "deny", "message": "build/ holds the release", "interrupt": True},
    }
}
HOOKS: Final = {
    "hooks": {
        "PermissionRequest": [
            {"hooks": [{"type": "command", "command": f"cat > /dev/null; echo '{json.dumps(DENIAL)}'"}]}
        ]
    }
}
"""One hook: whatever command a person would have to be asked about, it denies, and interrupts the turn."""

SCRIPT: Final = (
    (
        Say("I publish the report, and clear up meanwhile."),
        CallTool("publish", {"file": "report.pdf"}),
        Pause(0.2),
        CallTool("shell", {"command": ["rm", "-rf", "build"]}),
    ),
    (Say("Nothing was removed, and nothing was published."),),
)


@tool(asks=True, parallel=True)
async def publish(file: str) -> str:
    """Publish a file."""
    await trio.lowlevel.checkpoint()
    return f"published {file}"


def record(folder: Path) -> Path:
    """Run the session in *folder*, under live verification, and return the path of its log."""
    folder.joinpath("hooks.json").write_text(json.dumps(HOOKS), encoding="utf-8")
    trio.run(_session, folder)
    return folder / LOG


async def _session(folder: Path) -> None:
    # No shell of whoever looks at it decides what happens.
    setup = Setup(
        cwd=str(folder),
        home=folder,
        sandbox_mode="danger-full-access",
        trusts_hooks=True,
        env={"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
    )
    options = SessionOptions(
        cwd=setup.cwd,
        model="scripted",
        approval_policy="untrusted",
        sandbox_mode=setup.sandbox_mode,
    )
    plugged = await build_parts(setup, partial(Recorder.create, folder / LOG))
    parts = attrs.evolve(plugged.parts, tools=(publish,))
    with trio.fail_after(TIME_LIMIT_S):
        async with open_session(ScriptedModel(SCRIPT), options, parts, verify="live") as session:
            for text in ("Publish the report and remove build/.", "What was done?"):
                started = await session.submit(text)
                assert isinstance(started, Started)
                await session.finished(started.turn_id)
