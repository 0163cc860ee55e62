"""Strategies by name: every form gives its strategy, and what is none gets the forms told."""

from __future__ import annotations

import pytest

from turnfold.replay.explore import (
    STRATEGY_FORMS,
    DelayBounded,
    EveryCancellation,
    Pct,
    RandomWalk,
    RoundRobin,
    strategy_of,
)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("dfs:2", DelayBounded, "dfs, at most 2 delays"),
        ("dfs:0", DelayBounded, "dfs, at most 0 delays"),
        ("dfs:all", DelayBounded, "dfs, all schedules"),
        ("pct:3", Pct, "pct, depth 3, seed 0"),
        ("pct:3:17", Pct, "pct, depth 3, seed 17"),
        ("random:5", RandomWalk, "random walk, seed 5"),
        ("cancel", EveryCancellation, "every cancellation"),
        ("cancel:outer", EveryCancellation, "every cancellation"),
        (" round-robin\n", RoundRobin, "round robin"),
    ],
)
def test_a_strategy_is_made_from_its_name(text: str, kind: type, name: str) -> None:
    """Its class and its parameters are those of the text; blanks around it do not matter."""
    made = strategy_of(text)
    assert kind is type(made)
    assert name == made.name


def test_each_call_makes_a_new_strategy() -> None:
    """A strategy is used up by exploring, so none is handed out twice."""
    assert strategy_of("round-robin") is not strategy_of("round-robin")


@pytest.mark.parametrize(
    "text",
    ["", "dfs", "dfs:-1", "dfs:2:3", "pct", "pct:x", "random", "cancel:inner", "round", "dfs:²", "dfs:1e3"],
)
def test_what_is_no_strategy_gets_the_forms_told(text: str) -> None:
    """The message has the text and each of the forms."""
    with pytest.raises(ValueError, match=r"is no strategy\. The forms are") as caught:
        strategy_of(text)
    assert str(caught.value).startswith(repr(text))
    assert [] == [form for form in STRATEGY_FORMS if form not in str(caught.value)]


def test_a_number_that_makes_no_sense_is_explained() -> None:
    """The strategy's own complaint is passed on."""
    with pytest.raises(ValueError, match="'pct:0' is no strategy: the depth of a fault is 1 at least, not 0"):
        strategy_of("pct:0")
