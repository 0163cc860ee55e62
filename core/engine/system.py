"""The real time, ids, and a journal for sessions that keep nothing."""

import time
import uuid

from turnfold.events import Envelope


class WallClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Return the time in microseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1000


class RandomIds:
    """Random ids. Those of sessions, turns and approvals are plain UUIDs, as Codex reads them."""

    def new(self, kind: str) -> str:
        """Return a fresh id; *kind* leads those that are no plain UUIDs."""
        fresh = uuid.uuid4()
        return str(fresh) if kind in {"session", "turn", "approval"} else f"{kind}_{fresh.hex}"


class NoJournal:
    """Keeps nothing: what a session did is gone with it."""

    path: str | None = None

    def append(self, envelope: Envelope) -> None:
        """Forget it."""

    async def commit(self) -> None:
        """Nothing to write."""

    async def flush(self) -> None:
        """Nothing to write."""

    async def aclose(self) -> None:
        """Nothing to close."""
