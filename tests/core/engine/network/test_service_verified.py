"""Whatever commands ask of the network, the log is legal, and no rule of `turnfold verify` blames it."""

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.engine.network.lab import Hooks, Lab, Say, laboratory, run
from tests.replay.invariants.support import check
from turnfold.core.engine.ports import ToolFailed, ToolInterrupted
from turnfold.core.lifecycle import TurnPhase
from turnfold.core.network import Target, closing_events
from turnfold.events import (
    AbortMarkerRecorded,
    AbortUnwound,
    ApprovalDropped,
    Envelope,
    ExecEnded,
    HookClosed,
    JournalFlushed,
    NetworkAccessRequested,
    NetworkDecisionMade,
    ScopesCancelled,
    ToolCallClosed,
    ToolCallOutput,
    TurnAborted,
    TurnCompleted,
)
from turnfold.rollouts.recorder import lines_of

AT_US = 1_780_304_400_123_000

says = st.builds(
    Say, st.sampled_from([None, "allow", "deny"]), st.sampled_from([None, "no"]), st.booleans()
).map(lambda say: say if say.decision == "deny" else Say(say.decision))
requests = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.booleans()), max_size=6)
"""After how many seconds, which port, and whether the client leaves a second later."""

users = st.sampled_from([None, "approved", "approved_for_session", "denied", "network_policy_amendment"])


async def ask(lab: Lab, name: str | None, wait_s: int, port: int, leaves: bool) -> None:
    """Make one request."""
    await trio.sleep(wait_s)
    with trio.move_on_after(1 if leaves else 1000):
        await lab.service.request(Target.of("http", "a.example", port), name)


async def call(lab: Lab, call_id: str, wishes: list[tuple[int, int, bool]], shown: bool) -> str | None:
    """A call whose command makes requests; return the text for the model, None when it is interrupted."""
    try:
        async with lab.calling(call_id) as name, trio.open_nursery() as nursery:
            for wait_s, port, leaves in wishes:
                nursery.start_soon(ask, lab, name if shown else None, wait_s, port, leaves)
            await trio.sleep(5)
            nursery.cancel_scope.cancel()
            if lab.desk.state.turn is not None and lab.desk.state.turn.phase is TurnPhase.RUNNING:
                lab.desk.say(ExecEnded(call_id=call_id))
    except ToolFailed as denial:
        return str(denial)
    except ToolInterrupted:
        return None
    return "done"


def end(lab: Lab, turn_id: str = "turn-1") -> None:
    """End calls and turn as a session does."""
    desk, turn = lab.desk, lab.desk.state.turn
    assert turn is not None
    if turn.phase is TurnPhase.RUNNING:
        desk.say(TurnCompleted(turn_id=turn_id))
        return
    desk.say(*(ToolCallClosed(call_id=name, how="interrupted", turn_id=turn_id) for name in desk.state.calls))
    desk.say(*(HookClosed(run_id=name, turn_id=turn_id) for name in desk.state.hook_runs))
    desk.say(
        ScopesCancelled(turn_id=turn_id),
        AbortUnwound(turn_id=turn_id),
        AbortMarkerRecorded(turn_id=turn_id),
        JournalFlushed(),
        TurnAborted(turn_id=turn_id, reason="interrupted"),
    )
    desk.say(*(ApprovalDropped(approval_id=name, turn_id=turn_id) for name in desk.state.approvals))
    desk.say(*closing_events(desk.state, turn_id, "the turn was aborted"))


@settings(max_examples=60)
@given(says, users, st.lists(requests, min_size=1, max_size=3), st.booleans())
def test_no_rule_blames_the_log(
    say: Say, user: str | None, wishes: list[list[tuple[int, int, bool]]], shown: bool
) -> None:
    """One decision for each question, none left open, and no finding at all."""

    async def claim() -> None:
        rule = {"host": "a.example", "action": "deny"}
        async with laboratory(hooks=Hooks(say), user=user, amendment=rule) as lab:
            texts: dict[str, str | None] = {}

            async def one(call_id: str, wished: list[tuple[int, int, bool]]) -> None:
                texts[call_id] = await call(lab, call_id, wished, shown)

            async with trio.open_nursery() as nursery:
                for number, wished in enumerate(wishes):
                    nursery.start_soon(one, f"c{number}", wished)
            for name in list(lab.desk.state.calls):
                text, turn = texts[name], lab.desk.state.turn
                if text is not None and turn is not None and turn.phase is TurnPhase.RUNNING:
                    lab.desk.say(ToolCallOutput(call_id=name, call_type="function_call", output=text))
            await lab.service.settle("turn-1")
            end(lab)
            asked = [each for each in lab.of(NetworkAccessRequested) if not each.shared]
            assert len(asked) == len(lab.of(NetworkDecisionMade))
            assert [] == [each for each in lab.desk.state.hosts.values() if each.phase.value == "asking"]
            blamed(lab)

    run(claim)


def blamed(lab: Lab) -> None:
    """Let all rules read the log."""
    lines = [
        line
        for seq, event in enumerate(lab.desk.log)
        for line in lines_of(Envelope(session_id="session-1", seq=seq, at_us=AT_US + seq * 1000, event=event))
    ]
    assert [] == check(b"".join(lines))
