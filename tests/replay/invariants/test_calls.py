"""The rules about calls, outputs and items: what they do not speak on, and what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.replay.invariants.support import check, codes
from turnfold.replay.findings import Severity
from turnfold.replay.histories import PAGINATED, edited, line_of, write
from turnfold.replay.invariants import calls

BEGUN = 'meta; start a; context; user "Run the tests."; '
EMPTY = "01a1fbf3-993d-7f40-a76f-b90bdf29591e"


def raw(record_type: str, tag: str, **fields: Any) -> str:
    """A statement that writes this record."""
    return "raw " + json.dumps({"type": record_type, "payload": {"type": tag, **fields}}) + "; "


def call(call_id: str | None, tag: str = "function_call", **fields: Any) -> str:
    return raw("response_item", tag, call_id=call_id, **{"name": "shell", **fields})


def output(call_id: str | None, tag: str = "function_call_output", text: object = "ok") -> str:
    return raw("response_item", tag, call_id=call_id, output=text)


def exec_end(call_id: str, **fields: Any) -> str:
    return raw("event_msg", "exec_command_end", call_id=call_id, **fields)


Note = tuple[str, dict[str, Any]]


def capture(*notes: Note) -> str:
    """A capture of these notifications, in the middle of turn A."""
    started: Note = ("turn/started", {"turn": {"id": "A", "items": [], "status": "inProgress"}})
    messages = [
        {"method": method, "params": {"threadId": EMPTY, **params}} for method, params in (started, *notes)
    ]
    return "".join(json.dumps(message) + "\n" for message in messages)


def item(event: str, item_type: str, item_id: str = "i1", turn_id: str = "A") -> Note:
    return f"item/{event}", {"turnId": turn_id, "item": {"type": item_type, "id": item_id}}


def ended(status: str, **fields: Any) -> Note:
    return "turn/completed", {"turn": {"id": "A", "items": [], "status": status, **fields}}


def test_an_output_is_excused_by_its_kind_and_by_an_earlier_file() -> None:
    """Searches at the provider need no call, and in a file that continues another a lost call is a suspicion."""
    search = write(BEGUN + output("s1", "tool_search_output") + output(None, "tool_search_output"))
    assert [] == check(search, [calls.OutputWithoutCall])
    orphan = write(BEGUN + output("c1"))
    assert [Severity.VIOLATION] == [f.severity for f in check(orphan, [calls.OutputWithoutCall])]
    continued = edited(orphan, 1, "payload.history_base", {"thread_id": EMPTY, "end_ordinal_exclusive": 9})
    assert [Severity.SUSPICION] == [f.severity for f in check(continued, [calls.OutputWithoutCall])]
    headless = output("c1").removeprefix("raw ").removesuffix("; ")
    assert ["TF201"] == codes(check(headless + "\n", [calls.OutputWithoutCall]))


def test_ids_that_are_given_again_excuse_two_outputs() -> None:
    """Two calls of one id are named once, by TF203, and their two outputs are no fault of their own."""
    twice = write(BEGUN + call("c1") + call("c1") + output("c1") + output("c1"))
    assert ["TF203"] == codes(check(twice, [calls.CallIdReused, calls.SecondOutput]))
    nameless = write(BEGUN + call(None, "local_shell_call") * 2)
    assert [] == check(nameless, [calls.CallIdReused])


@pytest.mark.parametrize(
    "end",
    [
        "abort a",
        "crash; start b; complete b",
        'error "The tool broke."; ' + raw("event_msg", "task_complete"),
        raw("event_msg", "task_complete", error={"message": "The tool broke."}),
    ],
    ids=["abort", "crash", "error before", "error in the end"],
)
def test_a_call_may_stay_open_when_its_turn_is_cut_short(end: str) -> None:
    """An abort, a crash and an error leave calls without output."""
    assert [] == check(write(BEGUN + call("c1") + end), [calls.CallWithoutOutput])


def test_only_the_calls_of_the_turn_that_completes_are_missed() -> None:
    """What an aborted turn left open is not held against the next one."""
    history = BEGUN + call("c1") + 'abort a; start b; context; user "Go on."; ' + call("c2")
    complete = raw("event_msg", "task_complete")
    assert [] == check(write(history + output("c2") + complete), [calls.CallWithoutOutput])
    found = check(write(history + complete * 2), [calls.CallWithoutOutput])
    assert ["c2"] == [finding.subject for finding in found]


def test_a_call_that_is_closed_needs_no_output() -> None:
    """In our own log a call can be closed without an output."""
    lines = [
        {"type": "session_meta", "payload": {"id": "S"}},
        {"type": "event_msg", "payload": {"type": "task_started", "turn_id": "A"}},
        {"type": "response_item", "payload": {"type": "function_call", "name": "shell", "call_id": "c1"}},
        {
            "type": "turnfold",
            "payload": {"kind": "tool_call_closed", "body": {"call_id": "c1", "how": "rejected"}},
        },
        {"type": "event_msg", "payload": {"type": "task_complete", "turn_id": "A"}},
    ]
    log = [json.dumps({"seq": seq, **line}) + "\n" for seq, line in enumerate(lines, start=1)]
    assert [] == check("".join(log), [calls.CallWithoutOutput])
    assert ["TF204"] == codes(check("".join(log[:3] + log[4:]), [calls.CallWithoutOutput]))


def test_a_call_that_is_never_answered_delays_no_other() -> None:
    """Outputs may skip a call; and an output without a call has no place in the order."""
    history = call("c1") + call("c2") + call("c3") + output("c2") + output("c9") + output("c3")
    assert [] == check(write(BEGUN + history), [calls.OutputOutOfOrder])


def test_a_background_command_may_end_in_a_later_turn() -> None:
    """Its call was answered in time, so neither the late end nor the turn it names is a fault."""
    history = BEGUN + call("c1") + output("c1") + 'complete a; start b; context; user "And?"; '
    data = write(history + exec_end("c1", turn_id="A") + "complete b")
    assert [] == check(data, [calls.OutputInLaterTurn, calls.ExecEndOfOtherTurn, calls.ExecEndWithoutCall])


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("function_call", "function_call_output"),
        ("custom_tool_call", "custom_tool_call_output"),
        ("local_shell_call", "function_call_output"),
        ("local_shell_call", "local_shell_call_output"),
        ("tool_search_call", "tool_search_output"),
    ],
)
def test_types_that_belong_together(asked: str, given: str) -> None:
    """Each type of call has its outputs, and a local shell call two kinds of them."""
    data = write(BEGUN + call("c1", asked) + output("c1", given))
    assert [] == check(data, [calls.OutputOfOtherType])


@pytest.mark.parametrize("given", ["function_call_output", "tool_search_output"])
def test_types_that_do_not_belong_together(given: str) -> None:
    """The finding says what was asked and what was given, as the records are called."""
    data = write(BEGUN + call("c1", "custom_tool_call") + output("c1", given))
    (finding,) = check(data, [calls.OutputOfOtherType])
    assert ("custom_tool_call", given) == (
        finding.facts["call_type"],
        finding.facts["output_type"],
    )


def test_commands_that_need_no_call() -> None:
    """The user's own commands, and those in review mode, are nobody's calls."""
    by_user = write(BEGUN + exec_end("c1", source="user_shell"))
    in_review = write(BEGUN + "review on; " + exec_end("c1", source="agent"))
    assert [] == check(by_user, [calls.ExecEndWithoutCall])
    assert [] == check(in_review, [calls.ExecEndWithoutCall])


def test_a_growing_thought_completes_many_times() -> None:
    """Reasoning that was rewritten to pages completes with every addition; an item without id is like no other."""
    thought = raw("event_msg", "item_completed", item={"type": "Reasoning", "id": "item-2"})
    nameless = raw("event_msg", "item_completed", item={"type": "Plan"})
    assert [] == check(write(BEGUN + thought * 3 + nameless * 2, PAGINATED), [calls.ItemCompletedTwice])


@pytest.mark.parametrize(
    "notes",
    [
        [item("started", "fileChange"), item("completed", "fileChange"), ended("completed")],
        [item("started", "fileChange"), ended("interrupted")],
        [item("started", "fileChange"), ended("failed", error={"message": "The model is gone."})],
        [item("started", "commandExecution"), ended("completed")],
        [item("started", "agentMessage", turn_id="B"), ended("completed")],
        [
            item("started", "agentMessage"),
            ("error", {"turnId": "A", "willRetry": True, "error": {"message": "Reconnecting"}}),
            ended("completed"),
        ],
    ],
    ids=["completed", "interrupted", "failed", "background", "other turn", "retried"],
)
def test_items_that_may_stay_open(notes: list[Note]) -> None:
    """An item is missed only if its own turn completed well and nothing explains its absence."""
    assert [] == check(capture(*notes), [calls.ItemNeverCompleted])


def test_items_without_a_start_are_judged_where_starts_are_told() -> None:
    """Rollouts have no starts of items; a capture may begin after the start of a turn."""
    rollout = write(BEGUN + raw("event_msg", "item_completed", item={"type": "Plan", "id": "p"}))
    assert [] == check(rollout, [calls.ItemCompletedWithoutStart])
    late = capture(item("completed", "agentMessage", turn_id="B"))
    assert [] == check(late, [calls.ItemCompletedWithoutStart])
    whole = capture(item("started", "agentMessage"), item("completed", "agentMessage"))
    assert [] == check(whole, [calls.ItemCompletedWithoutStart])


def test_the_end_of_a_command_may_leave_out_its_turn() -> None:
    """Without a turn id, and outside of any turn, there is nothing to compare."""
    inside = write(BEGUN + call("c1") + exec_end("c1"))
    outside = write("meta; " + call("c1") + exec_end("c1", turn_id="A"))
    assert [] == check(inside, [calls.ExecEndOfOtherTurn])
    assert [] == check(outside, [calls.ExecEndOfOtherTurn])


def test_attempts_end_once_each() -> None:
    """A numbered retry is legal, a number that comes twice is not, and an id that is given again starts anew."""
    retried = exec_end("c1", attempt=1) + exec_end("c1", attempt=2)
    assert [] == check(write(BEGUN + call("c1") + retried), [calls.ExecEndedTwice])
    repeated = write(BEGUN + call("c1") + retried + exec_end("c1", attempt=2))
    assert [Severity.VIOLATION] == [f.severity for f in check(repeated, [calls.ExecEndedTwice])]
    unnumbered = write(BEGUN + call("c1") + exec_end("c1") * 2)
    assert [Severity.SUSPICION] == [f.severity for f in check(unnumbered, [calls.ExecEndedTwice])]
    anew = write(BEGUN + (call("c1") + exec_end("c1") + output("c1")) * 2)
    assert [] == check(anew, [calls.ExecEndedTwice])


@pytest.mark.parametrize(
    "text", ["aborted by user after 7.2s", [{"type": "input_text", "text": "aborted"}], ""]
)
def test_outputs_that_only_look_like_a_stand_in(text: object) -> None:
    """A longer text, or the word as a part of something else, is the tool's own."""
    assert [] == check(write(BEGUN + call("c1") + output("c1", text=text)), [calls.SyntheticOutputPersisted])


def test_a_response_may_mix_calls_and_words() -> None:
    """Before the first output the response is not over; outside a turn there is no response."""
    mixed = (
        call("c1")
        + 'think; agent "One more."; '
        + call("c2")
        + output("c1")
        + output("c2")
        + 'agent "Done."; '
    )
    assert [] == check(write(BEGUN + mixed), [calls.ModelSpeaksBeforeOutput])
    answered = raw("response_item", "message", role="assistant", content=[])
    outside = write("meta; " + call("c1") + call("c2") + output("c1") + answered)
    assert [] == check(outside, [calls.ModelSpeaksBeforeOutput])
    earlier = BEGUN + call("c0") + 'abort a; start b; context; user "Go on."; ' + call("c1") + output("c1")
    assert [] == check(write(earlier + "think"), [calls.ModelSpeaksBeforeOutput])


@pytest.mark.parametrize("words", ["think; ", 'agent "Done."; ', call("c3")], ids=["thinks", "says", "calls"])
def test_whatever_the_model_does_next_counts(words: str) -> None:
    """A thought, a message and a call are all words of a new response."""
    data = write(BEGUN + call("c1") + call("c2") + output("c1") + words)
    (finding,) = check(data, [calls.ModelSpeaksBeforeOutput])
    assert "c2" == finding.subject
    assert line_of(data, "function_call", 2) == finding.witnesses[0].line


def test_some_calls_are_named_by_their_type() -> None:
    """A local shell call and a tool search need no name, and an empty name is one."""
    nameless = call("c1", "local_shell_call", name=None) + call("c2", "tool_search_call", name=None)
    assert [] == check(write(BEGUN + nameless + call("c3", name="")), [calls.CallWithoutName])
