"""The race lab finds every hazard of the design that ours was made after, and our engine has none of them."""

from __future__ import annotations

import attrs
import pytest

from tests.mutants.cases import MUTANTS
from tests.mutants.measuring import BUDGET, codes_of, strategy, survived
from tests.mutants.mutant import Mutant
from tests.mutants.table import PAGE, read, rendered
from turnfold.core.decide import draft
from turnfold.replay.explore import explore, replay

HAZARDS = {*(f"H{number}" for number in range(1, 9)), *(f"U{number}" for number in range(1, 11))}

FEW = 20
"""Schedules of each strategy that the engine has to survive in the quick suite."""

EACH = pytest.mark.parametrize("mutant", MUTANTS.values(), ids=list(MUTANTS))


def test_each_hazard_has_a_mutant() -> None:
    """Nothing is left out: the eight hazards of the acceptance list and the ten races of the wider design."""
    assert set() == HAZARDS ^ {hazard for mutant in MUTANTS.values() for hazard in mutant.hazards}


def test_the_page_shows_what_was_measured() -> None:
    """`docs/mutants.md` is made from the figures, and these are of all mutants."""
    figures = read()
    assert list(MUTANTS) == list(figures)
    assert rendered(figures) == PAGE.read_text(encoding="utf-8")


@EACH
def test_the_figures_are_within_what_is_promised(mutant: Mutant) -> None:
    """Found within 2,000 schedules, by PCT within its bound, with few delays, and not by trio's own shuffle."""
    figures = read()[mutant.name]
    assert figures.fewest <= BUDGET
    assert figures.pct <= figures.pct_allowed <= BUDGET
    assert figures.dfs is not None, "nobody knows whether fewer delays would do"
    assert 0 < figures.delays <= 12
    assert figures.trio is None
    assert (mutant.shipped is None) == (figures.shipped is None)


@EACH
def test_the_mutant_is_found_and_the_engine_is_not(mutant: Mutant) -> None:
    """The quickest strategy finds the mutant in just so many schedules; without it a few schedules pass."""
    figures = read()[mutant.name]
    chosen = strategy(figures.best, figures.depth)
    with mutant.applied():
        told = explore(mutant.race, chosen, budget=figures.fewest, recheck=0, shrinks=0, nearest=0)
    assert told.failure is not None, told
    assert figures.fewest == told.failure.found_after
    assert 3 * FEW == survived(mutant, figures.depth, FEW)


def test_the_tables_make_up_for_a_mistake_of_a_decider() -> None:
    """A natural end that does not ask who owns the turn does no harm as long as the tables are as they are."""
    mutant, figures = MUTANTS["finish-unasked"], read()["finish-unasked"]
    without = attrs.evolve(mutant, patches=[patch for patch in mutant.patches if patch.owner is not draft])
    assert len(mutant.patches) - 1 == len(without.patches) == 1
    with without.applied():
        told = explore(
            mutant.race, strategy(figures.best, figures.depth), budget=figures.fewest, recheck=0, shrinks=0
        )
    assert told.failure is None, told


@EACH
def test_the_token_replays_the_shrunk_schedule(mutant: Mutant) -> None:
    """The mutant fails under its token, step by step as it did, and shows the complaints that the page names."""
    figures = read()[mutant.name]
    with mutant.applied():
        again = replay(mutant.race, figures.token)
    assert again.run.failed
    assert again.exact
    assert figures.codes == codes_of(again.run.error)
