"""The text of `turnfold explore`: outcomes, edges, and a failure with its steps and the way to see it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.text import Text

from turnfold.tools.documents.explore import (
    CoverageEntry,
    EdgeEntry,
    ExploreDocument,
    FailureEntry,
    OutcomeEntry,
    ReplayEntry,
)
from turnfold.tools.documents.races import RacesDocument
from turnfold.tools.render.prose import MARK, QUIET, counted, paragraph, safe

OUTCOMES_MAX = 20
"""Outcomes that are listed."""

OUTCOME_MAX = 160
"""Characters of one."""

BESIDE_MAX = 45
"""Lines that the two schedules side by side may take; if they take more, only the parting is shown."""

EDGES_WIDTH = 110
"""Columns of the list of edges, also where nobody wraps lines: it may be long."""

_EXTENTS = {
    "complete": "complete",
    "budget": "stopped by the budget",
    "failure": "stopped at a failure",
    "interrupted": "interrupted",
    "replayed": "replayed",
}
_REMEDIES = {
    "deadlock": "read where each task waits: one of them waits for what nobody is left to do",
    "endless": "a scenario that is only long wants more steps: --steps-max",
}


def exploration_lines(document: ExploreDocument, options: str = "") -> Iterator[Text]:
    """All that there is to say of one scenario. *options* are those that a replay needs, too."""
    if document.replay is not None:
        yield from _replay_lines(document, document.replay)
    else:
        yield from _summary(document)
    if document.failure is not None:
        yield Text()
        yield from _failure_lines(document, document.failure, options)


def brief_line(document: ExploreDocument, width: int) -> Text:
    """One scenario among many, in one line; *width* is that of the names."""
    bad = document.failure is not None
    verdict = ("fails", "bold red") if bad else ("ok", "green")
    kinds = counted(len(document.outcomes), "outcome")
    facts = f"  {counted(document.runs, 'schedule')}, {kinds}, {_EXTENTS[document.stopped]}"
    return Text.assemble(
        (f"{safe(document.asked):<{width}}  ", MARK), (f"{verdict[0]:<5}", verdict[1]), (facts, QUIET)
    )


def race_lines(document: RacesDocument) -> Iterator[Text]:
    """The races, a line each."""
    width = max(len(race.name) for race in document.races)
    for race in document.races:
        yield Text.assemble((f"{race.name:<{width}}  ", MARK), race.about)


def coverage_lines(coverage: CoverageEntry, who: str, *, lists: bool = True) -> Iterator[Text]:
    """How many edges were taken, and a line for each machine with those that were not, if it *lists* them."""
    taken = (
        f"  lifecycle tables: took {len(coverage.taken)} of the {coverage.possible} edges that {who} can take"
    )
    if not coverage.missed or not lists:
        yield Text(taken)
        return
    yield Text(f"{taken}, and none of")
    for machine, missed in groupby(coverage.missed, key=_machine):
        text = "; ".join(map(_edge, missed))
        yield from paragraph(text, width=EDGES_WIDTH, indent=4, label=f"{machine:<8}  ", style=QUIET)


def _machine(edge: EdgeEntry) -> str:
    return edge.machine


def _edge(edge: EdgeEntry) -> str:
    return f"{edge.source} -{edge.event}-> {edge.target}"


def _summary(document: ExploreDocument) -> Iterator[Text]:
    bad = document.failure is not None
    yield Text.assemble(
        (safe(document.asked), MARK),
        f": {counted(document.runs, 'schedule')} ({document.strategy}), ",
        (_EXTENTS[document.stopped], "bold red" if bad else "green" if document.complete else "yellow"),
    )
    if document.about:
        yield Text(f"  {document.about}", style=QUIET)
    measures = counted(document.steps, "step")
    if document.tasks_max is not None and document.choices_max is not None:
        tasks = counted(document.tasks_max, "task")
        measures += f"; at most {tasks} and {counted(document.choices_max, 'choice point')}"
    yield Text(f"  {measures}", style=QUIET)
    yield from _outcomes(document.outcomes)
    if document.bound is not None:
        yield Text(
            f"  one schedule finds a fault of that depth with a probability of at least {document.bound:.3g} "
            f"(n = {document.tasks_max}, k = {document.choices_max})",
            style=QUIET,
        )
    if document.coverage is not None:
        yield from coverage_lines(document.coverage, "this session", lists=not bad)


def _outcomes(outcomes: Sequence[OutcomeEntry]) -> Iterator[Text]:
    for outcome in outcomes[:OUTCOMES_MAX]:
        text = safe(outcome.text)
        short = text if len(text) <= OUTCOME_MAX else f"{text[:OUTCOME_MAX]} ..."
        yield Text(f"  {outcome.count:>7,} x {short}")
    more = outcomes[OUTCOMES_MAX:]
    if more:
        rest = sum(outcome.count for outcome in more)
        yield Text(f"  {rest:>7,} x {counted(len(more), 'other outcome')}", style=QUIET)


def _replay_lines(document: ExploreDocument, replay: ReplayEntry) -> Iterator[Text]:
    outcome = document.outcomes[0].text
    yield Text.assemble(
        (safe(document.asked), MARK),
        ": one schedule, ",
        ("as it was recorded", "green") if replay.exact else ("NOT as it was recorded", "bold red"),
    )
    if not replay.exact:
        for line in _changed(replay):
            yield Text(f"  {line}", style="yellow")
    if document.failure is None:
        yield Text(f"  it ends with {safe(outcome)}")
        yield from _lines(replay.picture)
        yield from _files(replay.rollouts)


def _changed(replay: ReplayEntry) -> Iterator[str]:
    if replay.misfits:
        yield (
            f"{counted(replay.misfits, 'choice')} of the token could not be made: fewer tasks could run there"
        )
    yield "the tasks ran in another order: the scenario, or what it runs, is not what it was when the token was made,"
    yield "or it depends on more than its schedule (wall time, randomness). Explore anew to see whether it still fails"


def _failure_lines(document: ExploreDocument, failure: FailureEntry, options: str) -> Iterator[Text]:
    yield from _complaint(failure)
    yield from _circumstances(failure)
    yield from _lines(failure.picture)
    if failure.nearest is not None:
        nearest = failure.nearest
        claim = "; no single choice behind it avoids the failure" if nearest.last else ""
        yield Text()
        yield Text(
            f"the nearest schedule that passes runs {nearest.ran_instead or 'nothing'} at step "
            f"{nearest.parts_at}{claim}; its token is {nearest.token}"
        )
        whole = len(nearest.beside) <= BESIDE_MAX
        yield from _lines(nearest.beside if whole else nearest.parting)
    yield Text()
    command = f"turnfold explore {shlex.quote(document.asked)} --replay {failure.token}{options}"
    yield Text.assemble("again:    ", (safe(command), MARK))
    if failure.rollouts:
        yield from _files(failure.rollouts)
    elif document.about is not None:
        yield Text.assemble("its log:  add ", ("--rollout FILE", MARK), ", then turnfold verify FILE")


def _complaint(failure: FailureEntry) -> Iterator[Text]:
    if failure.complaints:
        yield Text.assemble((failure.kind, "bold red"), f": {counted(len(failure.complaints), 'complaint')}")
        for complaint in failure.complaints:
            yield Text(f"  {safe(complaint)}")
    else:
        yield Text.assemble((failure.kind, "bold red"), f": {safe(failure.error)}")
    for place in failure.raised_at:
        yield Text(f"  at {safe(place.file)}:{place.line} in {safe(place.function)}")
    if failure.kind in _REMEDIES:
        yield Text(f"  {_REMEDIES[failure.kind]}", style="yellow")


def _circumstances(failure: FailureEntry) -> Iterator[Text]:
    delays = f"{counted(failure.delays, 'choice')} of it {'differs' if failure.delays == 1 else 'differ'}"
    if failure.found_after is not None:
        found = f"found in schedule {failure.found_after:,}"
        shrunk = ", shrunk" if failure.found_with != failure.delays else ""
        yield Text(f"{found}{shrunk}; {delays} from the default (*)", style=QUIET)
    if not failure.steps:
        return
    beyond = counted(failure.beyond_trio, "step")
    yield Text(
        "no step holds a task back longer than trio does today"
        if failure.beyond_trio == 0
        else f"for {beyond} a task is held back longer than today's trio does",
        style=QUIET,
    )


def _lines(lines: Iterable[str]) -> Iterator[Text]:
    for line in lines:
        yield Text(f"  {safe(line)}")


def _files(files: Sequence[str]) -> Iterator[Text]:
    for file in files:
        quoted = shlex.quote(file)
        yield Text.assemble(
            "its log:  ",
            (safe(file), MARK),
            (f"  (turnfold verify {safe(quoted)}; turnfold explain {safe(quoted)})", QUIET),
        )
