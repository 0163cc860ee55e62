"""Whatever the handlers are and do: the log is legal, in order, and agrees with the fold."""

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.core.engine.hooks.scene import Scene, answer, asked, config, handler, play
from turnfold.core.engine.fakes import Program, hanging, printing
from turnfold.core.hooks import Folded, HookEvent, HookExit, fold, interpret
from turnfold.events import HookCompleted, HookDecided, HookStarted


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
