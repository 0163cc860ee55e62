"""The files that the names on a command line stand for, and the names that stand for none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import attrs

from turnfold.rollouts import Discovery, DiscoveryError, discover
from turnfold.tools.documents import PassedOver
from turnfold.tools.exits import Complaint

EXAMPLES_MAX = 3


@attrs.frozen(kw_only=True)
class Selection:
    """What to read, and what not."""

    paths: tuple[str, ...]
    refused: Mapping[str, str]
    """Names under which there is nothing to read, each with what is wrong and what can be done."""
    passed_over: tuple[PassedOver, ...]

    @property
    def count(self) -> int:
        """How many files and names there are to report on."""
        return len(self.paths) + len(self.refused)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Each path with the size of its file in bytes, 0 where it has none."""
        for path in self.paths:
            try:
                yield path, Path(path).stat().st_size
            except OSError:
                yield path, 0


def select(names: Sequence[str], since: datetime | None = None, latest: int | None = None) -> Selection:
    """Find what *names* stand for. A name that stands for nothing does not keep the others from being read."""
    refused: dict[str, str] = {}
    try:
        found = discover(names, since=since, latest=latest)
    except DiscoveryError:
        refused = dict(_refused(names))
        sound = [name for name in names if name not in refused]
        found = discover(sound, since=since, latest=latest) if sound else Discovery(paths=())
    return Selection(paths=found.paths, refused=refused, passed_over=tuple(_passed_over(found)))


def the_one(name: str) -> str:
    """The file that *name* stands for, for a command that works on a single one.

    Raises:
        DiscoveryError: there is none.
        Complaint: there are several.
    """
    paths = discover([name]).paths
    if len(paths) != 1:
        raise Complaint(f"{name}: {len(paths):,} sessions are meant by that; name one of them")
    return paths[0]


def _refused(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            discover([name])
        except DiscoveryError as error:
            yield name, str(error)


def _passed_over(found: Discovery) -> Iterator[PassedOver]:
    if found.others:
        yield PassedOver(reason="not named like rollouts", count=found.others)
    for reason, paths in (
        ("compressed twins of plain files", found.twins),
        ("folders that cannot be looked into", found.unreadable),
    ):
        if paths:
            examples = tuple(
                os.fsencode(path).decode("utf-8", "backslashreplace") for path in paths[:EXAMPLES_MAX]
            )
            yield PassedOver(reason=reason, count=len(paths), examples=examples)
