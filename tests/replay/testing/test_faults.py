"""Faulty histories of the kit: what is said to find the fault finds it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.verified import findings_of, shown
from turnfold.core import fold
from turnfold.replay.findings import Severity
from turnfold.replay.testing import FAULTS, ORDER_FAULTS, Faulty, faulty_histories


@settings(max_examples=40)
@given(faulty_histories(faults=ORDER_FAULTS))
def test_the_fold_stops_where_it_is_said_to(faulty: Faulty) -> None:
    """A fault of order or numbers is refused at its place, with the exception that is named, and not before."""
    fold(faulty.events[: faulty.at])
    assert isinstance(faulty.expected, type)
    with pytest.raises(faulty.expected):
        fold(faulty.events[: faulty.at + 1])


@settings(max_examples=15)
@given(faulty_histories(faults=set(FAULTS) - set(ORDER_FAULTS)))
def test_the_rule_that_is_named_finds_the_fault(faulty: Faulty) -> None:
    """A fault of contents folds, and is a violation of the rule whose code is given."""
    fold(faulty.events)
    found = {each.code for each in findings_of(faulty.events) if each.severity is Severity.VIOLATION}
    assert faulty.expected in found, shown(faulty.events)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_can_be_had(fault: str) -> None:
    """Asked for one fault, the strategy gives that one."""
    found: list[str] = []

    @settings(max_examples=2, derandomize=True, database=None)
    @given(faulty_histories(faults=[fault], length_max=60))
    def draw(faulty: Faulty) -> None:
        found.append(faulty.fault)

    draw()
    assert {fault} == set(found)


def test_a_fault_that_there_is_not_is_refused() -> None:
    """The message names it, and those that there are."""
    with pytest.raises(ValueError, match="no fault is called typo; there are an event is left out"):
        faulty_histories(faults=["typo"])
