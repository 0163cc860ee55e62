"""The document of `turnfold explore --format json`: what came of the schedules of one scenario."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.explore/1"
"""Grows by optional fields; anything else gives it another number."""


class OutcomeEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One way in which schedules ended."""

    text: str
    """What the scenario returned, or the kind of its end and what is wrong."""
    count: int
    """How many schedules ended so."""


class EdgeEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One edge of the lifecycle tables."""

    machine: str
    source: str
    """Phase before."""
    event: str
    """Class of the event."""
    target: str
    """Phase after."""


class CoverageEntry(msgspec.Struct, kw_only=True, frozen=True):
    """Which edges the sessions of a race took, among those that the tables allow to a session with its parts."""

    possible: int
    """How many edges such a session can take by the tables: an upper bound."""
    taken: tuple[EdgeEntry, ...]
    """In the order of the tables."""
    missed: tuple[EdgeEntry, ...]
    """Those that no schedule took."""


class PlaceEntry(msgspec.Struct, kw_only=True, frozen=True):
    """Where a task stands."""

    file: str
    line: int
    function: str
    waits_in: str
    """What it waits for there; empty if that is not known."""


class StepEntry(msgspec.Struct, kw_only=True, frozen=True):
    """What one task did from one checkpoint to the next."""

    number: int
    """From 0."""
    task: str
    """Name and number."""
    began: PlaceEntry | None
    """Null for its first step."""
    stopped: PlaceEntry | None
    """Null if the task ended."""
    woken: int | None
    """The step that made the task runnable; null for the first task."""
    cancelled: bool
    """Whether it began with a cancellation; a sleep ends by one too."""
    time_s: float
    """Virtual time since the beginning."""
    runnable: tuple[str, ...]
    """The tasks that could have made a step."""
    delay: bool
    """Whether it was a choice other than the default."""


class CancelEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A cancellation that the exploration put in."""

    step: int
    """After how many steps."""
    depth: int
    """Which scope around the task that made the last one; 0 is the innermost."""


class TapeEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A schedule by what is not the default in it."""

    deviations: tuple[tuple[int, int], ...]
    """Choice point, from 0, and the index of the candidate that was taken there."""
    cancel: CancelEntry | None
    patience: int
    """For how many steps a runnable task was held back at most."""
    fingerprint: int | None
    """Checksum of the order in which tasks ran."""


class NearestEntry(msgspec.Struct, kw_only=True, frozen=True):
    """The passing schedule that goes along with the failing one for longest."""

    token: str
    outcome: str
    parts_at: int
    """Number of the first step that is another one."""
    ran: str | None
    """The task that makes this step in the failing schedule."""
    ran_instead: str | None
    """The task that makes it in the passing one."""
    last: bool
    """Whether no single choice behind the parting avoids the failure."""
    parting: tuple[str, ...]
    """The two around the parting, in columns."""
    beside: tuple[str, ...]
    """The two as a whole."""


class FailureEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A schedule that fails, shrunk; of a replay, as it was recorded."""

    kind: Literal["raised", "check", "deadlock", "endless", "stalled", "refused", "unstable"]
    error: str
    """What is wrong, in words."""
    complaints: tuple[str, ...] = ()
    """Of a race: each thing that is wrong, with its code in front."""
    raised_at: tuple[PlaceEntry, ...] = ()
    """Where exceptions were raised in the scenario's own code."""
    token: str
    """`turnfold explore --replay TOKEN` runs it again."""
    tape: TapeEntry
    delays: int
    """How many choices are not the default."""
    found_after: int | None = None
    """Number of the schedule that failed first, from 1; null for a replay."""
    found_with: int | None = None
    """How many choices of that one were not the default."""
    beyond_trio: int
    """Steps for which a task was held back longer than today's trio would."""
    smallest: bool | None = None
    """Whether shrinking came to its end; null for a replay."""
    picture: tuple[str, ...]
    """The steps in words."""
    steps: tuple[StepEntry, ...]
    """Empty where the schedule was not run again to learn them."""
    nearest: NearestEntry | None = None
    rollouts: tuple[str, ...] = ()
    """Files with the logs of its sessions, if they were asked for."""


class ReplayEntry(msgspec.Struct, kw_only=True, frozen=True):
    """What came of one token."""

    token: str
    exact: bool
    """Whether the tasks ran in the recorded order."""
    misfits: int
    """Choices of the token that named a candidate that was not there."""
    picture: tuple[str, ...]
    """The steps in words."""
    rollouts: tuple[str, ...] = ()
    """Files with the logs of its sessions, if they were asked for."""


class ExploreDocument(msgspec.Struct, kw_only=True, frozen=True):
    """What came of one scenario."""

    schema: Literal["turnfold.explore/1"]
    scenario: str
    """Its name in tokens."""
    asked: str
    """As it was named on the command line, or would be."""
    about: str | None
    """What meets what, if it is a race."""
    strategy: str
    workers: int
    runs: int
    """Schedules, those for shrinking and checking not counted."""
    steps: int
    """Steps of all of them."""
    complete: bool
    """Whether the strategy ran everything that it promises."""
    stopped: Literal["complete", "budget", "failure", "interrupted", "replayed"]
    """Why no more were run."""
    bound: float | None
    """Probability at least with which one schedule finds a fault of the strategy's depth, if it has one."""
    tasks_max: int | None
    """Tasks of the largest schedule; null if it was interrupted."""
    choices_max: int | None
    """Choice points of the longest schedule; null if it was interrupted."""
    outcomes: tuple[OutcomeEntry, ...]
    """The most frequent first."""
    coverage: CoverageEntry | None
    """Null for what is no race, and for a replay."""
    replay: ReplayEntry | None
    failure: FailureEntry | None
