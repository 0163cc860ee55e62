"""What is said of sessions that the real Codex ran, from both of its records of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from turnfold.replay.explain import Ending, Explanation, explain
from turnfold.replay.explain.explain import explained, story_of
from turnfold.replay.ledger import ledger_of
from turnfold.replay.timeline import timeline
from turnfold.replay.turn_table import turns

CALL = Ending.INTERRUPTED_IN_CALL


def of(shared: Path, scenario: str, file: str) -> Explanation:
    """The explanation of one record of a scenario."""
    return explain(shared / "rollouts" / "codex-0.169" / scenario / f"{file}.jsonl")


@pytest.mark.parametrize(
    ("scenario", "file", "ending", "answer"),
    [
        ("interrupt_pending_approval", "app-server", Ending.INTERRUPTED_IN_APPROVAL, "Nothing was decided"),
        ("interrupt_pending_approval", "rollout", CALL, "may have been waiting for an approval"),
        ("interrupt_running_tool", "app-server", CALL, "had not come back"),
        ("interrupt_running_tool", "rollout", CALL, "may have taken effect"),
        (
            "interrupt_running_hook",
            "app-server",
            Ending.INTERRUPTED_IN_HOOK,
            "a permission_request hook was running",
        ),
        ("interrupt_running_hook", "rollout", CALL, "may have been waiting for an approval"),
        ("approval_decline", "app-server", Ending.COMPLETED, "was refused, and the model went on"),
        ("approval_decline", "rollout", Ending.COMPLETED, "was refused, and the model went on"),
        ("approval_cancel", "app-server", Ending.INTERRUPTED_BY_ANSWER, "answered with *cancel*"),
        ("approval_cancel", "rollout", CALL, "may have been waiting for an approval"),
        ("hook_deny", "app-server", Ending.COMPLETED, "hook said no, and the model went on"),
        ("hook_deny", "rollout", Ending.COMPLETED, "was refused, and the model went on"),
        ("plain", "rollout", Ending.COMPLETED, "natural end"),
    ],
)
def test_each_record_is_explained_as_far_as_it_goes(
    shared: Path, scenario: str, file: str, ending: Ending, answer: str
) -> None:
    """A capture shows approvals and hooks; a rollout of the same session does not, and claims no more."""
    found = of(shared, scenario, file)
    assert ending is found.ending
    assert answer in found.answer


def test_the_late_answer_had_no_effect(shared: Path) -> None:
    """The capture holds an answer that came after the turn was over."""
    found = of(shared, "interrupt_pending_approval", "app-server")
    assert "too late: the turn was over, and the answer had no effect" in {
        step.proves for step in found.steps
    }


def test_what_a_rollout_hides_is_listed(shared: Path) -> None:
    """For a refused call it is who refused it, for an interrupted one whether anybody was asked."""
    refused, interrupted = (of(shared, name, "rollout") for name in ("hook_deny", "interrupt_running_hook"))
    assert "who refused the call, the user, a hook or a policy" == refused.unknowns[0].question
    assert "whether an approval was pending" == interrupted.unknowns[0].question


def real_files(shared: Path) -> list[Path]:
    """Every session among the recorded ones."""
    folder = shared / "rollouts"
    return sorted(path for path in folder.rglob("*.jsonl") if path.name != "requests.jsonl")


def test_turns_are_counted_as_everywhere(shared: Path) -> None:
    """The turns that stand are those of `turnfold turns`, with their statuses, in every real file."""
    for path in real_files(shared):
        standing = [turn for turn in ledger_of(path).turns if not turn.rolled_back_at]
        rows = turns(path)
        expected = [(row.turn_id, row.status) for row in rows]
        assert expected == [(turn.slot.turn_id, turn.status) for turn in standing], path.name


def test_every_real_turn_can_be_explained(shared: Path) -> None:
    """No turn of a real file goes without an answer and a chain, and the chain begins and ends within the file."""
    for path in real_files(shared):
        ledger = ledger_of(path)
        for turn in (*ledger.turns[:2], *ledger.turns[-2:]):
            found = explained(story_of(path, ledger, turn))
            assert found.answer
            assert found.steps, path.name


def test_timelines_of_real_files_are_in_order(shared: Path) -> None:
    """Entries come by line."""
    for path in real_files(shared):
        lines = [entry.line for entry in timeline(path)]
        assert sorted(lines) == lines, path.name
