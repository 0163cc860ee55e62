"""A schedule as a rollout file: the sessions that a scenario opens, as they went under a token."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from turnfold.events import Envelope, Origin
from turnfold.replay.explore import Limits, Scenario, replay
from turnfold.replay.lab.cast import Log, kept_logs
from turnfold.rollouts.recorder import lines_of


def rollout_bytes(log: Iterable[Envelope]) -> bytes:
    """Return a log as the recorder writes it: what `turnfold verify` and `explain` read."""
    own = (envelope for envelope in log if envelope.origin is not Origin.DERIVED)
    return b"".join(line for envelope in own for line in lines_of(envelope))


def logs_of(
    scenario: Scenario, token: str, *, name: str | None = None, limits: Limits | None = None
) -> list[Log]:
    """Replay a token and return the log of each session that it opened, in that order.

    Only sessions with a `LabJournal` are seen. A run that raises, hangs or is cut off has its logs as far as they came.

    Raises:
        BadToken: as `replay` does.
    """
    with kept_logs() as logs:
        replay(scenario, token, name=name, limits=limits)
    return logs


def write_rollouts(
    scenario: Scenario,
    token: str,
    path: Path,
    *,
    name: str | None = None,
    limits: Limits | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """Write the log of each session of a schedule: the first to *path*, others beside it as `<stem>-2`, `<stem>-3`.

    Returns:
        the files that were written; none if the scenario opened no session with a `LabJournal`.

    Raises:
        BadToken: as `replay` does.
        FileExistsError: one of the files is there, and *overwrite* is not set. Nothing is written then.
        OSError: a file cannot be written.
    """
    logs = logs_of(scenario, token, name=name, limits=limits)
    paths = [
        path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in range(1, len(logs) + 1)
    ]
    taken = [each for each in paths if each.exists()]
    if taken and not overwrite:
        raise FileExistsError(f"{taken[0]} is there already")
    for each, log in zip(paths, logs, strict=True):
        each.write_bytes(rollout_bytes(log))
    return paths
