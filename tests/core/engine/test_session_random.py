"""Sessions driven by clients that do anything at any time: whatever they do, the promises hold."""

from __future__ import annotations

from collections import Counter
from typing import Final

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.engine.running import OPTIONS, TOOLS, Scene, run, scene
from tests.verified import findings_of, shown
from turnfold.core.engine.fakes import CallTool, End, Fail, Pause, Say, Step, Think
from turnfold.core.engine.models import Backoff
from turnfold.core.reduce import fold
from turnfold.core.results import Queued, Started, Steered
from turnfold.events import (
    InputDropped,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
    WaitersDropped,
)

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

ASKED_FOR: Final = ("TF203", "TF703")
"""What clients and the model may do and the rules wonder at: a call id used again, a rollback beyond the start."""


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


responses = st.lists(st.lists(st.sampled_from(STEPS), max_size=4), max_size=8)
plans = st.lists(st.tuples(st.sampled_from(DELAYS), st.sampled_from(OPERATIONS)), max_size=12)


@pytest.mark.covers("F7", "G3", "F12")
@pytest.mark.findings(*ASKED_FOR, why="the model repeats call ids, clients roll back too far", always=False)
@settings(max_examples=60)
@given(responses, plans, st.sampled_from(("refuse", "queue")), st.booleans())
def test_whatever_clients_do_the_promises_hold(
    script: list[list[Step]], plan: list[tuple[float, str]], while_aborting: str, marker: bool
) -> None:
    """The log is legal, every turn has one terminal, no accepted input is lost, the state is the fold of the log,
    and every operation returns."""

    async def main() -> None:
        options = attrs.evolve(OPTIONS, while_aborting=while_aborting, interrupt_marker=marker)
        async with scene(script, options=options, tools=TOOLS, backoff=Backoff()) as stage:
            client = Client(stage)
            async with trio.open_nursery() as nursery:
                for number, (delay, operation) in enumerate(plan):
                    await trio.sleep(delay)
                    nursery.start_soon(client.do, operation, f"text {number}")
        assert len(plan) == client.returned
        holds(stage, client.accepted)

    run(main)


def holds(stage: Scene, accepted: list[str]) -> None:
    """The promises, for a session that is over."""
    log = stage.log
    text = shown(stage.journal.appended)
    assert [] == [each for each in findings_of(stage.journal.appended) if each.code not in ASKED_FOR], text
    ends = Counter(event.turn_id for event in log if isinstance(event, TurnAborted | TurnCompleted))
    assert {event.turn_id: 1 for event in stage.of(TurnStarted)} == dict(ends), text
    state = fold(stage.journal.appended)
    assert state == stage.session.state, text
    recorded = [event.input_id for event in stage.of(UserInputRecorded)]
    dropped = [event.input_id for event in stage.of(InputDropped)]
    unused = [each for event in stage.of(WaitersDropped) for each in event.inputs]
    kept = [entry.input_id for entry in state.inputs]
    assert set(accepted) <= {*recorded, *dropped, *unused, *kept}, text
    assert [] == [each for each, count in Counter(recorded).items() if count > 1], text
    assert stage.journal.closed
    assert stage.delivered == stage.journal.appended[-len(stage.delivered) :], text
