"""What is counted of schedules, wherever they are run."""

from __future__ import annotations

import attrs


@attrs.define
class Tally:
    """Counts of the schedules that were added to it."""

    runs: int = 0
    steps: int = 0
    """Steps of all of them."""
    tasks_max: int = 0
    """Tasks of the largest one."""
    choices_max: int = 0
    """Choice points of the longest one."""
    outcomes: dict[str, int] = attrs.field(factory=dict[str, int])
    """Outcome → how many schedules had it, in the order in which they were first seen."""

    def add(self, outcome: str, steps: int, tasks: int = 0, choices: int = 0) -> None:
        """Count a schedule: `Run.outcome`, and how many steps, tasks and choice points it had."""
        self.runs += 1
        self.steps += steps
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.tasks_max = max(self.tasks_max, tasks)
        self.choices_max = max(self.choices_max, choices)

    @property
    def frequent_first(self) -> dict[str, int]:
        """The outcomes with their counts, the most frequent first, then by their texts."""
        return dict(sorted(self.outcomes.items(), key=_frequency))


def _frequency(row: tuple[str, int]) -> tuple[int, str]:
    return -row[1], row[0]
