"""Sessions driven by clients that do anything at any time: whatever they do, the promises hold."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Final

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from tests.core.engine.hooks.scene import answer
from tests.core.engine.running import OPTIONS, TOOLS, Scene, hooks_of, later, run, scene
from tests.verified import findings_of, shown
from turnfold.core.engine import SessionOptions
from turnfold.core.engine.fakes import (
    CallTool,
    End,
    Fail,
    FakeProcesses,
    Pause,
    Program,
    Say,
    Step,
    Think,
    hanging,
    printing,
)
from turnfold.core.engine.hooks import Hooks
from turnfold.core.engine.models import Backoff
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import HookFile, configure
from turnfold.core.results import Queued, Started, Steered
from turnfold.replay.testing import Promises

DELAYS: Final = (0, 0, 0.05, 0.1, 0.5, 1, 3)
"""Seconds of virtual time before an operation; some are those of steps of the model and of the grace."""

STEPS: Final[tuple[Step, ...]] = (
    Say("yes"),
    Say(("one ", "two")),
    Think("hm"),
    Pause(0.1),
    Pause(1),
    CallTool("nap", {"seconds": 0.5}),
    CallTool("rest", {"seconds": 1}),
    CallTool("rest", {"seconds": 0.1}),
    CallTool("risky", {"what": "it"}),
    CallTool("stubborn", {"seconds": 2}),
    CallTool("nobody"),
    CallTool("nap", "{not json"),
    CallTool("nap", {"seconds": 1}, call_id="same"),
    Fail(retryable=True),
    Fail(),
    End(end_turn=False),
)

OPERATIONS: Final = (
    "submit",
    "steer",
    "steer_wrong",
    "submit_idle",
    "interrupt",
    "approve",
    "deny",
    "abort",
    "answer_unknown",
    "mail",
    "trigger",
    "compact",
    "review",
    "roll_back",
    "shutdown",
)

ASKED_FOR: Final = ("TF203", "TF703", "TF711")
"""What clients and the model may do and the rules wonder at: a call id used again, a rollback beyond the start, or
one that takes back a compaction, which readers of other makers do not follow."""


@attrs.define
class Client:
    """Does operations and keeps what came of them."""

    stage: Scene
    returned: int = 0
    accepted: list[str] = attrs.field(factory=list[str])

    async def do(self, operation: str, text: str) -> None:
        """Do one; *text* goes with it, where a text does."""
        session = self.stage.session
        approvals = list(session.state.approvals) or ["approval-0"]
        result: object = None
        match operation:
            case "submit" | "submit_idle":
                mode = "start_if_idle" if operation == "submit_idle" else "start_or_steer"
                result = await session.submit(text, mode=mode)
            case "steer" | "steer_wrong":
                expected = "turn-0" if operation == "steer_wrong" else None
                result = await session.steer(text, expected_turn_id=expected)
            case "interrupt":
                await session.interrupt()
            case "approve" | "deny" | "abort":
                word = {"approve": "approved", "deny": "denied"}.get(operation, operation)
                await session.answer(approvals[0], word)
            case "answer_unknown":
                await session.answer("approval-0", "approved")
            case "mail" | "trigger":
                await session.send_mail(text, trigger_turn=operation == "trigger")
            case "compact":
                result = await session.compact()
            case "review":
                result = await session.review(text)
            case "roll_back":
                await session.roll_back(1)
            case _:
                await session.shutdown()
        if isinstance(result, Queued) or (isinstance(result, Started | Steered) and result.input_id):
            self.accepted.append(str(result.input_id))
        self.returned += 1


PROGRAMS: Final = (
    printing(""),
    printing("", after_s=0.5),
    printing(answer("allow")),
    printing(answer("deny", message="no")),
    printing(answer("deny", interrupt=True), after_s=0.1),
    printing(stderr="no", exit_code=2),
    printing(stderr="oops", exit_code=1),
    printing('{"decision": "block", "reason": "more"}'),
    hanging(),
)
"""What a hook may do, whatever its event: it may be nonsense there."""

HOOKED: Final = {
    "hooks": {
        event.wire: [{"hooks": [{"type": "command", "command": "hook", "timeout": 7}]}] for event in HookEvent
    }
}
"""One handler for every event."""


def hooks_by(programs: list[Program]) -> Hooks:
    """Hooks on all events whose runs are these programs in turn, and then end without a word."""
    ready = iter(programs)
    text = json.dumps(HOOKED)
    configured = configure([HookFile(path="/u/hooks.json", source="user", text=text)], bypass_trust=True)
    return hooks_of(configured, FakeProcesses(lambda _command: next(ready, PROGRAMS[0])))


responses = st.lists(st.lists(st.sampled_from(STEPS), max_size=4), max_size=8)
choices = st.builds(
    partial(attrs.evolve, OPTIONS),
    while_aborting=st.sampled_from(("refuse", "queue")),
    interrupt_marker=st.booleans(),
)
plans = st.lists(st.tuples(st.sampled_from(DELAYS), st.sampled_from(OPERATIONS)), max_size=12)


@pytest.mark.covers("F7", "G3", "F12")
@pytest.mark.findings(*ASKED_FOR, why="the model repeats call ids, clients roll back far", always=False)
@pytest.mark.slow
@given(responses, plans, choices, st.lists(st.sampled_from(PROGRAMS), max_size=6))
def test_whatever_clients_do_the_promises_hold(
    script: list[list[Step]], plan: list[tuple[float, str]], options: SessionOptions, programs: list[Program]
) -> None:
    """The log is legal, every turn has one terminal, no accepted input is lost, the state is the fold of the log,
    and every operation returns."""

    async def main() -> None:
        hooks = hooks_by(programs) if programs else None
        stage, client = await played(script, plan, options, hooks=hooks)
        assert len(plan) == client.returned
        holds(stage, client.accepted)

    run(main)


@pytest.mark.covers("G3", "F7")
@pytest.mark.findings(*ASKED_FOR, why="the model repeats call ids, clients roll back far", always=False)
@pytest.mark.deep
@given(responses, plans, plans, choices, st.data())
def test_whatever_was_cut_off_goes_on(
    script: list[list[Step]],
    plan: list[tuple[float, str]],
    second_plan: list[tuple[float, str]],
    options: SessionOptions,
    data: st.DataObject,
) -> None:
    """A session that clients drove as they liked and that was cut off anywhere goes on, and keeps the promises."""

    async def main() -> None:
        stage, _ = await played(script, plan, options)
        cut = data.draw(st.integers(1, len(stage.log)))
        prefix = stage.journal.appended[:cut]
        again, client = await played(script, second_plan, options, resume=prefix, **later())
        again.journal.appended = [*prefix, *again.journal.appended]
        holds(again, client.accepted)

    run(main)


async def played(
    script: list[list[Step]], plan: list[tuple[float, str]], options: SessionOptions, **parts: Any
) -> tuple[Scene, Client]:
    """A session that is over, and the client that drove it."""
    async with scene(script, options=options, tools=TOOLS, backoff=Backoff(), **parts) as stage:
        client = Client(stage)
        async with trio.open_nursery() as nursery:
            for number, (delay, operation) in enumerate(plan):
                await trio.sleep(delay)
                nursery.start_soon(client.do, operation, f"text {number} of {len(parts)}")
    return stage, client


def holds(stage: Scene, accepted: list[str]) -> None:
    """The promises, for a session that is over."""
    text = shown(stage.journal.appended)
    assert [] == [each for each in findings_of(stage.journal.appended) if each.code not in ASKED_FOR], text
    promises = Promises(stage.journal.appended)
    promises.finish(accepted)
    assert promises.state == stage.session.state, text
    assert stage.journal.closed
    assert stage.delivered == stage.journal.appended[-len(stage.delivered) :], text
