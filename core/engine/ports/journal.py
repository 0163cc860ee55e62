"""Where the events of a session are kept. The engine defines what it needs; `rollouts` has a recorder for files."""

from typing import Protocol

from turnfold.events import Envelope, JournalError

__all__ = ["Journal", "JournalError"]


class Journal(Protocol):
    """An append-only log of one session."""

    @property
    def path(self) -> str | None:
        """The file, for hooks that want to read it; None for a journal without one."""
        ...

    def append(self, envelope: Envelope) -> None:
        """Take in the next envelope. Does no I/O and never fails."""
        ...

    async def commit(self) -> None:
        """Write all that was appended, as durable as was chosen. Raises JournalError; nothing is lost then."""
        ...

    async def flush(self) -> None:
        """As `commit`, and make the file exist where it is made late. The barrier before a terminal event."""
        ...

    async def aclose(self) -> None:
        """Flush and let go of the file. Raises JournalError when something could not be written."""
        ...
