"""Runs with details, for tests of what is told about them."""

from __future__ import annotations

from turnfold.replay.explore import Campaign, Cancel, Run, Scenario, Tape, perform
from turnfold.replay.explore.runs import Deviation


def detailed(
    scenario: Scenario, *deviations: Deviation, cancel: Cancel | None = None, name: str = "it"
) -> Run:
    """Run one schedule with details."""

    def campaign() -> Campaign[Run]:
        return (yield Tape(deviations=deviations, cancel=cancel).plan(detail=True))

    return perform(campaign(), scenario, name)
