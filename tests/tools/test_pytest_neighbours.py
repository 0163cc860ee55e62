"""The plugin beside others: in whatever order they are loaded, a marked test is ours and an unmarked one is theirs."""

from __future__ import annotations

import sys

import pytest

from tests.tools.plugged import OURS, run, run_process, token_in

pytest_plugins = ["pytester"]

ANYIO = "anyio.pytest_plugin"
TRIO = "pytest_trio.plugin"
XDIST = "xdist.plugin"

LOST = """
    seats = 1

    async def book():
        nonlocal seats
        if seats > 0:
            await trio.lowlevel.checkpoint()
            seats -= 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(book)
        nursery.start_soon(book)
    assert seats == 0
"""


def orders(*plugins: str) -> list[tuple[str, ...]]:
    """Ours before the others, and behind them."""
    return [(OURS, *plugins), (*plugins, OURS)]


ANYIO_TESTS = f"""
import anyio, pytest, trio
from hypothesis import HealthCheck, given, settings, strategies as st

MARKS = {{marks}}

@pytest.mark.interleave
async def test_ours():
    await anyio.sleep(1){LOST}

@pytest.mark.interleave
@settings(max_examples=5, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers())
async def test_given(number):
    await anyio.sleep(1)
    assert trio.current_time() == 1

async def test_theirs():
    await anyio.sleep(0)

for each in (test_ours, test_given, test_theirs):
    for mark in MARKS:
        mark(each)
"""


@pytest.mark.parametrize("mode", ["auto", "strict"])
@pytest.mark.parametrize("plugins", orders(ANYIO, "_hypothesis_pytestplugin"), ids=["first", "last"])
def test_beside_anyio(pytester: pytest.Pytester, plugins: tuple[str, ...], mode: str) -> None:
    """By its mark or its mode, anyio runs a test on each backend; of ours the one on trio is explored."""
    marks = "[pytest.mark.anyio]" if mode == "strict" else "[]"
    pytester.makeini(f"[pytest]\nanyio_mode = {mode}\n")
    pytester.makepyfile(test_it=ANYIO_TESTS.replace("{marks}", marks))
    result = run(pytester, "-rs", plugins=plugins)
    result.assert_outcomes(failed=1, passed=3, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "tasks: test_ours[[]trio]#0, book#1, book#2",
            "SKIPPED*interleave runs a test on trio, whose schedules it controls; not on another backend of anyio",
        ]
    )


def test_an_async_fixture_of_anyio_is_refused(pytester: pytest.Pytester) -> None:
    """It would run outside of the schedules; a test of anyio's may use it."""
    pytester.makeini("[pytest]\nanyio_mode = auto\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="module", params=["trio"])
        def anyio_backend(request):
            return request.param

        @pytest.fixture
        async def number():
            return 5

        @pytest.mark.interleave
        async def test_ours(number): ...

        async def test_theirs(number): ...
        """
    )
    result = run(pytester, plugins=(OURS, ANYIO))
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["interleave: number is an async fixture, *"])


TRIO_TESTS = f"""
import pytest, trio
from hypothesis import HealthCheck, given, settings, strategies as st

MARKS = {{marks}}

@pytest.mark.interleave
async def test_ours(tmp_path):
    await trio.sleep(1){LOST}

@settings(max_examples=5, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers())
@pytest.mark.parametrize("way", [1, pytest.param(2, marks=pytest.mark.interleave)])
async def test_given(number, way):
    began = trio.current_time()
    await trio.sleep(0.01)
    assert (began == 0) == (way == 2)

@pytest.mark.interleave
async def test_fixture(nursery): ...

@pytest.mark.interleave
async def test_clock(autojump_clock): ...

async def test_theirs(nursery, autojump_clock):
    await trio.sleep(100)

for each in (test_ours, test_given, test_fixture, test_clock, test_theirs):
    for mark in MARKS:
        mark(each)
"""


@pytest.mark.parametrize(
    ("mode", "plugins"),
    [
        ("trio_mode = true", (OURS, TRIO, "_hypothesis_pytestplugin")),
        ("", ("_hypothesis_pytestplugin", TRIO, OURS)),
        ("", (OURS, TRIO, "_hypothesis_pytestplugin")),
        ("trio_mode = true", ("_hypothesis_pytestplugin", TRIO, OURS)),
    ],
)
def test_beside_pytest_trio(pytester: pytest.Pytester, plugins: tuple[str, ...], mode: str) -> None:
    """By its mark or its mode, pytest-trio wraps a test: one of ours stays ours, its fixtures are refused."""
    pytest.importorskip("pytest_trio", reason="pytest-trio is not installed")
    marks = "[]" if mode else "[pytest.mark.trio]"
    pytester.makeini(f"[pytest]\n{mode}\n")
    pytester.makepyfile(test_it=TRIO_TESTS.replace("{marks}", marks))
    result = run_process(pytester, plugins=plugins)
    result.assert_outcomes(failed=2, passed=3, errors=1)
    result.stdout.fnmatch_lines(["interleave: nursery is an async fixture, *"])
    result.stdout.fnmatch_lines([">       assert seats == 0", "tasks: test_ours#0, book#1, book#2"])
    result.stdout.fnmatch_lines(["interleave: autojump_clock has no effect here, *"])


RACE = f"import pytest, trio\n\n@pytest.mark.interleave\nasync def test_a():{LOST}"


def test_processes_of_xdist_report_the_same(pytester: pytest.Pytester) -> None:
    """The report and the token come from a worker; the token is replayed in one process."""
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    pytester.makepyfile(test_it=RACE)
    result = run_process(pytester, "-n", "1", "-v", plugins=(OURS, XDIST))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["tape: choice point 1: candidate 1", "test_it.py::test_a: 3 schedules (dfs, at most 2 delays), *"]
    )
    replayed = run(pytester, f"--interleave-replay={token_in(result)}")
    replayed.stdout.fnmatch_lines(["test_it.py::test_a: one schedule, replayed exactly as recorded"])


def test_a_debugger_comes_after_the_exploration(pytester: pytest.Pytester) -> None:
    """With `--pdb` it stands in the line of the test that failed; and `-x` stops there."""
    pytester.makepyfile(test_it=RACE + "\n\ndef test_b(): ...\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        words = [sys.executable, "-P", "-m", "pytest", "-p", OURS, "--pdb", "-x"]
        result = pytester.run(*words, timeout=300, stdin=b"p seats\nq\n")
    result.stdout.fnmatch_lines(["-> assert seats == 0", "(Pdb) -1", "*1 failed in *"])


def test_nothing_heavy_is_loaded_for_tests_without_the_mark(pytester: pytest.Pytester) -> None:
    """Neither trio nor Hypothesis nor anything of ours but the plugin."""
    pytester.makepyfile(
        """
        import sys

        def test_it():
            roots = {"trio", "hypothesis", "attrs", "attr", "turnfold.replay", "turnfold.tools.interleaving"}
            assert roots & set(sys.modules) == set()
            ours = {name for name in sys.modules if name.startswith("turnfold")}
            assert ours == {"turnfold", "turnfold.tools", "turnfold.tools.pytest_plugin"}
        """
    )
    run_process(pytester, "-v").assert_outcomes(passed=1)


def test_a_mark_of_a_module_is_for_its_async_tests(pytester: pytest.Pytester) -> None:
    """Others in the module, and in its classes, run as they would without it."""
    pytester.makepyfile(
        """
        import pytest, unittest

        pytestmark = pytest.mark.interleave("dfs:1")

        def test_plain(): ...

        class TestIt(unittest.TestCase):
            def test_case(self): ...

        async def test_async(): ...
        """
    )
    result = run(pytester, "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*::test_async: 1 schedules (dfs, at most 1 delays), complete"])


def test_a_trio_that_cannot_be_controlled_is_told_without_a_traceback(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is that of the import that failed; tests without the mark do not mind."""
    monkeypatch.setitem(sys.modules, "turnfold.tools.interleaving", None)
    pytester.makepyfile(test_it=RACE + "\n\ndef test_b(): ...\n")
    result = run(pytester)
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["interleave: import of turnfold.tools.interleaving halted*"])
