"""`turnfold turns`, and `turnfold demo`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.documents import validated
from tests.tools.process import turnfold
from turnfold.replay.histories import write
from turnfold.rollouts.samples import SAMPLES
from turnfold.tools.render.turnrows import COLUMNS

HISTORY = r"""
    meta; start a; context; user "the \u001b[31mred\u001b[0m button"; complete a; start b; user "again"; abort b
"""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A file with a completed and an interrupted turn."""
    path = tmp_path / "session.jsonl"
    path.write_bytes(write(HISTORY))
    return path


def test_rows_have_the_vendors_columns(session: Path) -> None:
    """A row a turn, with empty cells for what is not known."""
    done = turnfold("turns", session, "--format", "tsv")
    head, *rows = [row.split("\t") for row in done.stdout.splitlines()]
    assert list(COLUMNS) == head
    assert [["session.jsonl", "0", "completed"], ["session.jsonl", "1", "interrupted"]] == [
        [row[0], row[3], row[4]] for row in rows
    ]
    assert {len(COLUMNS)} == {len(row) for row in rows}


def test_the_rows_of_real_files_are_the_vendors(shared: Path) -> None:
    """On files that the vendor's tool reads, the output holds its rows to the byte."""
    folder = shared / "rollouts"
    ours = set(turnfold("turns", folder / "shapes", "--format", "tsv").stdout.splitlines())
    assert set() == set((folder / "vendor-turns.tsv").read_text().splitlines()) - ours


def test_turns_as_json(session: Path) -> None:
    """The same names as the columns, with numbers as numbers and the lines beside them."""
    made = validated("turns", turnfold("turns", session, "--format", "json").stdout)
    assert "turnfold.turns/1" == made["schema"]
    assert [[*COLUMNS, "first_line", "last_line"]] * 2 == [list(turn) for turn in made["turns"]]
    assert 2 == made["turns"][0]["first_line"]
    assert [] == validated("turns", turnfold("turns", "-", "--format", "json").stdout)["turns"]


def test_turns_as_text(session: Path) -> None:
    """Each turn cites its place; what the user typed cannot drive the terminal, and can be left out."""
    done = turnfold("turns", session)
    assert f"{session}:2" in done.stdout
    assert r"the \x1b[31mred\x1b[0m button" in done.stdout
    assert "\x1b" not in done.stdout
    hidden = turnfold("turns", session, "--redact").stdout
    assert "button" not in hidden
    assert "<text " in hidden


def test_a_file_that_cannot_be_read_does_not_hide_the_others(session: Path) -> None:
    """The exit code tells of it."""
    done = turnfold("turns", session.parent / "no", session)
    assert 3 == done.returncode
    assert "completed" in done.stdout


def test_the_demo() -> None:
    """It verifies every sample, shows what it types, ends with 0 and says what to try next."""
    done = turnfold("demo")
    assert (0, "") == (done.returncode, done.stderr)
    typed = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("$ ")]
    assert ["verify", "verify", "timeline", "explain", "verify", "explain"] == typed
    assert f"{len(SAMPLES)} files: " in done.stdout
    assert "TF304 second-terminal" in done.stdout
    assert "Now try\n  turnfold verify ~/.codex" in done.stdout
