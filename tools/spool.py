"""Standard input as a file, for what must be read more than once."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from turnfold.rollouts.source import STDIN


@contextmanager
def rereadable(path: str) -> Generator[str, None, None]:
    """Yield a path that can be read again and again: *path* itself, or a copy of standard input that goes away."""
    if path != STDIN:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="turnfold-") as folder:
        copy = Path(folder) / "stdin.jsonl"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield str(copy)
