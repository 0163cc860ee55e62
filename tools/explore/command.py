"""A call of the command, from its options to its exit code."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import attrs
import msgspec

from turnfold.events import EVENTS
from turnfold.replay.explore import Limits, WorkerFailed
from turnfold.replay.lab import Coverage, moves_with
from turnfold.replay.races import RACES
from turnfold.tools.copies import refuse_target
from turnfold.tools.documents.explore import ExploreDocument
from turnfold.tools.documents.races import SCHEMA_ID, RaceEntry, RacesDocument
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.explore.exploring import Interrupted, Progress, Wish, explored, seeded
from turnfold.tools.explore.replaying import replayed, rollout_files
from turnfold.tools.explore.targets import Target, all_races, target_for_token, target_of
from turnfold.tools.explore.telling import coverage_entry, document_of, interrupted_document
from turnfold.tools.render.exploration import brief_line, coverage_lines, exploration_lines, race_lines
from turnfold.tools.render.prose import counted
from turnfold.tools.screen import Color, Screen

STRATEGY: Final = "dfs:2"
BUDGET: Final = 10_000


@attrs.frozen(kw_only=True)
class Request:
    """What was asked for on the command line; None is what was not said."""

    scenario: str | None
    lists: bool
    everything: bool
    strategy: str | None
    seed: int | None
    budget: int | None
    workers: int | None
    token: str | None
    rollout: str | None
    force: bool
    steps_max: int | None
    as_json: bool
    color: Color

    @property
    def limits(self) -> Limits:
        """The limits of a schedule."""
        return Limits() if self.steps_max is None else Limits(steps_max=self.steps_max)

    @property
    def wish(self) -> Wish:
        """How to explore."""
        return Wish(
            strategy=seeded(self.strategy or STRATEGY, self.seed),
            budget=self.budget or BUDGET,
            workers=self.workers or 1,
            limits=self.limits,
        )

    @property
    def options(self) -> str:
        """Those that a replay needs, too, as they are typed."""
        return "" if self.steps_max is None else f" --steps-max {self.steps_max}"


def run(request: Request) -> int:
    """Do what was asked for, and return the exit code.

    Raises:
        Complaint: the options do not go together, or name what is not there.
        KeyboardInterrupt: Ctrl-C, after what was done until then was printed.
    """
    _refuse(request)
    screen = Screen(request.color)
    try:
        if request.token is not None:
            return _replay(request, request.token, screen)
        if request.everything:
            return _all(request, screen)
        if request.lists or request.scenario is None:
            return _list(request, screen)
        return _one(request, target_of(request.scenario), screen)
    except WorkerFailed as error:
        screen.complain(str(error))
        return ExitCode.INTERNAL


def _refuse(request: Request) -> None:
    """Raise Complaint if options do not go together."""
    kinds = {
        "SCENARIO": request.scenario is not None,
        "--all": request.everything,
        "--list": request.lists,
    }
    asked = [name for name, given in kinds.items() if given]
    if len(asked) > 1:
        raise Complaint(f"{' and '.join(asked)} do not go together")
    explores = {
        "--strategy": request.strategy,
        "--seed": request.seed,
        "--budget": request.budget,
        "--workers": request.workers,
    }
    needless = [name for name, value in explores.items() if value is not None]
    if request.token is not None and (needless or request.everything or request.lists):
        others = ", ".join([*needless, *(name for name in asked if name != "SCENARIO")])
        raise Complaint(f"--replay runs the one schedule of its token; leave out {others}")
    exploring = request.everything or request.scenario is not None
    if request.token is None and not exploring and (needless or request.rollout):
        raise Complaint("name a SCENARIO to explore, or --all of the races; --list shows them")
    if request.rollout is not None and request.everything:
        raise Complaint("--rollout is for one SCENARIO, and not for --all")
    if request.rollout is not None:
        refuse_target(Path(request.rollout), "-", force=request.force)  # before the work is done, not after


def _list(request: Request, screen: Screen) -> int:
    entries = tuple(RaceEntry(name=race.name, about=race.about) for race in RACES.values())
    document = RacesDocument(schema=SCHEMA_ID, races=entries)
    if request.as_json:
        screen.write(msgspec.json.encode(document).decode())
        return ExitCode.OK
    for line in race_lines(document):
        screen.write(line)
    return ExitCode.OK


def _one(request: Request, target: Target, screen: Screen) -> int:
    document, _ = _explored(request, target, screen)
    if document.failure is not None and request.rollout is not None:
        files = _rollouts(request, target, document.failure.token, screen)
        failure = msgspec.structs.replace(document.failure, rollouts=tuple(files))
        document = msgspec.structs.replace(document, failure=failure)
    _show(request, document, screen)
    if document.failure is None and request.rollout is not None:
        screen.complain(f"no schedule failed, so {request.rollout} was not written")
    return _code([document])


def _replay(request: Request, token: str, screen: Screen) -> int:
    target = target_for_token(token) if request.scenario is None else target_of(request.scenario)
    document = replayed(target, token, request.limits)
    if request.rollout is not None and document.replay is not None:
        files = tuple(_rollouts(request, target, token, screen))
        document = msgspec.structs.replace(
            document,
            replay=msgspec.structs.replace(document.replay, rollouts=files),
            failure=document.failure and msgspec.structs.replace(document.failure, rollouts=files),
        )
    _show(request, document, screen)
    return _code([document])


def _rollouts(request: Request, target: Target, token: str, screen: Screen) -> Sequence[str]:
    files = rollout_files(target, token, Path(str(request.rollout)), request.limits, overwrite=request.force)
    if not files:
        screen.complain(f"no session was opened in a lab, so {request.rollout} was not written")
    return files


def _all(request: Request, screen: Screen) -> int:
    targets = list(all_races())
    width = max(len(target.asked) for target in targets)
    documents: list[ExploreDocument] = []
    together = Coverage()
    for target in targets:
        document, coverage = _explored(request, target, screen)
        documents.append(document)
        if coverage is not None:
            together = _joined(together, coverage)
        if request.as_json:
            _show(request, document, screen)
            continue
        screen.write(brief_line(document, width))
        if document.failure is not None:
            _show(request, document, screen)
            screen.write()
    if not request.as_json:
        _total(documents, together, screen)
    return _code(documents)


def _joined(one: Coverage, other: Coverage) -> Coverage:
    """The coverage of several scenarios: an edge counts as possible if it is in one of them."""
    either = {*one.possible, *other.possible}
    joined = Coverage(move for move in moves_with(EVENTS) if move in either)
    joined.taken = one.taken | other.taken
    return joined


def _total(documents: Sequence[ExploreDocument], together: Coverage, screen: Screen) -> None:
    runs = sum(document.runs for document in documents)
    failed = sum(document.failure is not None for document in documents)
    screen.write()
    screen.write(
        f"{counted(len(documents), 'scenario')}, {counted(runs, 'schedule')}; "
        + (f"{failed} failed" if failed else "no schedule failed")
    )
    entry = coverage_entry(together)
    assert entry is not None
    for line in coverage_lines(entry, "these sessions"):
        screen.write(line)


def _explored(request: Request, target: Target, screen: Screen) -> tuple[ExploreDocument, Coverage | None]:
    """Explore one target; if that is interrupted, print what was done until then."""
    wish = request.wish
    try:
        found, coverage = explored(target, wish, _progress(target, screen))
    except Interrupted as stop:
        screen.clear_status()
        _show(request, interrupted_document(target, wish, stop.onlooker), screen)
        raise
    screen.clear_status()
    return document_of(target, wish, found, coverage), coverage


def _progress(target: Target, screen: Screen) -> Progress:
    began_s = time.monotonic()

    def show(runs: int, outcomes: int) -> None:
        rate = runs / max(time.monotonic() - began_s, 0.001)
        kinds = counted(outcomes, "outcome")
        screen.status(f"{target.asked}: {counted(runs, 'schedule')}, {rate:,.0f}/s, {kinds}")

    return show


def _show(request: Request, document: ExploreDocument, screen: Screen) -> None:
    if request.as_json:
        screen.write(msgspec.json.encode(document).decode())
        return
    for line in exploration_lines(document, request.options):
        screen.write(line)


def _code(documents: Iterable[ExploreDocument]) -> int:
    failed = any(document.failure is not None for document in documents)
    return ExitCode.FOUND if failed else ExitCode.OK
