"""The pytest plugin: `@pytest.mark.interleave` runs an async test under many schedules of its tasks.

Loaded by every pytest where turnfold is installed, so it imports nothing but pytest until a marked test is to run.

Other plugins may want to run the same test. Whatever they put in its place, this one puts its own function there last,
in a wrapper around `pytest_pyfunc_call`, and takes it away afterwards; that does not depend on the order of plugins.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Sequence
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from turnfold.tools.interleaving import Stand, Told

_MARK = "interleave"
_FUNCTION = pytest.StashKey[Callable[..., Any]]()
"""The test as its author wrote it, before any plugin wrapped it."""
_REPORT = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and the setting of the plugin."""
    group = parser.getgroup("interleave", "schedules of async tests (turnfold)")
    group.addoption(
        "--interleave-budget",
        type=int,
        metavar="N",
        help="schedules of each marked test, whatever its mark says",
    )
    group.addoption(
        "--interleave-strategy",
        metavar="TEXT",
        help="strategy of each marked test, e.g. dfs:3, pct:3:7, random:1, cancel; dfs:0 is the default schedule",
    )
    group.addoption(
        "--interleave-replay", metavar="TOKEN", help="run only the test of the token, under its schedule"
    )
    parser.addini(
        "interleave_budget", "schedules of each marked test that does not say itself (default: 1000)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and refuse options that make no sense before anything runs."""
    config.addinivalue_line(
        "markers",
        "interleave(strategy=None, *, budget, delays, check, cancel, steps_max, patience, stall_s): "
        "run the async test under many schedules of its tasks; strategy is a text such as 'dfs:2' or 'pct:3'",
    )
    token, text = config.getoption("--interleave-replay"), config.getoption("--interleave-strategy")
    try:
        if token is not None:
            from turnfold.replay.explore import scenario_of

            scenario_of(token)
        if text is not None:
            from turnfold.replay.explore import strategy_of

            strategy_of(text)
        _budget(config)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error


def _budget(config: pytest.Config) -> tuple[int | None, int]:
    """The budget of the command line, and the usual one."""
    asked: int | None = config.getoption("--interleave-budget")
    usual = str(config.getini("interleave_budget") or 1_000)
    for name, value in (("--interleave-budget", asked), ("interleave_budget", usual)):
        if value is not None and not (str(value).isdecimal() and int(value) > 0):
            raise ValueError(f"{name} is a number of schedules, at least 1, not {value}")
    return asked, int(usual)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember the functions of marked tests; leave one test if a token is to be replayed."""
    for item in items:
        if isinstance(item, pytest.Function) and _mark_of(item) is not None:
            item.stash[_FUNCTION] = _function(item)
    token: str | None = config.getoption("--interleave-replay")
    if token is None:
        return
    from turnfold.replay.explore import scenario_of
    from turnfold.tools.interleaving import label_of

    label = scenario_of(token)
    its = [item for item in items if _mark_of(item) is not None and label_of(item.nodeid) == label]
    if not its and not hasattr(config, "workerinput"):
        raise pytest.UsageError(
            f"the token is of the test {label}, which is not among the {len(items)} that were collected, "
            "or is not marked any more"
        )
    config.hook.pytest_deselected(items=[item for item in items if item not in its])
    items[:] = its


def _mark_of(item: pytest.Item) -> pytest.Mark | None:
    """The mark of a test; that of its class or module only if the test is asynchronous."""
    mark = item.get_closest_marker(_MARK)
    if mark is None or any(own.name == _MARK for own in item.own_markers):
        return mark
    is_async = isinstance(item, pytest.Function) and inspect.iscoroutinefunction(_function(item))
    return mark if is_async else None


def _handle(item: pytest.Function) -> Any:
    """What Hypothesis leaves on a test under `@given`, so that runners can replace what it calls."""
    handle = getattr(item.obj, "hypothesis", None)
    return handle if hasattr(handle, "inner_test") else None


def _function(item: pytest.Function) -> Callable[..., Any]:
    """The test as its author wrote it."""
    remembered = item.stash.get(_FUNCTION, None)
    handle = _handle(item)
    function: Callable[..., Any] = item.obj if handle is None else handle.inner_test
    return remembered or function


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse what cannot be explored, before fixtures are made for it."""
    mark = _mark_of(item)
    if mark is None:
        return
    reason = _misfit(item)
    if reason is not None:
        pytest.fail(f"interleave: {reason}", pytrace=False)
    assert isinstance(item, pytest.Function)
    _stand(item, mark)


def _misfit(item: pytest.Item) -> str | None:
    from unittest import TestCase

    if not isinstance(item, pytest.Function) or (item.cls and issubclass(item.cls, TestCase)):
        return "only a test function, or a method of a plain class, can be run under schedules"
    if not inspect.iscoroutinefunction(_function(item)):
        return f"{item.originalname} is not an `async def` function"
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        if name in item.fixturenames and any(_is_async(definition.func) for definition in definitions[-1:]):
            return (
                f"{name} is an async fixture, which would be made once, and outside of the schedules; "
                "make it an async context manager that the test enters itself, so that each schedule has its own"
            )
    return None


def _is_async(function: Any) -> bool:
    """Whether a fixture is asynchronous, or one of pytest-trio's, which it marks so."""
    return (
        inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
        or getattr(function, "_force_trio_fixture", False)
    )


def _stand(item: pytest.Function, mark: pytest.Mark) -> Stand:
    """Read the mark and the options; a complaint of theirs ends the test."""
    complaint = ""
    try:
        return _read(item, mark)
    except ImportError as error:  # no trio, or one whose inside is not known
        complaint = f"interleave: {error}"
    except ValueError as error:
        complaint = str(error)
    pytest.fail(
        complaint, pytrace=False
    )  # not while the error is handled, which pytest would show as its cause


def _read(item: pytest.Function, mark: pytest.Mark) -> Stand:
    from unittest import SkipTest

    from turnfold.tools.interleaving import Stand, label_of, wish_of

    config = item.config
    asked, usual = _budget(config)
    wish = wish_of(
        mark.args,
        mark.kwargs,
        strategy=config.getoption("--interleave-strategy"),
        budget=asked,
        usual_budget=usual,
        patient=bool(config.getoption("usepdb", False) or config.getoption("trace", False)),
    )
    steering = (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception, SkipTest)
    forget = partial(_forget_output, config)
    return Stand(label=label_of(item.nodeid), wish=wish, steering=steering, before=forget)


def _forget_output(config: pytest.Config) -> None:
    """Drop what earlier schedules printed and logged: a report shows one schedule, not thousands."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is not None and capture.is_globally_capturing():
        capture.read_global_capture()
    logging: Any = config.pluginmanager.getplugin("logging-plugin")
    for name in ("caplog_handler", "report_handler"):
        handler: Any = getattr(logging, name, None)
        if handler is not None:
            handler.clear()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let pytest call, in place of a marked test, what runs the test under its schedules."""
    mark = _mark_of(pyfuncitem)
    if mark is None:
        return (yield)
    _inspect_arguments(pyfuncitem)
    function = _function(pyfuncitem)
    stand = _stand(pyfuncitem, mark)
    handle = _handle(pyfuncitem)
    if handle is None:
        pyfuncitem.obj = _interleaved(pyfuncitem, function, stand)
    else:
        handle.inner_test = _interleaved_example(pyfuncitem, function, stand)
    try:
        return (yield)
    finally:
        if handle is None:
            pyfuncitem.obj = function
        else:
            handle.inner_test = function


def _inspect_arguments(item: pytest.Function) -> None:
    from trio.abc import Clock, Instrument

    backend: Any = item.funcargs.get("anyio_backend", "trio")
    if (backend if isinstance(backend, str) else backend[0]) != "trio":
        pytest.skip(
            "interleave runs a test on trio, whose schedules it controls; not on another backend of anyio"
        )
    for name, value in item.funcargs.items():
        if isinstance(value, Clock | Instrument):
            pytest.fail(
                f"interleave: {name} has no effect here, since schedules have a clock of their own; leave it out. "
                "Time is virtual: it passes when no task can run",
                pytrace=False,
            )


def _interleaved(item: pytest.Function, function: Callable[..., Any], stand: Stand) -> Callable[..., None]:
    @wraps(function)
    def interleaved(**args: object) -> None:
        __tracebackhide__ = True
        from turnfold.tools.interleaving import Steered, explored, replayed

        scenario = partial(function, **args)
        token: str | None = item.config.getoption("--interleave-replay")
        try:
            told = explored(stand, scenario) if token is None else replayed(stand, scenario, token)
        except Steered as steered:
            raise steered.error from None
        item.user_properties.append((_MARK, told.line))
        item.stash[_REPORT] = told.text
        _end(told)

    return interleaved


def _end(told: Told) -> None:
    __tracebackhide__ = True
    if told.error is not None:
        raise told.error
    if told.complaint:
        pytest.fail(told.complaint, pytrace=False)


def _interleaved_example(
    item: pytest.Function, function: Callable[..., Any], stand: Stand
) -> Callable[..., None]:
    """One example of a Hypothesis test: under a drawn schedule, so that both shrink, or explored if the mark says how.

    Nothing can be drawn for an explicit example (`@example`): it is explored.
    """
    import attrs
    from hypothesis.errors import StopTest, UnsatisfiedAssumption

    from turnfold.replay.explore import decode  # not in an example, whose time is limited
    from turnfold.replay.testing import draw_schedule, run_schedule
    from turnfold.tools.interleaving import Steered, explored

    token: str | None = item.config.getoption("--interleave-replay")
    aware = attrs.evolve(stand, steering=(*stand.steering, StopTest, UnsatisfiedAssumption), before=None)

    @wraps(function)
    def interleaved(*args: object, **named: object) -> None:
        __tracebackhide__ = True
        wish = stand.wish
        scenario = partial(function, *args, **named)
        if token is not None:
            tape = decode(token, stand.label)
        elif wish.explores:
            tape = None
        else:
            tape = draw_schedule(max_delays=3 if wish.delays is None else wish.delays, cancel=wish.cancel)
        if tape is not None:
            run_schedule(scenario, tape, check=wish.check, name=stand.label, limits=wish.limits)
            return
        try:
            told = explored(aware, scenario, shrinks=200)
        except Steered as steered:
            raise steered.error from None
        if told.error is None:
            item.stash[_REPORT] = told.text
        else:
            told.error.add_note(told.text)
        _end(told)

    return interleaved


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the schedule into the report of a failure."""
    report = yield
    text = item.stash.get(_REPORT, "")
    if call.when == "call" and text:
        add: Any = getattr(report.longrepr, "addsection", None)
        if report.failed and add is not None:
            add("interleave", text)
        elif not report.failed:
            report.sections.append(("interleave", text))
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """With `-v`, or of a replay: how many schedules each test was run under."""
    if config.get_verbosity() < 1 and config.getoption("--interleave-replay") is None:
        return
    lines = [line for reports in terminalreporter.stats.values() for line in _lines(reports)]
    if lines:
        terminalreporter.section("interleave")
        for line in lines:
            terminalreporter.write_line(line)


def _lines(reports: Sequence[Any]) -> list[str]:
    calls = [report for report in reports if getattr(report, "when", None) == "call"]
    return [str(value) for report in calls for key, value in report.user_properties if key == _MARK]
