"""Hooks on an interruption run last, whether or not it leaves a marker."""

from __future__ import annotations

import attrs
import pytest

from tests.core.engine.running import OPTIONS, hooks_of, order, run, scene
from turnfold.core.engine.fakes import CallTool, FakeProcesses, printing
from turnfold.core.hooks.config import HookFile, configure
from turnfold.events import AbortUnwound, HookCompleted, HookStarted, TurnAborted

HOOKS = '{"hooks": {"Interrupt": [{"hooks": [{"type": "command", "command": "note"}]}]}}'


@pytest.mark.parametrize("marker", [True, False])
def test_hooks_on_an_interruption_run_before_its_terminal_event(marker: bool) -> None:
    """With the marker and without it: the work is over, then the hooks run, then the turn is aborted."""

    async def main() -> None:
        file = HookFile(path="/h/hooks.json", source="user", text=HOOKS)
        hooks = hooks_of(configure([file], bypass_trust=True), FakeProcesses(lambda _: printing("")))
        options = attrs.evolve(OPTIONS, interrupt_marker=marker)
        async with scene([[CallTool("nap", {"seconds": 60})]], options=options, hooks=hooks) as on:
            turn_id = await on.begin()
            await on.settle()
            await on.session.interrupt()
            await on.ended(turn_id)
            kinds = (AbortUnwound, HookStarted, HookCompleted, TurnAborted)
            assert [kind.__name__ for kind in kinds] == order(on.log, *kinds)

    run(main)
