"""The pytest plugin: marked tests run under many schedules, and a report says which one failed."""

from __future__ import annotations

import pytest

from tests.tools.plugged import run, token_in

pytest_plugins = ["pytester"]

RACE = """
import pytest, trio

pytestmark = pytest.mark.interleave

async def test_booking():
    seats = 1

    async def book(who):
        nonlocal seats
        print("looked by", who)
        if seats > 0:
            await trio.lowlevel.checkpoint()
            seats -= 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(book, "ann")
        nursery.start_soon(book, "bob")
    assert seats == 0, "sold twice"
"""


def test_a_failing_schedule_fails_the_test_and_is_reported(pytester: pytest.Pytester) -> None:
    """With the rewritten assertion, strategy, runs, tasks by name, steps, tape, token, and what that run printed."""
    pytester.makepyfile(test_race=RACE)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       assert seats == 0, "sold twice"',
            "E       AssertionError: sold twice",
            "E       assert -1 == 0",
            "*- interleave -*",
            "test_race.py::test_booking: 3 schedules (dfs, at most 2 delays), stopped at a failure",
            "*step 0: *test_booking#0 *",
            "*steps 2 to 3: *book#2 *",
            "tasks: test_booking#0, book#1, book#2",
            "tape: choice point 1: candidate 1",
            "replay it with: pytest '--interleave-replay=tfx1~test_race.py::test_booking~*'",
        ]
    )
    printed = result.stdout.str().partition("Captured stdout call")[2]
    assert 1 == printed.count("looked by ann") == printed.count("looked by bob")
    result.stdout.no_fnmatch_line("*trio/_core*")


def test_a_token_replays_one_schedule_of_one_test(pytester: pytest.Pytester) -> None:
    """Other tests are left out; the schedule goes exactly as recorded, and fails as it did."""
    pytester.makepyfile(test_race=RACE + "\n\nasync def test_other():\n    raise ValueError\n")
    token = token_in(run(pytester, "-k", "booking"))
    result = run(pytester, f"--interleave-replay={token}")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            "E       AssertionError: sold twice",
            "test_race.py::test_booking: one schedule, replayed exactly as recorded",
            "*steps 2 to 3: *book#2 *",
            "test_race.py::test_booking: raised: AssertionError: sold twice, exactly as recorded",
        ]
    )
    assert 1 == result.stdout.str().count("looked by bob")


def test_a_replay_that_passes_says_so(pytester: pytest.Pytester) -> None:
    """After the race was mended the test passes, and the report says that it is another program now."""
    pytester.makepyfile(test_race=RACE)
    token = token_in(run(pytester))
    pytester.makepyfile(test_race=RACE.replace("            await trio.lowlevel.checkpoint()\n", ""))
    result = run(pytester, f"--interleave-replay={token}", "-rP")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_booking: None, not as recorded: the test has changed since"])


def test_a_token_that_cannot_be_replayed_is_refused(pytester: pytest.Pytester) -> None:
    """Damaged, or of a test that is not there: before anything runs, with what to do."""
    pytester.makepyfile(test_race=RACE)
    token = token_in(run(pytester))
    damaged = run(pytester, f"--interleave-replay={token}x")
    damaged.stderr.fnmatch_lines(["ERROR: the token is damaged, its checksum is wrong: *; paste it whole"])
    pytester.makepyfile(test_race=RACE.replace("booking", "sale"))
    gone = run(pytester, f"--interleave-replay={token}")
    gone.stderr.fnmatch_lines(
        ["ERROR: the token is of the test test_race.py::test_booking, which is not among the 1 *"]
    )
    assert pytest.ExitCode.USAGE_ERROR == damaged.ret == gone.ret


WALK = """
import pytest, trio

@pytest.mark.interleave({mark})
async def test_walk():
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(trio.sleep, 0)
"""


@pytest.mark.parametrize(
    ("mark", "options", "told"),
    [
        ("", ("", ""), "23 schedules (dfs, at most 2 delays), complete"),
        ("delays=1", ("", ""), "dfs, at most 1 delays"),
        ("budget=7", ("", ""), "7 schedules (dfs, at most 2 delays), stopped by the budget"),
        ("'pct:3:8', budget=7", ("", ""), "7 schedules (pct, depth 3, seed 8)"),
        ("strategy='random:1'", ("", "interleave_budget = 5"), "5 schedules (random walk, seed 1)"),
        ("budget=7", ("", "interleave_budget = 5"), "7 schedules"),
        ("budget=7", ("--interleave-budget=9", "interleave_budget = 5"), "9 schedules"),
        ("delays=1", ("--interleave-strategy=round-robin", ""), "1 schedules (round robin), complete"),
        (
            "cancel=True, delays=0",
            ("", ""),
            "1 schedules (dfs, at most 0 delays), complete; * schedules (every cancellation)*",
        ),
    ],
)
def test_what_is_run_is_what_was_asked_for(
    pytester: pytest.Pytester, mark: str, options: tuple[str, str], told: str
) -> None:
    """The mark says the strategy and the budget; the setting stands in for it, the command line goes before it."""
    words, ini = options
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.makepyfile(WALK.replace("{mark}", mark))
    result = run(pytester, "-v", *words.split())
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*::test_walk: *{told}*"])


@pytest.mark.parametrize(
    ("words", "ini", "message"),
    [
        (["--interleave-budget=0"], "", "--interleave-budget is a number of schedules, at least 1, not 0"),
        ([], "interleave_budget = many", "interleave_budget is a number of schedules, at least 1, not many"),
        (["--interleave-strategy=dfs"], "", "'dfs' is no strategy. The forms are dfs:D*"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    pytester: pytest.Pytester, words: list[str], ini: str, message: str
) -> None:
    """Before anything is collected."""
    pytester.makeini(f"[pytest]\n{ini}\n")
    result = run(pytester, *words)
    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "@M(bugdet=3)\nasync def test(): ...",
            "interleave does not know bugdet; it takes budget, cancel*",
        ),
        ("@M('dfs:1', 'pct:2')\nasync def test(): ...", "interleave does not know a second strategy*"),
        ("@M('dfs:1', delays=2)\nasync def test(): ...", "interleave takes either a strategy or delays*"),
        ("@M('depth-first')\nasync def test(): ...", "interleave: 'depth-first' is no strategy*"),
        (
            "@M(strategy=int)\nasync def test(): ...",
            "interleave needs a strategy, its name, or what makes one*",
        ),
        ("@M(budget=-1)\nasync def test(): ...", "interleave needs a budget of at least 1 schedule, not -1"),
        ("@M(delays=-1)\nasync def test(): ...", "interleave needs 0 delays or more, not -1; *"),
        ("@M\ndef test(): ...", "interleave: test is not an `async def` function"),
        (
            "from unittest import TestCase\nclass TestIt(TestCase):\n    @M\n    async def test(self): ...",
            "interleave: only a test function, or a method of a plain class, can be run*",
        ),
        (
            "@pytest.fixture\nasync def conn(): ...\n@M\nasync def test(conn): ...",
            "interleave: conn is an async fixture,*make it an async context manager that the test enters itself*",
        ),
        (
            "F = pytest.fixture\n@F\nasync def conn(): yield\n@F\ndef user(conn): ...\n@M\nasync def test(user): ...",
            "interleave: conn is an async fixture,*",
        ),
    ],
)
def test_a_misuse_is_an_error_that_says_what_to_do(
    pytester: pytest.Pytester, source: str, message: str
) -> None:
    """No traceback of the plugin; no fixture is made and no schedule is run."""
    pytester.makepyfile(f"import pytest\nM = pytest.mark.interleave\n{source}")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("During handling of *")


def test_a_clock_from_a_fixture_is_refused(pytester: pytest.Pytester) -> None:
    """It would have no effect: time is virtual already."""
    pytester.makepyfile(
        """
        import pytest, trio.testing

        @pytest.fixture
        def autojump_clock():
            return trio.testing.MockClock(autojump_threshold=0)

        @pytest.mark.interleave
        async def test_it(autojump_clock): ...
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["interleave: autojump_clock has no effect here, *Time is virtual: *"])


def test_tests_in_classes_with_parameters_and_fixtures_run_as_any(pytester: pytest.Pytester) -> None:
    """Synchronous fixtures, parametrization, `self`, `pytest.raises`, time; captured output is of one schedule."""
    pytester.makepyfile(
        """
        import logging, pytest, trio

        @pytest.mark.interleave
        class TestIt:
            @pytest.fixture(params=[1, 2])
            def number(self, request):
                return request.param

            @pytest.mark.parametrize("word", ["a.b", "c:d~e"])
            async def test_all(self, number, word, tmp_path, capsys, caplog):
                assert tmp_path.is_dir()
                began = trio.current_time()
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(trio.sleep, 5)
                    nursery.start_soon(trio.sleep, 3)
                assert trio.current_time() - began == 5
                with pytest.raises(ValueError):
                    int(word)
                print(word)
                assert capsys.readouterr().out == word + "\\n"
                logging.warning(word)
                assert [record.msg for record in caplog.records] == [word]

        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.interleave), pytest.param(2.5, marks=[
            pytest.mark.interleave, pytest.mark.xfail(raises=AssertionError, strict=True)])])
        async def test_param(x):
            assert x == 1
        """
    )
    result = run(pytester, "-v")
    result.assert_outcomes(passed=5, xfailed=1)
    result.stdout.fnmatch_lines_random(
        ["*::TestIt::test_all?1-c-d-e?: *complete", "*::TestIt::test_all?2-a-b?: *complete"]
    )


def test_what_a_schedule_tells_pytest_is_heard(pytester: pytest.Pytester) -> None:
    """Skip, xfail and fail, out of a task, under a schedule that is not the first one."""
    pytester.makepyfile(
        """
        import pytest, trio, unittest

        async def first_of_two(action):
            order = []
            async def task(name):
                order.append(name)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(task, 1)
                nursery.start_soon(task, 2)
            async def act():
                action("told so")
            if order == [2, 1]:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(act)

        def skip_test(reason):
            raise unittest.SkipTest(reason)

        pytestmark = pytest.mark.interleave

        @pytest.mark.parametrize("action", [pytest.skip, skip_test, pytest.xfail, pytest.fail])
        async def test_it(action):
            await first_of_two(action)
        """
    )
    result = run(pytester, "-rsx")
    result.assert_outcomes(skipped=2, xfailed=1, failed=1)
    result.stdout.fnmatch_lines_random(["SKIPPED*told so", "XFAIL*told so", "E*Failed: told so"])


def test_an_exit_ends_the_session(pytester: pytest.Pytester) -> None:
    """`pytest.exit` in a schedule is no failure of it."""
    pytester.makepyfile(
        "import pytest\n@pytest.mark.interleave\nasync def test_it():\n    pytest.exit('enough', returncode=7)\n"
    )
    result = run(pytester)
    assert 7 == result.ret
    result.stdout.fnmatch_lines(["*Exit: enough*"])


def test_schedules_that_do_not_end_are_told_without_a_traceback(pytester: pytest.Pytester) -> None:
    """A deadlock, too many steps, a thread, and state that is shared by schedules."""
    pytester.makepyfile(
        """
        import pytest, trio

        @pytest.mark.interleave
        async def test_deadlock():
            await trio.Event().wait()

        @pytest.mark.interleave(steps_max=20)
        async def test_endless():
            while True:
                await trio.lowlevel.checkpoint()

        @pytest.mark.interleave
        async def test_refused():
            await trio.to_thread.run_sync(int)

        @pytest.fixture
        def numbers():
            return []

        @pytest.mark.interleave
        async def test_unstable(numbers):
            numbers.append(1)
            for _ in numbers:
                await trio.lowlevel.checkpoint()
        """
    )
    result = run(pytester, "-x", "--maxfail=9")
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(
        [
            "deadlock: no task can run and no deadline is set: test_deadlock#0 waits in Event.wait (*",
            "endless: not ended after 20 steps; if it needs more, raise steps_max",
            "refused: trio.to_thread: a thread *",
            "unstable: step 2: the run is over in the first run, test_unstable#0 runs in the second; *",
        ]
    )


def test_cancellations_are_tried_if_asked_for(pytester: pytest.Pytester) -> None:
    """A clean-up that waits for ever if it is cancelled is found; the tape says which scope is cancelled and when."""
    pytester.makepyfile(
        """
        import pytest, trio

        @pytest.mark.interleave(cancel=True)
        async def test_it():
            try:
                await trio.sleep(1)
            except trio.Cancelled:
                raise ValueError("lost") from None
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E*ValueError: lost", "tape: after 1 steps cancel scope 1 around the task (0 is the innermost)"]
    )


def test_strategies_are_made_anew_for_each_test(pytester: pytest.Pytester) -> None:
    """Whether the mark has an object, a class, a function or a text; a check judges what a test returns."""
    pytester.makepyfile(
        """
        import pytest, trio
        from turnfold.replay.explore import DelayBounded, Pct, RoundRobin

        def check(value):
            assert value == 42

        @pytest.mark.parametrize("number", [1, 2])
        @pytest.mark.parametrize("way", [
            pytest.param(0, marks=pytest.mark.interleave(DelayBounded(1))),
            pytest.param(1, marks=pytest.mark.interleave(strategy=RoundRobin, check=check)),
            pytest.param(2, marks=pytest.mark.interleave(strategy=lambda: Pct(3), budget=4)),
        ])
        async def test_it(way, number):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep, 0)
                nursery.start_soon(trio.sleep, 0)
            return 42 + (number - 1) * (way == 1)
        """
    )
    result = run(pytester, "-v")
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines_random(
        [
            f"*test_it?{way}-{number}?: *{runs} schedules*"
            for way, number, runs in [(0, 1, 3), (0, 2, 3), (1, 1, 1), (1, 2, 1), (2, 1, 4), (2, 2, 4)]
        ]
    )
    result.stdout.fnmatch_lines(["E*assert 43 == 42"])
