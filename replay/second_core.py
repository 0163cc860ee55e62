"""One long file on two cores.

Whether the bytes are exact takes as long to ask as the rules take to judge what they say, and neither needs the
other's answer. So while one process watches the records, another one looks for damage in the same file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from turnfold.rollouts import Damage, Reader, SourceError, open_source

if TYPE_CHECKING:
    from types import TracebackType

WORTH_IT_BYTES: Final = 16 * 1024 * 1024
"""Size of a file from which a second process pays for its start of some 10 ms."""


class DamageSearch:
    """The damage of a file, looked for in a process of its own. Use it as a context: the process is gone after."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        from multiprocessing import get_context  # only long files need it

        context = get_context("fork")
        self._answer, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_look, args=(path, theirs), daemon=True)
        self._process.start()
        theirs.close()

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
            found: list[Damage] = self._answer.recv()
        except (EOFError, OSError):
            return None
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()
        self._answer.close()


def _look(path: str | os.PathLike[str], answer: Any) -> None:
    try:
        with open_source(path) as source:
            answer.send([damage for batch in Reader(source).batches() for damage in batch.damage])
    except (SourceError, OSError, KeyboardInterrupt):
        answer.close()  # whoever waits will look himself, and find out why
