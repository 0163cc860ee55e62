"""Timeline, explanation and standing take any file: whatever its bytes are, they answer or say what is missing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.replay.explain import explain
from turnfold.replay.histories import CODEX, PAGINATED, lines_of, write
from turnfold.replay.ledger import NoSuchTurn
from turnfold.replay.standing import NoSuchPoint, standing_at
from turnfold.replay.timeline import timeline
from turnfold.replay.verification import verify

HISTORY = """
    meta; start a; context; user "why?"; think "hm"; call c1 shell "pytest -q"; tokens 900; output c1 "1 failed"
    steer "only the parser"; error "no credit"; compact; abort a; rollback 1
    start b; context; user "again"; review on; review off; agent "yes"; complete b
"""
WHOLE = [write(HISTORY, form) for form in (CODEX, PAGINATED)]
VALUES = [b"null", b"0", b'""', b"[]", b"{}", b'"x"', b"true", b"-1", b"1e99"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write anew for each example."""
    return tmp_path_factory.mktemp("fuzz") / "log.jsonl"


def look_at(path: Path, data: bytes) -> None:
    """Take all the views of a file with that content."""
    path.write_bytes(data)
    for entry in timeline(path, verify(path).findings):
        assert entry.line >= 1
    with suppress(NoSuchTurn):
        assert explain(path).answer
    with suppress(NoSuchPoint):
        assert standing_at(path).line >= 1


@given(data=st.data(), whole=st.sampled_from(WHOLE))
def test_any_order_of_lines_can_be_looked_at(path: Path, data: st.DataObject, whole: bytes) -> None:
    """Lines lost, repeated and moved."""
    lines = [line.rstrip(b"\n") for line in lines_of(whole)]
    look_at(path, b"\n".join(data.draw(st.lists(st.sampled_from(lines), max_size=40))))


@given(data=st.data(), whole=st.sampled_from(WHOLE))
def test_any_values_can_be_looked_at(path: Path, data: st.DataObject, whole: bytes) -> None:
    """A field of another type, or bytes overwritten anywhere."""
    parts = whole.split(b'":')
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(1, len(parts) - 1))
        rest = parts[place].partition(b",")[2]
        parts[place] = data.draw(st.sampled_from(VALUES)) + (b"," + rest if rest else b"}}")
    content = bytearray(b'":'.join(parts))
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    look_at(path, bytes(content))
