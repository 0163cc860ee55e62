"""Whatever the handlers are and do: the log is legal, in order, and agrees with the fold."""

import json
from pathlib import Path

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.core.engine.hooks.payloads import PROMPT, START, TOOL
from tests.core.engine.hooks.scene import Scene, answer, asked, config, handler, play
from turnfold.core.engine.fakes import Program, hanging, printing
from turnfold.core.hooks import Folded, HookEvent, HookExit, fold, interpret
from turnfold.core.hooks.config import HookFile, configure
from turnfold.events import (
    Envelope,
    HookCompleted,
    HookDecided,
    HookStarted,
    ToolCallOutput,
    TurnCompleted,
    UserInputRecorded,
)
from turnfold.replay import Verdict, verify
from turnfold.rollouts.recorder import lines_of


@attrs.frozen
class Plan:
    """A handler and what it does."""

    stdout: str
    exit_code: int | None
    after_s: int
    hangs: bool
    asynchronous: bool

    @property
    def program(self) -> Program:
        """The program of it."""
        if self.hangs:
            return hanging(self.stdout)
        return printing(self.stdout, "reason", exit_code=self.exit_code, after_s=self.after_s)

    @property
    def exit(self) -> HookExit:
        """How it ends."""
        if self.hangs:
            return HookExit(code=None, stdout=self.stdout, error="hook timed out after 9s")
        return HookExit(code=self.exit_code, stdout=self.stdout, stderr="reason")


PLANS = st.builds(
    Plan,
    stdout=st.sampled_from(
        ["", "text", "{oops", answer("allow"), answer("deny", message="a"), answer("deny", interrupt=True)]
    ),
    exit_code=st.sampled_from([0, 0, 0, 1, 2, None]),
    after_s=st.integers(min_value=0, max_value=3),
    hangs=st.sampled_from([False, False, False, True]),
    asynchronous=st.booleans(),
)


@given(st.lists(PLANS, max_size=5))
def test_the_log_agrees_with_the_pure_fold(plans: list[Plan]) -> None:
    """One start and one end a handler that is waited for, in configured order, and the decision of the fold."""
    handlers = [handler(f"h{at}", timeout=9, **{"async": plan.asynchronous}) for at, plan in enumerate(plans)]
    results: list[Folded] = []

    async def test(scene: Scene) -> None:
        scene.desk.request("call-1")
        results.append(await scene.hooks.run(scene.desk, asked(), suffix="call-1", call_id="call-1"))

    programs = {f"h{at}": plan.program for at, plan in enumerate(plans)}
    scene = play(test, programs, config(HookEvent.PERMISSION_REQUEST, *handlers))
    waited = [at for at, plan in enumerate(plans) if not plan.asynchronous]
    outcomes = [interpret(HookEvent.PERMISSION_REQUEST, plans[at].exit) for at in waited]
    expected = fold(HookEvent.PERMISSION_REQUEST, outcomes)
    assert [expected] == results
    count = len(waited)
    order = [*[HookStarted] * count, *[HookCompleted] * count, *([HookDecided] if count else [])]
    assert order == [type(event) for event in scene.said]
    assert waited == [event.display_order for event in scene.ends]
    assert [each.run_id for each in scene.starts] == [each.run_id for each in scene.ends]
    assert [(each.status, each.entries) for each in outcomes] == [(e.status, e.entries) for e in scene.ends]
    assert len(plans) - count == len(scene.yard.works)
    assert 0 == scene.processes.running


def test_the_log_of_a_turn_with_hooks_everywhere_is_valid(tmp_path: Path) -> None:
    """`turnfold verify` finds nothing in it: starts, ends, ids, times and decisions are as the rules want them."""
    groups = [{"hooks": [handler("slow"), handler("fast")]}]
    text = json.dumps({"hooks": {event.wire: groups for event in HookEvent}})
    hooks = configure([HookFile(path="/u/hooks.json", source="user", text=text)], bypass_trust=True)

    async def test(scene: Scene) -> None:
        run, desk = scene.hooks.run, scene.desk
        await run(desk, START)
        await run(desk, PROMPT)
        desk.say(UserInputRecorded())
        desk.request("call-1")
        await run(desk, TOOL, suffix="call-1", call_id="call-1")
        await run(desk, asked(), suffix="call-1", call_id="call-1")
        await run(desk, asked(), suffix="network#http#a.b#80")
        await run(desk, PROMPT)
        desk.say(ToolCallOutput(call_id="call-1", call_type="function_call", output="x"))
        desk.say(TurnCompleted(turn_id="turn-1"))

    scene = play(test, {"slow": printing(after_s=2), "fast": printing(answer("allow"))}, hooks)
    path = tmp_path / "rollout.jsonl"
    with path.open("wb") as file:
        for seq, event in enumerate(scene.desk.log):
            at_us = 1_776_100_000_000_000 + seq
            file.writelines(lines_of(Envelope(session_id="session-1", seq=seq, at_us=at_us, event=event)))
    report = verify(path)
    assert (12, []) == (len(scene.starts), [str(finding) for finding in report.findings])
    assert Verdict.VALID is report.verdict
