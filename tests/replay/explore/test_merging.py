"""What workers tell is counted in the strategy's order, whoever is quicker."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from turnfold.replay.explore import Run
from turnfold.replay.explore.merging import Merged, Told
from turnfold.replay.explore.worker import Batch, Found, Row

COUNT = 12
"""Schedules in the whole, with the numbers from 0 on as ranks."""


@cache
def failing() -> Found:
    """A schedule that failed."""
    run = Run(kind="raised", text="it", order=[], names=[], counts=[], deviations=[])
    return Found(run=run, difference=None)


def batches_of(numbers: Sequence[int], failures: frozenset[int], size: int, *, go_on: bool) -> list[Batch]:
    """What a worker tells whose schedules have these numbers: in portions, and at its first failure at once."""
    batches: list[Batch] = []
    rows: list[Row] = []
    failed = False
    for number in numbers:
        fails = number in failures
        rows.append(((number,), "raised: it" if fails else "fine", number, 1, number))
        if len(rows) == size or (fails and not failed) or number == numbers[-1]:
            found = failing() if fails and not failed else None
            batches.append(Batch(rows=rows, found=found, complete=number == numbers[-1]))
            rows = []
        failed = failed or fails
        if failed and not go_on:
            break
    return batches


def outcome(
    owners: Sequence[int], failures: frozenset[int], budget: int, *, go_on: bool, order: Sequence[int]
) -> tuple[object, ...]:
    """Merge; `order` says which worker is heard next, as long as it has something to tell."""
    workers = sorted(set(owners))
    told = [Told() for _ in workers]
    left = [
        batches_of([n for n in range(COUNT) if owners[n] == worker], failures, 3, go_on=go_on)
        for worker in workers
    ]
    merged = Merged(budget, go_on=go_on)
    turns = [*order, *(list(range(len(workers))) * (COUNT + 1))]
    for turn in turns:
        place = turn % len(workers)
        if left[place]:
            told[place].take_in(left[place].pop(0))
        else:
            told[place].ended = True
        merged.take(told)
        if merged.over:
            break
    assert merged.over
    return (
        *(
            merged.tally.runs,
            merged.tally.steps,
            merged.tally.tasks_max,
            merged.tally.choices_max,
            merged.complete,
        ),
        *(merged.tally.outcomes, merged.found is not None, merged.found_after),
    )


@given(
    owners=st.lists(st.integers(0, 2), min_size=COUNT, max_size=COUNT),
    failures=st.frozensets(st.integers(0, COUNT - 1), max_size=3),
    budget=st.integers(1, COUNT + 2),
    go_on=st.booleans(),
    order=st.lists(st.integers(0, 5), max_size=12),
)
def test_what_is_reported_does_not_depend_on_who_was_quicker(
    owners: list[int], failures: frozenset[int], budget: int, *, go_on: bool, order: list[int]
) -> None:
    """However schedules are dealt out and in whatever order workers are heard: the outcome is that of one worker."""
    alone = outcome([0] * COUNT, failures, budget, go_on=go_on, order=[])
    assert alone == outcome(owners, failures, budget, go_on=go_on, order=order)


@given(order=st.lists(st.integers(0, 5), max_size=8))
def test_the_first_failure_in_order_is_the_one_reported(order: list[int]) -> None:
    """Worker 1 fails with its first schedule, worker 0 with an earlier one: the earlier one counts."""
    owners = [0] * 6 + [1] * 6
    assert (3, 0 + 1 + 2, 1, 2, False, {"fine": 2, "raised: it": 1}, True, 3) == outcome(
        owners, frozenset({2, 6}), COUNT, go_on=False, order=order
    )


def test_a_schedule_that_is_unstable_ends_it_even_if_all_failures_are_wanted() -> None:
    """As in one process: nothing that comes after can be trusted."""
    told = Told()
    unstable = Found(run=failing().run, difference="it went another way")
    told.take_in(Batch(rows=[((0,), "raised: it", 1, 1, 1)], found=failing(), complete=False))
    told.take_in(Batch(rows=[((1,), "fine", 1, 1, 1)], found=unstable, complete=False))
    merged = Merged(10, go_on=True)
    merged.take([told])
    assert merged.over
    assert (2, unstable, 2) == (merged.tally.runs, merged.found, merged.found_after)
