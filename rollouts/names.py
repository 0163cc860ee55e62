"""The names of rollout files: `rollout-<time>-<thread>[_<segment>].jsonl[.zst]`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import attrs

ROLLOUT_GLOBS: Final = ("rollout*.jsonl", "rollout*.jsonl.zst")
"""What is taken for a rollout in a folder: the name may be shortened, but not be anything at all."""

_NAME: Final = re.compile(
    r"rollout-(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)-(?P<thread>[^_.]+)(?:_(?P<segment>[^.]+))?"
    r"\.jsonl(?P<zst>\.zst)?"
)


@attrs.frozen(kw_only=True)
class RolloutName:
    """What the name of a file says about the session in it."""

    at: datetime
    """When the session began: local time of the machine that wrote it, so without a time zone; whole seconds."""
    thread_id: str
    segment: str | None
    """The id of the rollout, where a thread continues in several files."""
    compressed: bool


def parse_name(name: str) -> RolloutName | None:
    """Return the parts of a file name (no folders), or None if Codex would not name a rollout like this."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        # A time of no zone, on purpose: the name does not tell it.
        at = datetime.strptime(match["time"], "%Y-%m-%dT%H-%M-%S")  # noqa: DTZ007
    except ValueError:
        return None
    return RolloutName(
        at=at, thread_id=match["thread"], segment=match["segment"], compressed=match["zst"] is not None
    )
