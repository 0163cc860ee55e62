"""The rules about turns: what they do not speak on, and what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.replay.invariants.support import check, codes
from turnfold.replay.findings import Severity
from turnfold.replay.histories import OLD, PAGINATED, edited, line_of, lines_of, without, write
from turnfold.replay.invariants import aborts, turns
from turnfold.replay.invariants.history import RollbackDuringTurn

INPUT = 'context; user "Run the tests."; '
BEGUN = f"meta; start a; {INPUT}"
FORK = 'wait 1m; fork child of main; wait 1s; start own; context; user "Go on."; agent "On it."; complete own'
UUID = "019e8269-4f7a-7000-8000-00000000000f"
STRAYS = [
    turns.ActivityAfterTerminal,
    turns.ActivityBeforeStart,
    aborts.ActivityAfterAbort,
]
TERMINALS = [
    turns.AbortWithoutStart,
    turns.CompleteWithoutStart,
    turns.SecondTerminal,
    turns.TerminalOfOtherTurn,
]


def event(tag: str, **fields: Any) -> str:
    """A statement that writes this `event_msg`."""
    return "raw " + json.dumps({"type": "event_msg", "payload": {"type": tag, **fields}}) + "; "


def item(tag: str, **fields: Any) -> str:
    """A statement that writes this `response_item`."""
    return "raw " + json.dumps({"type": "response_item", "payload": {"type": tag, **fields}}) + "; "


THINK = item("reasoning", summary=[])


def turn_id(data: bytes, nth: int = 1) -> str:
    """The id of the *nth* turn."""
    found: str = json.loads(lines_of(data)[line_of(data, "task_started", nth) - 1])["payload"]["turn_id"]
    return found


def terminal(data: bytes, **fields: Any) -> bytes:
    """*data* with other values in its (first) `task_complete`."""
    for name, value in fields.items():
        data = edited(data, line_of(data, "task_complete"), f"payload.{name}", value)
    return data


def test_files_without_turns_are_not_judged_by_them() -> None:
    """Before 0.104 there are aborts and work and no turn starts; without a version, a start has to be seen."""
    old = write(BEGUN + "think; abort a", OLD)
    assert [] == check(old, [*STRAYS, *TERMINALS, turns.TurnWithoutId])
    nobody = write("meta; " + THINK + event("turn_aborted", reason="interrupted"))
    unknown = edited(nobody, 1, "payload.cli_version", None)
    assert [] == check(unknown, [*STRAYS, *TERMINALS, turns.TurnWithoutId])
    assert ["TF309", "TF302"] == codes(check(nobody, [*STRAYS, *TERMINALS]))


def test_a_terminal_without_id_means_the_open_turn() -> None:
    """It ends that turn and is no terminal of another; without an open turn it is one of none."""
    inside = write(BEGUN + event("turn_aborted", reason="replaced"))
    assert [] == check(inside, TERMINALS)
    outside = write("meta; " + event("turn_aborted", reason="replaced"))
    (finding,) = check(outside, TERMINALS)
    assert "(no id)" == finding.facts["turn_id"]


@pytest.mark.parametrize("tag", ["task_complete", "turn_aborted"])
def test_a_terminal_of_nobody_is_named_once(tag: str) -> None:
    """Inside an open turn it is that of another turn, and not also one without a start."""
    assert ["TF307"] == codes(check(write(BEGUN + event(tag, turn_id=UUID, reason="replaced")), TERMINALS))


def test_a_lost_start_is_named_once() -> None:
    """Work of a turn whose start is missing follows from the terminal without a start."""
    data = write(BEGUN + "think; complete a")
    found = check(without(data, 2), [*STRAYS, *TERMINALS])
    assert [("TF301", None), ("TF309", "TF301")] == sorted((f.code, f.implied_by) for f in found)


@pytest.mark.parametrize("end", ["complete a; ", "abort a; "])
def test_what_outlives_a_turn(end: str) -> None:
    """Token counts, context, background commands and late items are no work of an ended turn."""
    late = event("exec_command_end", call_id="c1") + event("item_completed", item={"type": "Plan", "id": "p"})
    context = item("message", role="developer", content=[])
    assert [] == check(write(BEGUN + end + "tokens 100; " + late + context), STRAYS)


def test_a_stretch_of_work_is_named_once() -> None:
    """Three records after an end are one finding, and those after the next end another."""
    said = item("message", role="assistant", content=[])
    data = write(BEGUN + "complete a; " + THINK * 2 + said + f"start b; {INPUT}complete b; " + said)
    assert [3, 1] == [finding.facts["count"] for finding in check(data, STRAYS)]


def test_turns_that_are_cut_off() -> None:
    """A crash leaves a suspicion; an end that shows up later proves that both turns were alive, and is the root."""
    data = write(BEGUN + f"crash; start b; {INPUT}complete b; ")
    rules = [turns.TurnCutOff, turns.OverlappingTurns]
    assert ["TF305"] == codes(check(data, rules))
    late = event("task_complete", turn_id=turn_id(data))
    both = check(write(BEGUN + f"crash; start b; {INPUT}{late}complete b"), rules)
    assert [("TF303", None), ("TF305", "TF303")] == sorted((f.code, f.implied_by) for f in both)
    assert turn_id(data, 2) == next(f.facts["other_id"] for f in both if f.code == "TF303")


def test_a_fork_of_a_running_turn_cuts_nothing_off() -> None:
    """The copied rows of a parent in mid turn may end without a terminal."""
    data = write(BEGUN + "think; " + FORK)
    copied = without(without(data, line_of(data, "turn_aborted")), line_of(data, "turn_aborted") - 1)
    assert [] == check(copied, [turns.TurnCutOff, turns.TurnLeftOpen])


def test_a_turn_that_ended_is_not_left_open() -> None:
    """Each end closes its turn; a log without turns has none open."""
    assert [] == check(write(BEGUN + "complete a"), [turns.TurnLeftOpen])
    assert [] == check(write("meta"), [turns.TurnLeftOpen])


def test_a_review_is_told_with_the_reviewers_start() -> None:
    """The reviewer's start is ended by the terminal of the turn that asked for the review."""
    start = event("task_started", turn_id="R", started_at=1)
    reviewer = event("entered_review_mode") + THINK + start + event("exited_review_mode")
    judges = [*TERMINALS, *STRAYS, turns.TurnCutOff, turns.OverlappingTurns, turns.StartTimesDisagree]
    alone = write("meta; " + reviewer + event("task_complete", turn_id="A", started_at=0))
    assert [] == check(alone, judges)
    inside = write(BEGUN + reviewer + "complete a")
    assert [] == check(inside, [*judges, turns.TurnLeftOpen])
    afterwards = write(BEGUN + reviewer + "complete a; start b; " + event("task_complete", turn_id="A2"))
    assert ["TF307"] == codes(check(afterwards, judges))


@pytest.mark.parametrize(
    "killed",
    [
        pytest.param("review on; crash; rollback 1", id="in review"),
        pytest.param("review on; fork f of main; start b; context; crash", id="a turn after it"),
        pytest.param("review on; " + event("task_started", turn_id="R") + "crash", id="with a reviewer"),
    ],
)
def test_a_review_may_be_killed(killed: str) -> None:
    """The next process's turn is no reviewer's: it ends, so the turn before it was cut off, and nothing more."""
    judges = [*TERMINALS, *STRAYS, turns.TurnCutOff, turns.OverlappingTurns, RollbackDuringTurn]
    later = f'start c; context; {INPUT}agent "Hi."; complete c; start d; context; abort d'
    assert ["TF305"] == codes(check(write(f"{BEGUN}{killed}; {later}"), judges))


def test_turn_ids_that_may_come_again() -> None:
    """A start without id is another rule's; what is no UUID is a suspicion, and a UUID a violation."""
    start, end = event("task_started"), event("task_complete")
    assert [] == check(write("meta; " + (start + end) * 2), [turns.TurnIdReused])
    counted = event("task_started", turn_id="auto-compact-0") + end
    (finding,) = check(write("meta; " + counted * 2), [turns.TurnIdReused])
    assert Severity.SUSPICION is finding.severity
    unique = event("task_started", turn_id=UUID)
    (finding,) = check(write("meta; " + unique * 2), [turns.TurnIdReused])
    assert Severity.VIOLATION is finding.severity


@pytest.mark.parametrize(
    "fields",
    [
        {"completed_at": None},
        {"duration_ms": None},
        {"started_at": 1780304400, "completed_at": 1780304410, "duration_ms": 9001},
        {"started_at": 1780304400, "completed_at": 1780304410, "duration_ms": 10999},
    ],
)
def test_durations_that_agree(fields: dict[str, Any]) -> None:
    """Seconds that are cut off may make a second of difference; what is not said is not compared."""
    assert [] == check(terminal(write(BEGUN + "complete a"), **fields), [turns.DurationDisagrees])


def test_a_duration_is_compared_with_whatever_start_is_known() -> None:
    """The start is taken from the terminal, else from the start record; without either nothing is said."""
    data = terminal(write(BEGUN + "complete a"), started_at=None, duration_ms=60_000)
    assert ["TF311"] == codes(check(data, [turns.DurationDisagrees]))
    unknown = edited(data, line_of(data, "task_started"), "payload.started_at", None)
    assert [] == check(unknown, [turns.DurationDisagrees])
    nobody = write("meta; " + event("task_complete", turn_id=UUID, completed_at=1, duration_ms=60_000))
    assert [] == check(nobody, [turns.DurationDisagrees])


@pytest.mark.parametrize(
    "fields",
    [
        {"duration_ms": 900, "time_to_first_token_ms": 900},
        {"duration_ms": 900, "time_to_first_token_ms": None},
        {"duration_ms": None, "time_to_first_token_ms": 900},
    ],
)
def test_first_tokens_in_time(fields: dict[str, Any]) -> None:
    """A first token with the end is in time; what is not said is not compared."""
    assert [] == check(terminal(write(BEGUN + "complete a"), **fields), [turns.FirstTokenAfterEnd])


def test_last_messages_that_were_recorded() -> None:
    """Any message of the assistant in the turn will do, and a turn need not have a last one."""
    spoken = write(BEGUN + 'agent "<plan>All twelve.</plan>"; complete a')
    assert [] == check(terminal(spoken, last_agent_message="All twelve."), [turns.LastMessageDisagrees])
    assert [] == check(write(BEGUN + "complete a"), [turns.LastMessageDisagrees])
    nobody = write("meta; " + event("task_complete", turn_id=UUID, last_agent_message="Done."))
    assert [] == check(nobody, [turns.LastMessageDisagrees])
    later = write(BEGUN + f'agent "Yes."; complete a; start b; {INPUT}complete b')
    unsaid = edited(later, line_of(later, "task_complete", 2), "payload.last_agent_message", "Yes.")
    assert ["TF313"] == codes(check(unsaid, [turns.LastMessageDisagrees]))


def test_turns_that_need_no_context() -> None:
    """Without output of the model, in review, before any context, and outside a turn there is nothing to miss."""
    rule, second = [turns.TurnWithoutContext], 'complete a; start b; user "!ls"; '
    assert [] == check(write(BEGUN + second + "complete b"), rule)
    assert [] == check(write(BEGUN + second + 'review on; agent "Fine."; review off; complete b'), rule)
    rewritten = write(BEGUN + "complete a; start b; think; complete b", PAGINATED)
    rewritten = without(rewritten, line_of(rewritten, "turn_context"))
    assert [] == check(rewritten, rule)
    assert [] == check(write(BEGUN + "complete a; " + event("task_complete", turn_id=UUID)), rule)


@pytest.mark.parametrize("words", ['agent "Done."', "think", "call c1"])
@pytest.mark.parametrize("end", ["abort b", "crash"])
def test_every_output_of_the_model_needs_a_context(words: str, end: str) -> None:
    """What the model says, thinks or calls counts, however the turn ends; a turn without end is not judged."""
    found = check(write(BEGUN + f"complete a; start b; {words}; {end}"), [turns.TurnWithoutContext])
    assert (["TF314"] if end == "abort b" else []) == codes(found)


def test_copied_turns_need_no_context() -> None:
    """What a fork copied is its parent's affair."""
    data = write(BEGUN + "think; complete a; start b; think; complete b; " + FORK)
    assert [] == check(data, [turns.TurnWithoutContext])


def test_start_times_that_are_not_compared() -> None:
    """A time that one of the two leaves out, and one of another turn, say nothing."""
    data, rule = write(BEGUN + "complete a"), [turns.StartTimesDisagree]
    assert [] == check(data, rule)
    assert [] == check(terminal(data, started_at=None), rule)
    assert [] == check(edited(data, line_of(data, "task_started"), "payload.started_at", None), rule)
    assert [] == check(terminal(data, started_at=1, turn_id=UUID), rule)
    assert [] == check(write("meta; " + event("task_complete", turn_id=UUID, started_at=1)), rule)


def test_items_whose_turn_stands_elsewhere() -> None:
    """Late items, a reviewer's, a copied one, those before the first start or of a continued file are legal."""
    rule, plan = [turns.ItemOfUnknownTurn], {"type": "Plan", "id": "p1"}
    strange = event("item_completed", turn_id=UUID, item=plan)
    nameless = event("item_completed", item=plan)
    assert [] == check(write(f"meta; {strange}start a; {INPUT}{nameless}"), rule)
    assert [] == check(write(BEGUN + "review on; " + strange), rule)
    assert [] == check(write(BEGUN + strange + "complete a; " + FORK), rule)
    unknown = write(BEGUN + strange)
    assert ["TF316"] == codes(check(unknown, rule))
    continued = {"thread_id": UUID, "end_ordinal_exclusive": 9, "end_byte_offset": 900}
    assert [] == check(edited(unknown, 1, "payload.history_base", continued), rule)
    late = event("item_completed", turn_id=turn_id(unknown), item=plan)
    assert [] == check(write(BEGUN + "abort a; " + late), rule)
    assert ["TF316"] == codes(check(without(unknown, 1), rule))


def test_reviews_that_are_left() -> None:
    """The exit may follow the terminal; a review that is cut short by the end of the log is not named."""
    rule = [turns.ReviewNeverLeft, turns.ReviewLeftWithoutEntering]
    assert [] == check(write(BEGUN + "review on; review off; complete a"), rule)
    assert [] == check(write(BEGUN + "review on; complete a; " + event("exited_review_mode")), rule)
    assert [] == check(write(BEGUN + "review on; think"), rule)
    again = write(BEGUN + "review on; complete a; start b; complete b; start c; complete c")
    assert ["TF317"] == codes(check(again, rule))


def test_a_review_may_have_begun_in_an_earlier_file() -> None:
    """In a file that continues another the exit needs no entry; in one without identity it does."""
    rule, data = [turns.ReviewLeftWithoutEntering], write(BEGUN + "review off")
    assert [] == check(edited(data, 1, "payload.history_base", {"thread_id": UUID}), rule)
    assert ["TF318"] == codes(check(without(data, 1), rule))


@pytest.mark.parametrize("dialect", [OLD, PAGINATED], ids=["old", "paginated"])
def test_messages_and_their_twins(dialect: Any) -> None:
    """Each dialect has its own twin of a user's message, and context has none."""
    data = write(BEGUN + 'steer "And the linter."; think; abort a', dialect)
    assert [] == check(data, [turns.UserTwinMissing])


def test_each_message_needs_a_record_of_its_own() -> None:
    """A second twin, and one after mere context, have no message; the finding says since when."""
    shown = event("user_message", message="And the linter.")
    (finding,) = check(write(BEGUN + shown), [turns.UserTwinMissing])
    assert "the message shown on line 7" == finding.facts["since"]
    (finding,) = check(write("meta; " + shown), [turns.UserTwinMissing])
    assert ("the beginning of the log", None) == (finding.facts["since"], finding.subject)


def test_our_own_log_writes_a_message_once() -> None:
    """Where one record serves both readers there is no twin to miss."""
    lines = [
        {"type": "session_meta", "payload": {"id": "S"}},
        {"type": "event_msg", "payload": {"type": "user_message", "message": "Run the tests."}},
    ]
    log = "".join(json.dumps({"seq": seq, **line}) + "\n" for seq, line in enumerate(lines, start=1))
    assert [] == check(log, [turns.UserTwinMissing])


def test_copied_turns_may_lack_ids() -> None:
    """The parent of a fork may be older than the ids."""
    data = terminal(write(BEGUN + "complete a; " + FORK), turn_id="")
    assert [] == check(data, [turns.TurnWithoutId])


def test_aborts_need_ids_too() -> None:
    """From 0.104 on an abort names its turn; the finding says which record does not."""
    data = write(BEGUN + event("turn_aborted", reason="interrupted"))
    (finding,) = check(data, [turns.TurnWithoutId])
    assert ("turn_aborted", "0.146.0") == (finding.facts["kind"], finding.facts["version"])


def test_starts_that_may_be_recorded_late() -> None:
    """Held back until the file was made, copied by a fork, shifted as a whole, or without a time."""
    rule = [turns.StartTimeDisagreesWithClock]
    data = write(BEGUN + f"complete a; wait 1m; start b; {INPUT}complete b; ")
    held_back = edited(data, line_of(data, "task_started"), "payload.started_at", 1780304300)
    assert [] == check(held_back, rule)
    assert [] == check(write(BEGUN + "complete a; " + FORK), rule)
    assert [] == check(data.replace(b"2026-06-", b"2025-02-"), rule)
    late = edited(data, line_of(data, "task_started", 2), "payload.started_at", 1780304400)
    assert ["TF321"] == codes(check(late, rule))
    assert [] == check(edited(late, line_of(data, "task_started", 2), "timestamp", None), rule)
    assert [] == check(edited(data, line_of(data, "task_started", 2), "payload.started_at", None), rule)
