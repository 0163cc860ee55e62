"""Running the schedule of a token again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from turnfold.replay.explore import (
    BadToken,
    Limits,
    Replayed,
    decode,
    encode,
    held_back,
    replay,
    tape_of,
)
from turnfold.replay.lab import write_rollouts
from turnfold.tools.copies import refuse_target
from turnfold.tools.documents.explore import SCHEMA_ID, ExploreDocument, FailureEntry, ReplayEntry
from turnfold.tools.exits import Complaint
from turnfold.tools.explore.targets import Target
from turnfold.tools.explore.telling import (
    about,
    complaints_of,
    outcome_entries,
    raised_at,
    step_entries,
    tape_entry,
)


def replayed(target: Target, token: str, limits: Limits) -> ExploreDocument:
    """Run a schedule again, and return what came of it.

    Raises:
        Complaint: the token is damaged, or of another version or scenario.
    """
    try:
        found = replay(target, token, name=target.name, limits=limits)
    except BadToken as error:
        raise Complaint(str(error)) from None
    return _document(target, token.strip(), found)


def rollout_files(
    target: Target, token: str, path: Path, limits: Limits, *, overwrite: bool
) -> Sequence[str]:
    """Write the logs of the sessions of a schedule; return the names of the files.

    Raises:
        Complaint: there is such a file already, or it cannot be written.
    """
    refuse_target(path, "-", force=overwrite)
    try:
        files = write_rollouts(
            target.scenario, token, path, name=target.name, limits=limits, overwrite=overwrite
        )
    except FileExistsError as error:
        raise Complaint(f"{error}; name another, or use --force") from None
    except OSError as error:
        raise Complaint(f"{error.filename or path}: {error.strerror or error}") from None
    return [str(file) for file in files]


def _document(target: Target, token: str, found: Replayed) -> ExploreDocument:
    run = found.run
    return ExploreDocument(
        schema=SCHEMA_ID,
        scenario=target.name,
        asked=target.asked,
        about=about(target),
        strategy="replay",
        workers=1,
        runs=1,
        steps=len(run.order),
        complete=True,
        stopped="replayed",
        bound=None,
        tasks_max=len(run.names),
        choices_max=len(run.counts),
        outcomes=outcome_entries({run.outcome: 1}),
        coverage=None,
        replay=ReplayEntry(token=token, exact=found.exact, misfits=run.misfits, picture=found.steps),
        failure=_failure(target, token, found) if run.failed else None,
    )


def _failure(target: Target, token: str, found: Replayed) -> FailureEntry:
    run = found.run
    kind: Any = run.kind
    tape = tape_of(run, decode(token).patience)
    return FailureEntry(
        kind=kind,
        error=run.text,
        complaints=complaints_of(run.error),
        raised_at=raised_at(run.error) if run.kind == "raised" else (),
        token=token if found.exact else encode(tape, target.name),
        tape=tape_entry(tape),
        delays=len(run.deviations),
        beyond_trio=held_back(run),
        picture=found.steps,
        steps=step_entries(found.schedule),
    )
