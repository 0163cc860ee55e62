"""Each way to end is told from the others, with the facts that prove it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.own_log import CALL, COMPLETED, INPUT, INTERRUPTED, ITEM, META, START, Line, own_log
from turnfold.replay.explain import Certainty, Ending, Explanation, explain
from turnfold.replay.histories import BARE, OLD, Form, cut, interleaved, write
from turnfold.replay.ledger import NoSuchTurn
from turnfold.rollouts.samples import sample_path

ASKED = 'meta; start a; context; user "tidy up"; '
CALLED = ASKED + 'agent "I look first." commentary; call c1 shell "rg -l TODO"; tokens 900; '


def told(folder: Path, data: bytes, turn: str | None = None) -> Explanation:
    """The explanation of a file with that content."""
    path = folder / "log.jsonl"
    path.write_bytes(data)
    return explain(path, turn)


def explained(folder: Path, history: str, turn: str | None = None, form: Form | None = None) -> Explanation:
    """The explanation of a history."""
    return told(folder, write(history, form) if form else write(history), turn)


def texts(found: Explanation) -> list[str]:
    """What the steps say."""
    return [step.text for step in found.steps]


@pytest.mark.parametrize(
    ("history", "ending"),
    [
        (ASKED + 'agent "done"; complete a', Ending.COMPLETED),
        (ASKED + 'error "no credit" usage_limit_exceeded; complete a', Ending.FAILED),
        (ASKED + "abort a", Ending.INTERRUPTED_EARLY),
        (ASKED + 'agent "I begin"; abort a', Ending.INTERRUPTED_IN_MODEL),
        (CALLED + "abort a", Ending.INTERRUPTED_IN_CALL),
        (CALLED + 'output c1 "aborted by user after 2.5s"; abort a', Ending.INTERRUPTED_IN_CALL),
        (CALLED + 'output c1 "3 files"; abort a', Ending.INTERRUPTED_IN_MODEL),
        (CALLED + "abort a replaced", Ending.REPLACED),
        (ASKED + "review on; review off; abort a review_ended", Ending.REVIEW_ENDED),
        (CALLED + "abort a budget_limited", Ending.BUDGET_LIMITED),
        (CALLED + 'crash; start b; context; user "again"; agent "yes"; complete b', Ending.CUT_OFF),
        (CALLED + "crash", Ending.LEFT_OPEN),
    ],
)
def test_every_ending_is_told_from_the_others(tmp_path: Path, history: str, ending: Ending) -> None:
    """The ending is named, and every recorded step names its line."""
    found = explained(tmp_path, history)
    assert ending is found.ending
    assert [] == [step for step in found.steps if step.line is None]
    assert sorted(step.line or 0 for step in found.steps) == [step.line for step in found.steps]


def test_an_unknown_reason_is_quoted(tmp_path: Path) -> None:
    """A reason that no known Codex gives is not taken for an interrupt."""
    found = told(tmp_path, write(ASKED + "abort a").replace(b'"interrupted"', b'"moonphase"'))
    assert Ending.OTHER_REASON is found.ending
    assert "'moonphase'" in found.answer


@pytest.mark.parametrize("form", [OLD, BARE])
def test_old_files_do_not_say_when_a_turn_ended(tmp_path: Path, form: Form) -> None:
    """Where no ends are recorded, the next message is what shows that a turn was over."""
    history = ASKED + 'agent "done"; complete a; start b; user "and now?"; agent "done, too"; complete b'
    found = explained(tmp_path, history, "0", form)
    assert Ending.IMPLICIT is found.ending
    assert "The next one begins at line" in found.answer
    assert ["when it ended, and whether the model had finished"] == [one.question for one in found.unknowns]


def test_a_call_without_output_is_followed_by_what_the_model_gets_instead(tmp_path: Path) -> None:
    """The stand-in is unrecorded, so that step is inferred, and it says so."""
    found = explained(tmp_path, CALLED + 'abort a; start b; context; user "go on"; agent "yes"; complete b')
    [inference] = [step for step in found.steps if step.certainty is Certainty.INFERRED]
    assert "`aborted` in place of the missing output of c1, when it was asked again" in inference.text
    assert "the user said next" in texts(found)
    assert {"open when the turn ended: 1 call"} < {step.proves for step in found.steps}


def test_a_rollout_says_that_approvals_are_not_in_it(tmp_path: Path) -> None:
    """What a file of its kind cannot tell is listed with the reason."""
    found = explained(tmp_path, CALLED + "abort a")
    assert {"whether an approval was pending", "whether a hook was running"} < {
        one.question for one in found.unknowns
    }
    assert "approvals are not recorded in a Codex rollout" in found.unknowns[0].remedy


def test_an_unheard_steer_is_named(tmp_path: Path) -> None:
    """What the user added after the last of the model may be lost with the turn."""
    found = explained(tmp_path, ASKED + 'agent "I begin"; steer "stop, wrong file"; abort a')
    assert "the model may not have seen" in found.answer
    assert "nothing of the model follows it in this turn" in {step.proves for step in found.steps}


def test_a_heard_steer_is_not_lost(tmp_path: Path) -> None:
    """With words of the model after it, a steer needs no remark."""
    found = explained(tmp_path, ASKED + 'agent "a"; steer "b"; agent "c"; abort a')
    assert "may not have seen" not in found.answer


def test_the_marker_is_a_step_and_its_absence_is_remarked(tmp_path: Path) -> None:
    """Codex writes a marker before it records an interrupt, unless the turn ended itself."""
    whole = write(CALLED + "abort a")
    assert "a marker was written into the model's history" in texts(told(tmp_path, whole))
    lines = whole.splitlines(keepends=True)
    found = told(tmp_path, b"".join(lines[:-2] + lines[-1:]))
    assert any((step.proves or "").startswith("no marker precedes it") for step in found.steps)


def test_a_rollback_is_the_last_step(tmp_path: Path) -> None:
    """A turn that was taken back is found by its id, has no position, and says which line took it back."""
    history = ASKED + 'agent "a"; complete a; start b; context; user "c"; agent "d"; complete b; rollback 1'
    found = explained(tmp_path, history)
    assert (None, Ending.COMPLETED, found.steps[-1].line) == (
        found.position,
        found.ending,
        found.rolled_back_at,
    )
    assert "taken back" in found.answer


def test_the_second_end_is_in_the_title() -> None:
    """A turn that ended twice is explained by its first end, and the second is a step that nobody should write."""
    found = explain(sample_path("ended-twice"))
    assert (Ending.COMPLETED, 1) == (found.ending, found.further_ends)
    assert found.title.endswith("ended more than once: completed, then aborted (interrupted)")
    assert "nobody should write it" in str(found.steps)


def test_a_late_end_of_a_cut_off_turn_is_told() -> None:
    """With two writers, the turn that was cut off lived on."""
    found = explain(sample_path("two-writers"))
    assert Ending.CUT_OFF is found.ending
    assert "lived on beside the other turn" in found.answer
    assert () == found.unknowns


def test_damage_at_the_end_of_the_file_may_have_been_the_end() -> None:
    """A torn tail is named where the turn is left open."""
    assert "The file ends in damage (TF002)" in explain(sample_path("torn-lines")).answer


def test_the_default_is_the_last_turn_that_did_not_simply_complete() -> None:
    """Not the last turn, when that one is unremarkable; the last one when all are."""
    assert 0 == explain(sample_path("interrupted-with-pending-call")).position
    assert 1 == explain(sample_path("clean-with-steer")).position


def test_an_interleaved_race_has_one_first_end(tmp_path: Path) -> None:
    """An abort that comes before the completion is the end that counts."""
    base = ASKED + 'agent "done"; '
    data = interleaved(write(base + "wait 1s; complete a"), write(base + "abort a"))
    found = told(tmp_path, data)
    assert (Ending.INTERRUPTED_IN_MODEL, 1) == (found.ending, found.further_ends)


def test_a_cut_file_is_explained(tmp_path: Path) -> None:
    """Any beginning of a file can be explained, or has no turn."""
    data = write(CALLED + 'output c1 "3 files"; agent "three"; complete a')
    for size in range(0, len(data), 97):
        short = cut(data, size)
        if b"task_started" in short.rpartition(b"\n")[0] or b"user_message" in short.rpartition(b"\n")[0]:
            assert told(tmp_path, short).answer
        else:
            with pytest.raises(NoSuchTurn, match="there is no turn"):
                told(tmp_path, short)


HOOK = {"run_id": "r", "event_name": "permission_request", "turn_id": "t"}
ASKS = {"approval_id": "a", "call_id": "c", "turn_id": "t", "approval_kind": "exec", "command": "rm -r build"}
QUESTION: Line = ("approval_requested", ASKS)
ABORT: Line = ("abort_began", {"turn_id": "t", "reason": "interrupted", "by": "client"})


@pytest.mark.parametrize(
    ("lines", "ending"),
    [
        (
            [
                ("hook_started", {**HOOK, "status": "running"}),
                ("hook_completed", {**HOOK, "status": "blocked"}),
                ("hook_decided", {"event_name": "permission_request", "decision": "deny", "interrupt": True}),
                INTERRUPTED,
            ],
            Ending.INTERRUPTED_BY_HOOK,
        ),
        (
            [
                ("hook_started", {**HOOK, "status": "running"}),
                ABORT,
                ("hook_closed", {"run_id": "r", "reason": "interrupted"}),
                INTERRUPTED,
            ],
            Ending.INTERRUPTED_IN_HOOK,
        ),
        (
            [QUESTION, ABORT, INTERRUPTED, ("approval_dropped", {"approval_id": "a"})],
            Ending.INTERRUPTED_IN_APPROVAL,
        ),
        (
            [
                QUESTION,
                ("approval_resolved", {"approval_id": "a", "decision": "abort", "source": "user"}),
                INTERRUPTED,
            ],
            Ending.INTERRUPTED_BY_ANSWER,
        ),
        (
            [ABORT, ("tool_call_closed", {"call_id": "c", "how": "interrupted"}), INTERRUPTED],
            Ending.INTERRUPTED_IN_CALL,
        ),
        ([("abort_requested", {"turn_id": "t"}), COMPLETED], Ending.COMPLETED),
    ],
)
def test_our_own_log_shows_what_the_interrupt_met(tmp_path: Path, lines: list[Line], ending: Ending) -> None:
    """Hooks, approvals and aborts are in it, so nothing remains to ask, and no producer is supposed to fill in."""
    found = told(tmp_path, own_log(META, START, INPUT, CALL, *lines))
    assert (ending, ()) == (found.ending, found.unknowns)
    assert "Codex" not in str(found.steps)


def test_an_interrupt_that_came_too_late_is_told(tmp_path: Path) -> None:
    """The turn completed although somebody asked to interrupt it."""
    lines = (META, START, INPUT, ("abort_requested", {"turn_id": "t"}), COMPLETED)
    assert "came too late" in told(tmp_path, own_log(*lines)).answer


def test_an_item_and_its_message_are_one(tmp_path: Path) -> None:
    """Our own log has what the user says as an item too: it was said, and nothing was added."""
    assert "added" not in str(told(tmp_path, own_log(META, START, ITEM, INPUT, INTERRUPTED)).steps)
    assert "added" in str(told(tmp_path, own_log(META, START, ITEM, INPUT, ITEM, INPUT, INTERRUPTED)).steps)
