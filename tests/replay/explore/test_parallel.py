"""Several processes report what one does, and end whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from multiprocessing import active_children
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest
import trio

from tests.replay.explore.races import double_close, lost_update
from tests.source import ROOT
from turnfold.replay.explore import (
    DelayBounded,
    Divisible,
    EveryCancellation,
    Exploration,
    NotLoadable,
    Pct,
    Scenario,
    WorkerFailed,
    explore,
    explore_in_workers,
    load_scenario,
    replay,
)

SCENARIOS = '''
import multiprocessing, os
import trio

class Cannot(Exception):
    """An exception that cannot be sent to another process."""
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")
        self.connection = lambda: None

async def steps():
    order = []
    async def walk(number):
        for _ in range(3):
            await trio.lowlevel.checkpoint()
            order.append(number)
    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(walk, number)
    return tuple(order)

def no_task_is_last_to_begin_and_first_to_end(order):
    first = order.index(2)
    if order[-1] != 2 and first > 4:
        raise Cannot("late", "early")

async def dies():
    if multiprocessing.parent_process() is not None:
        os._exit(3)

async def fails_in_workers_only():
    assert multiprocessing.parent_process() is None, "in a worker"

number = 7
'''


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that workers can import, since its folder is on `sys.path`."""
    (tmp_path / "workshop_scenarios.py").write_text(SCENARIOS, encoding="utf-8")
    (tmp_path / "workshop_broken.py").write_text("1 / 0\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "workshop_scenarios", raising=False)
    return import_module("workshop_scenarios")


@pytest.fixture
def rooted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers can import the tests."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])


def bare(exploration: Exploration) -> Exploration:
    """Without the exception: two of them are never equal."""
    failure = exploration.failure
    return (
        exploration
        if failure is None
        else attrs.evolve(exploration, failure=attrs.evolve(failure, error=None))
    )


@pytest.mark.usefixtures("rooted")
@pytest.mark.parametrize(("race", "strategy"), [(lost_update, DelayBounded(2)), (double_close, Pct(2))])
def test_a_race_is_found_as_in_one_process(race: Scenario, strategy: Divisible) -> None:
    """The whole report is the same: runs, steps, outcomes, number of the failing schedule, token, picture."""
    alone = explore(race, strategy.part(0, 1))
    together = explore_in_workers(race, strategy)
    assert alone.failure is not None
    assert together.failure is not None
    assert bare(alone) == bare(together)
    assert type(alone.failure.error) is type(together.failure.error)
    assert replay(race, together.failure.token).exact


def test_all_schedules_are_counted_once(scenarios: ModuleType) -> None:
    """A complete search of three workers has the numbers of one, and says that it is complete."""
    alone = explore(scenarios.steps, DelayBounded(2), name="it")
    assert alone.complete
    assert alone == explore_in_workers(scenarios.steps, workers=3, name="it")


def test_a_budget_is_that_of_the_whole(scenarios: ModuleType) -> None:
    """The first so many schedules in the strategy's order, however they are dealt out."""
    alone = explore(scenarios.steps, DelayBounded(3), budget=77)
    assert not alone.complete
    assert alone == explore_in_workers(scenarios.steps, DelayBounded(3), budget=77)


def test_scenario_and_check_may_be_names(scenarios: ModuleType) -> None:
    """Values are judged in the worker; an exception that cannot be sent is there nevertheless. All failures count."""
    check = "no_task_is_last_to_begin_and_first_to_end"
    found = explore_in_workers(
        "workshop_scenarios:steps", check=f"workshop_scenarios:{check}", go_on=True, budget=80
    )
    assert found.failure is not None
    assert "check" == found.failure.kind
    assert found.failure.text.startswith("Cannot: late and early (returned (")
    assert "Cannot" == type(found.failure.error).__name__
    assert found.failure.token.startswith("tfx1~workshop_scenarios:steps~")
    alone = explore(scenarios.steps, check=getattr(scenarios, check), go_on=True, budget=80)
    assert bare(alone) == bare(found)


def test_cancellations_are_dealt_out(scenarios: ModuleType) -> None:
    """With a filter that can be sent."""
    strategy = EveryCancellation(tasks={"walk"}.__contains__)
    alone = explore(scenarios.steps, strategy.part(0, 1))
    assert alone == explore_in_workers(scenarios.steps, strategy)
    assert alone.complete


def test_a_worker_that_dies_is_told(scenarios: ModuleType) -> None:
    """With its exit code and what may be the reason; no other worker is left."""
    with pytest.raises(WorkerFailed, match=r"worker \d of 2 died with exit code 3\. Was it killed"):
        explore_in_workers(scenarios.dies)
    assert [] == active_children()


def test_a_failure_that_only_workers_have_is_unstable(scenarios: ModuleType) -> None:
    """It depends on the process, and a token would not replay it."""
    failure = explore_in_workers(scenarios.fails_in_workers_only).failure
    assert failure is not None
    assert "unstable" == failure.kind
    assert "AssertionError: in a worker" in failure.text


def test_a_module_that_only_this_process_has_is_told() -> None:
    """It was loaded in a way that a worker does not know, as test runners do."""

    async def scenario() -> None: ...

    module = ModuleType("workshop_of_this_process")
    scenario.__module__, scenario.__qualname__ = module.__name__, "scenario"
    module.__dict__["scenario"] = scenario
    sys.modules[module.__name__] = module
    try:
        with pytest.raises(NotLoadable, match=r"No module named 'workshop_of_this_process'.*on sys\.path"):
            explore_in_workers(scenario)
    finally:
        del sys.modules[module.__name__]


@pytest.mark.usefixtures("scenarios")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("steps", "is 'module:function', e.g. 'races:two_locks', not 'steps'"),
        (
            "workshop_missing:steps",
            "No module named 'workshop_missing'; is the folder of the module on sys.path",
        ),
        ("workshop_scenarios:missing", "there is no scenario 'workshop_scenarios:missing'"),
        ("workshop_scenarios:number", "is no function, but a int"),
        ("workshop_broken:steps", "fails: ZeroDivisionError: division by zero"),
    ],
)
def test_a_name_that_leads_nowhere_is_told(name: str, said: str) -> None:
    """Before any process is started."""
    with pytest.raises(NotLoadable) as caught:
        explore_in_workers(name)
    assert said in str(caught.value)
    with pytest.raises(NotLoadable):
        load_scenario(name)


def test_what_cannot_be_sent_is_told() -> None:
    """Which of the things it is, and what to do."""

    async def local() -> None: ...

    def filtered(name: str) -> bool:
        return bool(name)

    def check(value: object) -> None:
        del value

    cases: list[tuple[str, Callable[[], Any]]] = [
        ("scenario", lambda: explore_in_workers(local)),
        ("check", lambda: explore_in_workers(trio.lowlevel.checkpoint, check=check)),
        (
            "strategy",
            lambda: explore_in_workers(trio.lowlevel.checkpoint, EveryCancellation(tasks=filtered)),
        ),
    ]
    for what, call in cases:
        with pytest.raises(
            NotLoadable, match=rf"the {what} cannot be sent to a worker .*at the top of a module"
        ):
            call()


def test_arguments_that_make_no_sense_are_refused() -> None:
    """No worker, no budget, a strategy that is none for several, a place inside of trio."""

    class Indivisible:
        pass

    indivisible: Any = Indivisible()
    with pytest.raises(ValueError, match="at least one worker"):
        explore_in_workers(lost_update, workers=0)
    with pytest.raises(ValueError, match="at least 1, not 0"):
        explore_in_workers(lost_update, budget=0)
    with pytest.raises(TypeError, match="Indivisible cannot be divided"):
        explore_in_workers(lost_update, indivisible)

    async def inside() -> None:
        explore_in_workers(lost_update)

    with pytest.raises(RuntimeError, match="call it from synchronous code"):
        trio.run(inside)


PROGRAM = """
import trio
from turnfold.replay.explore import RandomWalk, explore_in_workers

async def endless():
    print("running\\n", end="", flush=True)  # in one piece, even if nothing is buffered
    await trio.lowlevel.checkpoint()

if __name__ == "__main__":
    try:
        explore_in_workers(endless, RandomWalk(), budget=10**9)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="a group of processes is not interrupted in this way there")
def test_ctrl_c_ends_all_quietly(tmp_path: Path) -> None:
    """All processes get the signal, as from a terminal; one exception comes, in the parent, and nothing is printed.

    The scenario is in the program that was started: a worker finds it there. No process is left that has the pipes.
    """
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "running\n" == process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate()
    assert "" == errors
    assert "stopped" == out.splitlines()[-1]
    assert 0 == process.returncode
