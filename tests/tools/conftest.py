"""Sessions to try commands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from turnfold.replay.histories import lines_of, write

LEGAL = 'meta; start a; context; user "fix it"; tokens 100; agent "done"; complete a'


@pytest.fixture
def legal(tmp_path: Path) -> Path:
    """A file with one legal turn."""
    path = tmp_path / "legal.jsonl"
    path.write_bytes(write(LEGAL))
    return path


@pytest.fixture
def illegal(tmp_path: Path) -> Path:
    """A file whose turn ends twice."""
    path = tmp_path / "illegal.jsonl"
    whole = write(LEGAL)
    path.write_bytes(whole + lines_of(whole)[-1].rstrip(b"\n") + b"\n")
    return path


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A file with a line that is no JSON between its last turn and its end."""
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(write(LEGAL) + b"\x01\x02 junk\n")
    return path
