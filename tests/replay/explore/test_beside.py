"""Two runs side by side fit a page, show where they part, and leave nothing out but what is the same."""

from __future__ import annotations

import re

import attrs
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.explore.detailed import detailed
from tests.replay.explore.test_picture import random_run
from tests.replay.explore.toys import Toy, toys
from turnfold.replay.explore import Run, agreement, parting, side_by_side

ROW = re.compile(r"(?P<margin>...) (?P<left>.{45}) (?P<gutter>[ |<>])(?: (?P<right>.*))?")


async def strolls() -> object:
    """Two tasks with three steps each, and one behind them."""
    order: list[str] = []

    async def walk(name: str) -> None:
        for _ in range(2):
            await trio.lowlevel.checkpoint()
        order.append(name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(walk, "a", name="first")
        nursery.start_soon(walk, "b", name="second")
    await trio.sleep(1)
    return order


def cells(lines: list[str]) -> list[tuple[str, str, str, str]]:
    """Margin, left, gutter and right of each row."""
    found = [ROW.fullmatch(line.ljust(51)) for line in lines]
    assert None not in found, lines
    return [
        (row["margin"].strip(), row["left"].strip(), row["gutter"], (row["right"] or "").strip())
        for row in found
        if row is not None
    ]


def briefly(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """The rows without lines of files."""
    return [
        (margin, re.sub(r"py:\d+", "py", left), gutter, re.sub(r"py:\d+", "py", right))
        for margin, left, gutter, right in rows
    ]


def test_the_parting_is_marked_and_what_follows_is_aligned() -> None:
    """Equal rows stand beside each other though their numbers differ."""
    one, other = detailed(strolls), detailed(strolls, (1, 1))
    start = "0 it#0 to test_beside.py (end of nursery)"
    stroll = "test_beside.py (checkpoint)"
    assert [
        ("", "fails", "|", "passes"),
        ("", start, "", start),
        ("", f"1 first#1 to {stroll}", "", f"1 first#1 to {stroll}"),
        ("-->", "2-3 first#1 to its end", "|", "2-4 second#2 to its end"),
        ("", "4-6 second#2 to its end", "|", "5-6 first#1 to its end"),
        ("", "7 it#0 to test_beside.py (sleep)", "", "7 it#0 to test_beside.py (sleep)"),
        ("", "8 it#0 to its end", "", "8 it#0 to its end"),
        ("", "['a', 'b']", "|", "['b', 'a']"),
    ] == [
        (margin, left, gutter.strip(), right)
        for margin, left, gutter, right in briefly(cells(side_by_side(one, other)))
    ]


def test_in_short_only_what_is_around_the_parting_is_shown() -> None:
    """One row before it; the rows behind are counted from some number on."""
    one, other = detailed(strolls), detailed(strolls, (1, 1))
    whole = side_by_side(one, other)
    assert [whole[0], *whole[2:-1]] == parting(one, other)
    assert [whole[0], *whole[2:4], "    ... 3 more rows ..."] == parting(one, other, rows_max=1)


def test_what_is_the_same_is_folded() -> None:
    """At the beginning all but two rows, and between two differences the middle."""

    async def long() -> None:
        async def walk(steps: int) -> None:
            for _ in range(steps):
                await trio.sleep(1)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(walk, 9)
        await strolls()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(walk, 9)

    one, other = detailed(long), detailed(long, (0, 1))
    lines = side_by_side(one, other)
    assert "... 10 rows are the same ..." == lines[1].strip()
    assert "... 9 rows are the same ..." == lines[-4].strip()
    assert 12 == len(lines)


def test_a_task_among_others_of_its_name_is_told_by_its_number() -> None:
    """Rows of two tasks of one name are not equal, and a long name keeps its number."""

    async def twins() -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(2):
                nursery.start_soon(trio.lowlevel.checkpoint, name="a task with a very long name")

    one, other = detailed(twins), detailed(twins, (0, 1))
    rows = cells(side_by_side(one, other))
    assert (
        "-->",
        "1-2 a task with a very..#1 to its end",
        "|",
        "1-2 a task with a very..#2 to its end",
    ) == rows[2]
    assert "|" == rows[3][2]


def test_runs_that_do_not_part_have_no_mark() -> None:
    """Only how they ended is different."""
    run = detailed(strolls)
    rows = cells(side_by_side(run, attrs.evolve(run, kind="raised", text="x" * 99)))
    assert [] == [row for row in rows if row[0]]
    assert ("['a', 'b']", f"raised: {'x' * 34}...") == (rows[-1][1], rows[-1][3])
    assert len(run.order) == agreement(run, run)


def test_a_run_without_details_shows_who_ran() -> None:
    """Without places."""
    run = detailed(strolls)
    bare = attrs.evolve(run, details=[])
    assert ("", "4-6 second#2", " ", "4-6 second#2") == cells(side_by_side(bare, bare))[2]


def numbers(rows: list[str]) -> list[int]:
    """The numbers of the steps in a column."""
    told: list[int] = []
    for row in rows:
        found = re.match(r"(\d+)(?:-(\d+))? ", row)
        assert found is not None, row
        told += range(int(found[1]), int(found[2] or found[1]) + 1)
    return told


@settings(max_examples=100, deadline=None)
@given(toy=toys(), one=st.integers(0, 99), other=st.integers(0, 99))
def test_any_two_runs_fit_and_nothing_else_is_left_out(toy: Toy, one: int, other: int) -> None:
    """No line has 100 characters; the arrow is where the orders differ; each column tells its steps in order."""
    left, right = random_run(toy, one), random_run(toy, other)
    lines = side_by_side(left, right)
    assert 100 > max(map(len, lines))
    folds = sum("rows are the same" in line for line in lines)
    rows = cells([line for line in lines[1:-1] if "rows are the same" not in line])
    at = agreement(left, right)
    marked = [row for row in rows if row[0]]
    same = left.order == right.order
    assert ([] if same else ["-->"]) == [row[0] for row in marked]
    assert same or at in {
        *numbers([marked[0][1]] if marked[0][1] else []),
        *numbers([marked[0][3]] if marked[0][3] else []),
    }
    for column, run in ((1, left), (3, right)):
        told = numbers([row[column] for row in rows if row[column]])
        assert sorted(set(told)) == told
        assert folds or list(range(len(run.order))) == told


def test_very_long_runs_are_put_side_by_side_without_alignment() -> None:
    """Aligning takes the square of the rows."""
    order = [0, 1] * 2_500
    run = Run(kind="returned", text="x", order=order, names=["a", "b"], counts=[], deviations=[])
    other = attrs.evolve(run, order=[1, 0, 0, *order[2:]])
    lines = side_by_side(run, other)
    assert len(order) + 2 == len(lines)
    assert "-->" == lines[1][:3]
