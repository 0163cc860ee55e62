"""The rules of `turnfold verify` read what the orchestrator recorded."""

from __future__ import annotations

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.engine.approvals.script import CALL, Stage, run
from tests.core.engine.approvals.test_every_way import Script, scripts
from tests.replay.invariants.support import check
from turnfold.events import (
    AbortMarkerRecorded,
    AbortUnwound,
    Envelope,
    JournalFlushed,
    ScopesCancelled,
    ToolCallClosed,
    ToolCallOutput,
    TurnAborted,
    TurnCompleted,
)
from turnfold.rollouts.recorder import lines_of

AT_US = 1_780_304_400_123_000

answers = st.lists(st.sampled_from(["approved", "approved_for_session", "denied"]), min_size=2, max_size=2)
"""What leaves the turn running: at `abort` a session interrupts it, and this desk has no session."""


def end(stage: Stage) -> None:
    """End the call and the turn as a session does."""
    turn_id, call_id = stage.desk.turn_id, CALL.call_id
    if stage.outcome.startswith("interrupted"):
        stage.desk.say(
            ToolCallClosed(call_id=call_id, how="interrupted", turn_id=turn_id),
            ScopesCancelled(turn_id=turn_id),
            AbortUnwound(turn_id=turn_id),
            AbortMarkerRecorded(turn_id=turn_id),
            JournalFlushed(),
            TurnAborted(turn_id=turn_id, reason="interrupted"),
        )
    else:
        stage.desk.say(
            ToolCallOutput(call_id=call_id, call_type="function_call", output=stage.outcome),
            TurnCompleted(turn_id=turn_id),
        )


@settings(max_examples=40)
@given(scripts, answers)
def test_no_rule_blames_the_log_of_a_call(script: Script, answered: list[str]) -> None:
    """Whatever is scripted, all rules find the whole log valid: no finding at all."""

    async def main() -> None:
        stage = attrs.evolve(script, answers=answered).stage()
        await stage.play(**script.facts)
        end(stage)
        lines = [
            line
            for seq, event in enumerate(stage.desk.log)
            for line in lines_of(
                Envelope(session_id="session-1", seq=seq, at_us=AT_US + seq * 1000, event=event)
            )
        ]
        assert [] == check(b"".join(lines))

    run(main)
