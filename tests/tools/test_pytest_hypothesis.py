"""Async tests under `@given` and `interleave`: inputs and schedules shrink together."""

from __future__ import annotations

import re

import pytest

from tests.tools.plugged import OURS, run

pytest_plugins = ["pytester"]

HYPOTHESIS = (OURS, "_hypothesis_pytestplugin")


def test_inputs_of_hypothesis_and_schedules_shrink_together(pytester: pytest.Pytester) -> None:
    """An async test under `@given`: the least slow amount and one early delay; the token replays the delay."""
    pytester.makepyfile(DEPOSITS.replace("{mark}", "interleave"))
    result = run(pytester, plugins=HYPOTHESIS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * assert 11 == (2 * 11)",
            "E *tasks: test_deposits#0, deposit#1, deposit#2*",
            "E *amount=11,*",
            "E *(schedule): Tape(deviations=((1, 0),),*",
        ]
    )
    token = re.search(r"tfx1~\S+", result.stdout.str())
    assert token is not None
    again = run(pytester, f"--interleave-replay={token[0]}", plugins=HYPOTHESIS)
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["E * assert 11 == (2 * 11)"])


def test_each_example_is_explored_if_the_mark_says_how(pytester: pytest.Pytester) -> None:
    """The input shrinks by Hypothesis and each failing schedule by itself; so for an explicit example."""
    explicit = DEPOSITS.replace("@given", "@example(amount=12)\n@given").replace("given,", "example, given,")
    phases = explicit.replace("[Phase.generate, Phase.shrink]", "[Phase.explicit]")
    for source, amount in ((DEPOSITS.replace("{mark}", "interleave('dfs:2')"), 11), (phases, 12)):
        pytester.makepyfile(source.replace("{mark}", "interleave"))
        result = run(pytester, plugins=HYPOTHESIS)
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            [
                f"E * assert {amount} == (2 * {amount})",
                "E *tape: choice point 1: candidate 1",
                f"E *amount={amount},*",
            ]
        )


DEPOSITS = """
import pytest, trio
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

@pytest.mark.{mark}
@settings(
    max_examples=300, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink], deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(amount=st.integers(1, 1_000))
async def test_deposits(amount):
    total = 0

    async def deposit():
        nonlocal total
        seen = total
        if amount > 10:
            await trio.lowlevel.checkpoint()
        total = seen + amount

    async with trio.open_nursery() as nursery:
        nursery.start_soon(deposit)
        nursery.start_soon(deposit)
    assert total == 2 * amount
"""


def test_hypothesis_steers_from_inside_of_a_schedule(pytester: pytest.Pytester) -> None:
    """Assumptions, draws, explicit examples, skips, methods and parameters."""
    pytester.makepyfile(
        """
        import pytest, trio
        from hypothesis import HealthCheck, assume, example, given, settings, strategies as st

        ALL = list(HealthCheck)
        QUICK = settings(max_examples=20, database=None, deadline=None, suppress_health_check=ALL)

        @pytest.mark.parametrize("factor", [1, 2])
        @pytest.mark.interleave
        class TestIt:
            @QUICK
            @example(number=-2)
            @given(number=st.integers(0, 100))
            async def test_assume(self, factor, number):
                async def child():
                    assume(number * factor % 2 == 0)
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(child)

            @QUICK
            @given(data=st.data())
            async def test_data(self, data, factor):
                assert data.draw(st.integers(0, 3)) < 4

        @pytest.mark.interleave("dfs:1")
        @QUICK
        @given(number=st.integers(0, 100))
        async def test_explored(number):
            assume(number % 2 == 0)

        @pytest.mark.interleave
        @QUICK
        @given(number=st.integers(0, 100))
        async def test_skipped(number):
            pytest.skip("not here")

        @pytest.mark.interleave("dfs:1")
        @QUICK
        @given(number=st.integers(0, 100))
        async def test_skipped_too(number):
            pytest.skip("nor here")
        """
    )
    result = run(pytester, plugins=HYPOTHESIS)
    result.assert_outcomes(passed=5, skipped=2)


def test_an_example_that_does_not_end_is_reported_with_its_steps(pytester: pytest.Pytester) -> None:
    """Drawn, it is an error with a note; explored, a failure without a traceback."""
    pytester.makepyfile(
        """
        import pytest, trio
        from hypothesis import HealthCheck, Phase, given, settings, strategies as st

        async def stuck(number):
            await trio.Event().wait()

        ALL = list(HealthCheck)
        QUICK = settings(
            max_examples=5, database=None, deadline=None, suppress_health_check=ALL, phases=[Phase.generate]
        )
        test_drawn = pytest.mark.interleave(QUICK(given(number=st.integers())(stuck)))
        test_explored = pytest.mark.interleave(budget=3)(QUICK(given(number=st.integers())(stuck)))
        """
    )
    result = run(pytester, plugins=HYPOTHESIS)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "E *ScheduleFailed: deadlock: no task can run *",
            "E *tasks: test_drawn#0",
            "deadlock: no task *",
            "tasks: test_explored#0",
        ]
    )
