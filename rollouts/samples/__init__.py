"""Bundled sample sessions: small rollouts made by the project, legal ones and broken ones."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

SAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clean-with-steer": "legal: two turns with tool calls, the first one steered while it ran",
        "interrupted-with-pending-call": "legal: the user interrupts while a call has no output, and goes on",
        "compacted-and-rolled-back": "legal: compaction in a turn, compaction by hand, a turn taken back",
        "paginated": "legal: the newest form of file, with ordinals and items; one turn aborted",
        "ended-twice": "broken: a turn completes while its abort is under way, and then ends a second time",
        "two-writers": "broken: two processes resumed one thread, and their turns overlap",
        "unpaired-calls": "broken: an output whose call is missing, and a completed turn with an unanswered call",
        "torn-lines": "damaged: a failed write and its retry on one line, and a last line cut short",
        "steer-lost": "broken: a steered input that clients were shown and the model never saw",
        "ordinal-gap": "broken: a line of a paginated file is missing, so the ordinals jump",
    }
)
"""What each sample shows, in one line."""


def sample_names() -> tuple[str, ...]:
    """The names, legal sessions first."""
    return tuple(SAMPLES)


def sample_path(name: str) -> Path:
    """The file of a sample.

    Raises:
        KeyError: there is no sample of this name.
    """
    if name not in SAMPLES:
        raise KeyError(f"no sample is called {name!r}; there are {', '.join(SAMPLES)}")
    return Path(str(files("turnfold.rollouts.samples").joinpath(f"{name}.jsonl")))


__all__ = ["SAMPLES", "sample_names", "sample_path"]
