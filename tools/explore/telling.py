"""What came of an exploration, in the form of the document."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import attrs

from turnfold.replay.explore import (
    Exploration,
    Failure,
    Nearest,
    Place,
    Step,
    Tape,
    leaves,
    user_frames,
)
from turnfold.replay.lab import Coverage, Move, Violated
from turnfold.tools.documents.explore import (
    SCHEMA_ID,
    CancelEntry,
    CoverageEntry,
    EdgeEntry,
    ExploreDocument,
    FailureEntry,
    NearestEntry,
    OutcomeEntry,
    PlaceEntry,
    StepEntry,
    TapeEntry,
)
from turnfold.tools.explore.exploring import Onlooker, Wish
from turnfold.tools.explore.targets import Target

_PYTHON: Final = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120  it is compared with texts
"""Where Python has its own modules, and what is installed."""


def document_of(
    target: Target,
    wish: Wish,
    found: Exploration,
    coverage: Coverage | None,
    rollouts: Iterable[str] = (),
) -> ExploreDocument:
    """What came of exploring a target."""
    stopped: Literal["complete", "failure", "budget"] = "complete" if found.complete else "budget"
    if found.failure is not None:
        stopped = "failure"
    return ExploreDocument(
        schema=SCHEMA_ID,
        scenario=target.name,
        asked=target.asked,
        about=about(target),
        strategy=found.strategy,
        workers=wish.workers,
        runs=found.runs,
        steps=found.steps,
        complete=found.complete,
        stopped=stopped,
        bound=found.bound,
        tasks_max=found.tasks_max,
        choices_max=found.choices_max,
        outcomes=outcome_entries(found.outcomes),
        coverage=coverage_entry(coverage),
        replay=None,
        failure=None if found.failure is None else _failure(found.failure, tuple(rollouts)),
    )


def interrupted_document(target: Target, wish: Wish, onlooker: Onlooker) -> ExploreDocument:
    """What had come of it when Ctrl-C was pressed."""
    return ExploreDocument(
        schema=SCHEMA_ID,
        scenario=target.name,
        asked=target.asked,
        about=about(target),
        strategy=wish.fresh().name,
        workers=wish.workers,
        runs=onlooker.tally.runs,
        steps=onlooker.tally.steps,
        complete=False,
        stopped="interrupted",
        bound=None,
        tasks_max=None,
        choices_max=None,
        outcomes=outcome_entries(onlooker.tally.frequent_first),
        coverage=coverage_entry(onlooker.coverage),
        replay=None,
        failure=None,
    )


def about(target: Target) -> str | None:
    """What meets what, if the target is a race."""
    return None if target.race is None else target.race.about


def outcome_entries(outcomes: Mapping[str, int]) -> tuple[OutcomeEntry, ...]:
    """Outcomes in their order."""
    return tuple(OutcomeEntry(text=text, count=count) for text, count in outcomes.items())


def coverage_entry(coverage: Coverage | None) -> CoverageEntry | None:
    """The edges that were taken and missed, in the order of the tables."""
    if coverage is None:
        return None
    ordered = [move for move in coverage.possible if move in coverage.taken]
    return CoverageEntry(
        possible=len(coverage.possible),
        taken=tuple(map(_edge, ordered)),
        missed=tuple(map(_edge, coverage.missed)),
    )


def _edge(move: Move) -> EdgeEntry:
    return EdgeEntry(
        machine=move.machine.value,
        source=move.source.value,
        event=move.event.__name__,
        target=move.target.value,
    )


def _failure(failure: Failure, rollouts: tuple[str, ...]) -> FailureEntry:
    kind: Any = failure.kind
    return FailureEntry(
        kind=kind,
        error=failure.text,
        complaints=complaints_of(failure.error),
        raised_at=raised_at(failure.error) if failure.kind in ("raised", "check") else (),
        token=failure.token,
        tape=tape_entry(failure.tape),
        delays=failure.delays,
        found_after=failure.found_after,
        found_with=failure.found_with,
        beyond_trio=failure.beyond_trio,
        smallest=failure.smallest,
        picture=failure.steps,
        steps=step_entries(failure.schedule),
        nearest=None if failure.nearest is None else _nearest(failure.nearest),
        rollouts=rollouts,
    )


def complaints_of(error: BaseException | None) -> tuple[str, ...]:
    """What a race complains of."""
    parts = [] if error is None else leaves(error)
    return tuple(text for part in parts if isinstance(part, Violated) for text in part.complaints)


def raised_at(error: BaseException | None) -> tuple[PlaceEntry, ...]:
    """For each exception the innermost place in code that is neither trio's nor of the exploration."""
    return (
        () if error is None else tuple(_places(user_frames(error, "turnfold.tools", "turnfold.replay.lab")))
    )


def _places(error: BaseException) -> Iterator[PlaceEntry]:
    for leaf in leaves(error):
        trace = leaf.__traceback__
        if trace is None or isinstance(leaf, Violated):
            continue
        links = [trace]
        while (trace := trace.tb_next) is not None:
            links.append(trace)
        own = [link for link in links if not link.tb_frame.f_code.co_filename.startswith(_PYTHON)]
        last = (own or links)[-1]
        code = last.tb_frame.f_code
        yield PlaceEntry(file=code.co_filename, line=last.tb_lineno, function=code.co_qualname, waits_in="")


def tape_entry(tape: Tape) -> TapeEntry:
    """A tape."""
    cancel = tape.cancel
    return TapeEntry(
        deviations=tape.deviations,
        cancel=None if cancel is None else CancelEntry(step=cancel.step, depth=cancel.depth),
        patience=tape.patience,
        fingerprint=tape.fingerprint,
    )


def step_entries(steps: Iterable[Step]) -> tuple[StepEntry, ...]:
    """Steps."""
    return tuple(map(_step, steps))


def _step(step: Step) -> StepEntry:
    return StepEntry(
        number=step.number,
        task=step.task,
        began=None if step.began is None else _place(step.began),
        stopped=None if step.stopped is None else _place(step.stopped),
        woken=step.woken,
        cancelled=step.cancelled,
        time_s=step.time_s,
        runnable=step.runnable,
        delay=step.delay,
    )


def _place(place: Place) -> PlaceEntry:
    return PlaceEntry(**attrs.asdict(place))


def _nearest(nearest: Nearest) -> NearestEntry:
    return NearestEntry(
        token=nearest.token,
        outcome=nearest.outcome,
        parts_at=nearest.parts_at,
        ran=nearest.ran,
        ran_instead=nearest.ran_instead,
        last=nearest.last,
        parting=nearest.parting,
        beside=nearest.beside,
    )
