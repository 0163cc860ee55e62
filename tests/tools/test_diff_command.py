"""`turnfold diff`: where two sessions part, for people and for machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.documents import validated
from tests.tools.process import turnfold
from turnfold.replay.histories import edited, line_of, write
from turnfold.rollouts.samples import sample_path

HISTORY = 'meta; start a; context; user "fix it"; tokens 100; agent "it was done"; complete a'


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with two files, of which the second has another message and another end."""
    whole = write(HISTORY)
    (tmp_path / "a.jsonl").write_bytes(whole)
    line = line_of(whole, "agent_message")
    other = edited(whole, line, "payload.message", "it was not done: no such file")
    at = line_of(whole, "task_complete")
    other = edited(other, at, "payload.type", "turn_aborted")
    (tmp_path / "b.jsonl").write_bytes(edited(other, at, "payload.reason", "interrupted"))
    return tmp_path


def test_the_same_session_is_the_same(pair: Path) -> None:
    """Exit code 0, and a line that says it."""
    done = turnfold("diff", "a.jsonl", "a.jsonl", cwd=pair)
    count = len((pair / "a.jsonl").read_bytes().splitlines())
    assert (0, f"same  {count} records: a.jsonl and a.jsonl") == (
        done.returncode,
        done.stdout.splitlines()[0],
    )


def test_the_first_difference_is_told_with_its_lines(pair: Path) -> None:
    """The last record in common, the two that differ and in what, what follows, and how the turns differ."""
    done = turnfold("diff", "a.jsonl", "b.jsonl", cwd=pair)
    assert 1 == done.returncode
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    number = line_of((pair / "a.jsonl").read_bytes(), "agent_message")
    for expected in (
        f"different  after {number - 1} records in common: a.jsonl and b.jsonl",
        f"  - a.jsonl:{number}  event_msg/agent_message  it was done",
        f"  + b.jsonl:{number}  event_msg/agent_message  it was not done: no such file",
        "      payload.message",
        '        - "it was done"',
        '        + "it was not done: no such file"',
        "  1 turn in each; they differ in:",
        "    turn 0  completed → interrupted",
    ):
        assert expected in lines


def test_the_document_fits_its_schema(pair: Path) -> None:
    """Whether they differ, are the same, or one is the beginning of the other."""
    (pair / "half.jsonl").write_bytes(b"".join((pair / "a.jsonl").read_bytes().splitlines(keepends=True)[:4]))
    (pair / "empty.jsonl").touch()
    for other, same, prefix in (
        ("b", False, None), ("a", True, None), ("half", False, "b"), ("empty", False, "b"),
    ):  # fmt: skip
        done = turnfold("diff", "a.jsonl", f"{other}.jsonl", "--format", "json", cwd=pair)
        said = validated("diff", done.stdout)
        assert (same, prefix, 1 - same) == (said["same"], said["prefix"], done.returncode)


def test_texts_can_be_hidden(pair: Path) -> None:
    """What was said becomes length and hash; that it differs can be seen all the same."""
    done = turnfold("diff", "a.jsonl", "b.jsonl", "--redact", cwd=pair)
    assert "done" not in done.stdout
    assert done.stdout.count("<text 11 chars sha256:") >= 2


def test_long_texts_are_cut_around_the_difference(pair: Path) -> None:
    """A page that differs in one word is shown at that word."""
    whole = (pair / "a.jsonl").read_bytes()
    line = line_of(whole, "agent_message")
    for name, word in (("c", "left"), ("d", "right")):
        (pair / f"{name}.jsonl").write_bytes(
            edited(whole, line, "payload.message", f"{'-' * 500}{word}{'-' * 500}")
        )
    done = turnfold("diff", "c.jsonl", "d.jsonl", cwd=pair)
    assert f'- "…{"-" * 20}left-' in done.stdout
    assert f'+ "…{"-" * 20}right-' in done.stdout


def test_kinds_of_files_and_damage_are_noted() -> None:
    """That only events were compared, and that something was passed over."""
    done = turnfold("diff", sample_path("paginated"), sample_path("torn-lines"))
    assert "only events that both can show" in done.stdout
    assert 1 == done.returncode


def test_what_to_ignore_can_be_said(pair: Path) -> None:
    """Without texts and with --exact."""
    done = turnfold("diff", "a.jsonl", "b.jsonl", "--ignore", "texts", cwd=pair)
    assert "event_msg/task_complete" in done.stdout
    other = pair / "other.jsonl"
    other.write_bytes(write(HISTORY.replace("meta", "meta other")))
    assert 0 == turnfold("diff", pair / "a.jsonl", other).returncode
    assert 1 == turnfold("diff", pair / "a.jsonl", other, "--exact").returncode


def test_files_have_to_be_named(pair: Path) -> None:
    """Standard input cannot be read twice; what is not there is said."""
    for words in (("-", "a.jsonl"), ("a.jsonl", "none.jsonl"), ("a.jsonl",)):
        done = turnfold("diff", *words, cwd=pair)
        assert (3, "") == (done.returncode, done.stdout)
        assert "Traceback" not in done.stderr
