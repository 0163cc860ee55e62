"""Where each step stands: in the program, not in trio."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from tests.replay.explore.detailed import detailed
from turnfold.replay.explore import Campaign, Place, Plan, Run, Scenario, perform
from turnfold.replay.explore.places import short_path
from turnfold.replay.explore.tape import chooser_of

THIS = str(Path(__file__))


def line_of(text: str) -> int:
    """The number of the line of this file that ends in a comment."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {text}"))


class Account:
    """Something with methods that wait."""

    def __init__(self) -> None:
        self.lock = trio.Lock()
        self.changed = trio.Event()

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None]:
        """Wait inside of a generator that the standard library calls."""
        await self.lock.acquire()  # held
        yield
        self.lock.release()

    async def change(self) -> None:
        """Wait in the two ways there are."""
        await trio.lowlevel.checkpoint()  # checkpoint
        async with self.held():
            await self.changed.wait()  # event


async def waits() -> None:
    """One task in all the places."""
    account = Account()
    async with trio.open_nursery() as nursery:  # nursery
        nursery.start_soon(account.change)
        nursery.start_soon(trio.sleep, 3)
        await trio.sleep(1)  # sleep
        account.changed.set()


def test_a_step_stands_where_the_program_awaits() -> None:
    """File, line, function and what it waits for; neither trio, nor the standard library, nor the explorer."""
    places = [detail.place for detail in detailed(waits).details]
    inside = "Account.change"
    assert {
        Place(THIS, line_of("sleep"), "waits", "sleep"),
        Place(THIS, line_of("checkpoint"), inside, "checkpoint"),
        Place(THIS, line_of("held"), "Account.held", "Lock.acquire"),
        Place(THIS, line_of("event"), inside, "Event.wait"),
        Place(THIS, line_of("nursery"), "waits", "end of nursery"),
    } == {place for place in places if place is not None and place.file == THIS}


def test_a_task_of_trio_alone_stands_in_trio() -> None:
    """It has no other frame; its path is told from the package on."""
    foreign = [
        detail.place for detail in detailed(waits).details if detail.place and detail.place.file != THIS
    ]
    assert ["sleep"] == [place.function for place in foreign]
    assert foreign[0].spot.startswith(str(Path("trio", "_timeouts.py:")))
    assert str(foreign[0]).endswith(" in sleep")


def test_a_task_that_has_ended_stands_nowhere() -> None:
    """The last step of each task says so."""
    run = detailed(waits)
    last = {number: step for step, number in enumerate(run.order)}
    assert {None} == {run.details[step].place for step in last.values()}
    assert len(last) == sum(detail.place is None for detail in run.details)


def test_a_run_without_details_looks_at_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of steps costs nothing where it is not wanted."""

    def looked(task: object) -> Place:
        raise AssertionError(task)

    monkeypatch.setattr("turnfold.replay.explore.queue.standing", looked)

    def plain() -> Campaign[Run]:
        return (yield Plan(chooser_of(())))

    run = perform(plain(), waits, "it")
    assert ("returned", []) == (run.kind, run.details)


async def deadlock() -> None:
    """Waits for what nobody does."""
    await trio.Event().wait()


@pytest.mark.parametrize(
    ("scenario", "where"), [(deadlock, "Event.wait"), (trio.sleep_forever, "sleep_forever")]
)
def test_a_deadlock_names_the_same_place(scenario: Scenario, where: str) -> None:
    """What it waits for, file, line and function, also if the scenario is a function of trio."""
    run = detailed(scenario)
    place = run.details[-1].place
    assert place is not None
    assert f"it#0 waits in {where} ({place.spot}, in {place.function})" in run.text


def test_paths_are_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Below the current folder they are relative, in an installed package they begin with it; others stay whole."""
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "lib" / "booking.py"
    assert str(Path("lib", "booking.py")) == short_path(str(inner))
    assert str(tmp_path) == short_path(str(tmp_path))
    assert f"{tmp_path}s" == short_path(f"{tmp_path}s")
    assert "<stdin>" == short_path("<stdin>")
    assert str(Path("trio", "a.py")) == short_path(str(tmp_path / "site-packages" / "trio" / "a.py"))


def test_a_current_folder_that_is_gone_does_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Then paths stay whole."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "/a/b.py" == short_path("/a/b.py")


def test_a_place_is_told_in_full_and_in_brief() -> None:
    """With what it waits for, if that is more than the function's own name."""
    place = Place("/a/b.py", 3, "Actor.run", "Event.wait")
    assert ("/a/b.py:3 in Actor.run (Event.wait)", "b.py:3") == (str(place), place.brief)
    assert "/a/b.py:3 in sleep" == str(Place("/a/b.py", 3, "sleep", "sleep"))
    assert "/a/b.py:3 in run" == str(Place("/a/b.py", 3, "run", ""))
