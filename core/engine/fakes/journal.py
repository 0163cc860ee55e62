"""A journal in memory, which can be told to fail."""

from turnfold.core.engine.ports import JournalError
from turnfold.events import Envelope


class MemoryJournal:
    """Keeps all envelopes; `written` holds those that a commit took.

    Args:
        failures: number of commits, from the first on, that fail as a full disk does.
    """

    path: str | None = None

    def __init__(self, failures: int = 0) -> None:
        self.appended: list[Envelope] = []
        self.written = 0
        self.failures = failures
        self.flushes = 0
        self.closed = False

    def append(self, envelope: Envelope) -> None:
        """Keep *envelope*."""
        self.appended.append(envelope)

    async def commit(self) -> None:
        """Take what was appended as written. Raises JournalError while failures are left."""
        if self.failures and self.written < len(self.appended):
            self.failures -= 1
            raise JournalError("no space left on device", len(self.appended) - self.written)
        self.written = len(self.appended)

    async def flush(self) -> None:
        """As `commit`, and counted."""
        self.flushes += 1
        await self.commit()

    async def aclose(self) -> None:
        """Flush and close."""
        await self.flush()
        self.closed = True
