"""Replays of whole files: real ones, all forms, summaries, and travel to one place in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.replays import repaired
from turnfold.core import State, TurnPhase, fold
from turnfold.events import (
    ApprovalResolved,
    TurnStarted,
)
from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, Form, write
from turnfold.replay.replayer import NoSuchPlace, replay, replay_all, replay_iter, state_at
from turnfold.replay.turn_table import turns

STORY = """
    meta; start a; context; user "one"; call c1 shell "ls"; output c1 "x"; agent "1"; complete a
    start b; context; user "two"; call c2 shell "pytest"; crash
    start c; context; user "three"; call c3 shell "make"; abort c
    start d; context; user "four"; agent "4"; complete d
"""
FORMS = [CODEX, PAGINATED, OLD, BARE]


def files(shared: Path) -> list[Path]:
    """Every recorded session."""
    root = shared / "rollouts"
    patterns = (
        "shapes/*.jsonl",
        "paginated/*.jsonl",
        "codex-0.169/*/rollout.jsonl",
        "codex-0.169/*/app-server.jsonl",
    )
    return sorted(path for pattern in patterns for path in root.glob(pattern))


def test_real_sessions_are_repaired_to_legal_ones(shared: Path) -> None:
    """What a replay makes of a real session folds strictly to the same state, and has the turns that are listed."""
    for path in files(shared):
        steps = list(replay_iter(path))
        log = repaired(steps)
        assert fold(log) == steps[-1].state, path.name
        started = [envelope.event.turn_id for envelope in log if isinstance(envelope.event, TurnStarted)]
        assert [row.turn_id for row in turns(path)] == started, path.name


def test_real_sessions_need_no_more_than_that(shared: Path) -> None:
    """In real sessions only crashes are named; the one refusal is an answer that came after its turn's end."""
    steps = [step for path in files(shared) for step in replay_iter(path)]
    assert {"TF305"} == {code for step in steps for code in step.codes}
    assert [ApprovalResolved] == [type(step.located.envelope.event) for step in steps if step.refusal]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.name).lower())
def test_forms(tmp_path: Path, form: Form) -> None:
    """Every form of file is repaired to a log that the reducer takes."""
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(write(STORY, form))
    steps = list(replay_iter(path))
    assert fold(repaired(steps)) == steps[-1].state
    assert not [step.refusal for step in steps if step.refusal]
    started = [envelope for envelope in repaired(steps) if isinstance(envelope.event, TurnStarted)]
    assert len(turns(path)) == len(started)


def test_no_identity_is_named_when_none_comes(tmp_path: Path) -> None:
    """A file that never says who it is misses its identity record."""
    path = tmp_path / "rollout.jsonl"
    path.write_text(
        '{"type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}\n', encoding="utf-8"
    )
    assert ["TF101"] == list(replay(path).codes)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(write(STORY))
    return path


def test_summary(story: Path, tmp_path: Path) -> None:
    """A replay knows the state at the end and how much had to be put in; a missing file does not stop the others."""
    missing = tmp_path / "nothing.jsonl"
    first, second = replay_all([missing, story])
    assert first.error
    assert second == replay(story)
    assert (0, None, None) == (second.refused, second.state.turn, second.error)
    assert {"TF305": 1} == dict(second.codes)
    assert second.events == sum(1 for _ in replay_iter(story))
    assert second.inferred == sum(len(step.inferred) for step in replay_iter(story))


def test_time_travel(story: Path) -> None:
    """The state at a line, a seq or a turn is the one that the replay passed through there."""
    steps = list(replay_iter(story))
    for step in steps:
        assert (
            step.state
            == state_at(story, line=step.located.line)
            == state_at(story, seq=step.located.envelope.seq)
        )
    assert steps[-1].state == state_at(story) == state_at(story, line=10_000)
    names = [row.turn_id for row in turns(story)]
    assert names == [turn_of(state_at(story, turn=name)) for name in names]
    assert TurnPhase.RUNNING is getattr(state_at(story, turn=names[2]).turn, "phase", None)
    with pytest.raises(NoSuchPlace, match="no turn 'x'"):
        state_at(story, turn="x")
    with pytest.raises(NoSuchPlace, match="comes later"):
        state_at(story, line=0)
    with pytest.raises(NoSuchPlace, match="comes later"):
        state_at(story, seq=-1)


def turn_of(state: State) -> str | None:
    """The turn in the slot."""
    return state.turn.turn_id if state.turn else None
