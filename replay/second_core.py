"""One long file on two cores.

Whether the bytes are exact takes as long to ask as the rules take to judge what they say, and neither needs the
other's answer. So while one process watches the records, another one looks for damage in the same file.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from turnfold.rollouts import Damage, Reader, SourceError, open_source

if TYPE_CHECKING:
    from types import TracebackType

WORTH_IT_BYTES: Final = 16 * 1024 * 1024
"""Size of a file from which a second process pays for its start of some milliseconds."""


class DamageSearch:
    """The damage of a file, looked for in a process of its own. Use it as a context: the process is gone after.

    It is forked by hand: to import `multiprocessing` takes longer than the fork, and the pipe carries one message.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        answer, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(answer)
            _look(path, theirs)
        os.close(theirs)
        self._answer = open(answer, "rb")  # noqa: PTH123, SIM115  a pipe, closed at the end of the context

    @classmethod
    def if_worth_it(cls, path: str | os.PathLike[str]) -> DamageSearch | None:
        """A search, where the file is long enough and the system can fork; else None."""
        try:
            is_long = Path(path).stat().st_size >= WORTH_IT_BYTES
        except OSError:
            return None
        return cls(path) if is_long and hasattr(os, "fork") else None

    def result(self) -> Sequence[Damage] | None:
        """Wait for the damage, in order of line; None if the process died."""
        try:
            found: list[Damage] = pickle.loads(self._answer.read())
        except (EOFError, pickle.UnpicklingError):
            return None
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self._answer.close()


def _look(path: str | os.PathLike[str], answer: int) -> None:
    """What the second process does. It never returns: what the first one had begun is not its to end."""
    code = 1  # whoever waits finds no answer, looks himself, and so finds out why
    try:
        with open_source(path) as source:
            found = [damage for batch in Reader(source).batches() for damage in batch.damage]
        with open(answer, "wb") as pipe:
            pickle.dump(found, pipe)
        code = 0
    except (SourceError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(code)
