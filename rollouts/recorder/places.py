"""Where the file of a new session goes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


def session_path(home: Path, session_id: str, begun: datetime) -> Path:
    """The path of a session's file in a CODEX_HOME: `sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`.

    *begun* is the time of its beginning; folder and name have it in local time, as Codex does. A time without a zone
    is taken for local.
    """
    at = begun.astimezone()
    name = f"rollout-{at:%Y-%m-%dT%H-%M-%S}-{session_id}.jsonl"
    return home / "sessions" / f"{at:%Y}" / f"{at:%m}" / f"{at:%d}" / name
