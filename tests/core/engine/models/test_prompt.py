"""A prompt holds one output behind each call, and nothing that a model cannot take."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine.models import ABORTED, IMAGE_LEFT_OUT, normalize
from turnfold.core.engine.ports import Item

OUTPUT_OF = {
    "function_call": "function_call_output",
    "local_shell_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "tool_search_call": "tool_search_output",
}
MESSAGE: Item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
REASONING: Item = {"type": "reasoning", "summary": [], "encrypted_content": "x"}
GHOST: Item = {"type": "ghost_snapshot", "ghost_commit": {}}

CALL_IDS = st.sampled_from(["a", "b", "c"])
CALLS = st.builds(dict[str, object], type=st.sampled_from(sorted(OUTPUT_OF)), call_id=CALL_IDS)
OUTPUTS = st.builds(
    dict[str, object],
    type=st.sampled_from(sorted(set(OUTPUT_OF.values()))),
    call_id=CALL_IDS,
    output=st.text(),
)
NO_PAIRS = st.sampled_from(
    [MESSAGE, REASONING, GHOST, {"type": "compaction_trigger"}, {"type": "other"}, {"role": "user"}, {}]
)
ODD = st.sampled_from(
    [
        {"type": "function_call"},
        {"type": "function_call_output", "call_id": None},
        {"type": 3, "call_id": "a"},
    ]
)
HISTORIES = st.lists(CALLS | OUTPUTS | NO_PAIRS | ODD, max_size=12)


def call(call_id: str, call_type: str = "function_call") -> Item:
    """Return a call."""
    return {"type": call_type, "call_id": call_id, "name": "shell"}


def output(call_id: str, text: str = "done", output_type: str = "function_call_output") -> Item:
    """Return an output."""
    return {"type": output_type, "call_id": call_id, "output": text}


@pytest.mark.parametrize(
    ("call_type", "expected"),
    [
        ("function_call", output("c1", ABORTED)),
        ("local_shell_call", output("c1", ABORTED)),
        ("custom_tool_call", output("c1", ABORTED, "custom_tool_call_output")),
        (
            "tool_search_call",
            {
                "type": "tool_search_output",
                "call_id": "c1",
                "status": "completed",
                "execution": "client",
                "tools": [],
            },
        ),
    ],
)
def test_a_call_without_output_gets_one_right_behind_it(call_type: str, expected: Item) -> None:
    """The model is told that an interrupted call was aborted, in the type of output that fits the call."""
    assert (call("c1", call_type), expected, MESSAGE) == normalize([call("c1", call_type), MESSAGE])


def test_the_text_of_a_missing_output_is_the_one_of_codex() -> None:
    """`aborted` is what the real Codex tells the model."""
    assert "aborted" == ABORTED


def test_an_output_without_call_is_left_out() -> None:
    """An orphan would make the endpoint refuse the whole request."""
    assert (MESSAGE,) == normalize([output("c1"), MESSAGE])


def test_an_output_before_its_call_answers_nothing() -> None:
    """Only what comes after a call can be its output."""
    assert (call("c1"), output("c1", ABORTED)) == normalize([output("c1"), call("c1")])


def test_an_output_of_another_type_answers_nothing() -> None:
    """A custom tool's output with the id of a function call is an orphan."""
    given_items = [call("c1"), output("c1", output_type="custom_tool_call_output")]
    assert (call("c1"), output("c1", ABORTED)) == normalize(given_items)


def test_a_second_output_is_left_out() -> None:
    """A call has one output, the first."""
    assert (call("c1"), output("c1", "one")) == normalize(
        [call("c1"), output("c1", "one"), output("c1", "two")]
    )


def test_parallel_calls_keep_their_order() -> None:
    """Two calls and then two outputs stay as they are."""
    history = (call("c1"), call("c2"), output("c1"), output("c2"))
    assert history == normalize(history)


def test_what_never_counts_is_left_out_and_reasoning_stays() -> None:
    """Snapshots, triggers and items of unknown type never count in a history; reasoning is handed back as it is."""
    odd: list[Item] = [GHOST, {"type": "compaction_trigger"}, {"type": "other"}, {"type": "new_thing"}, {}]
    assert (REASONING, MESSAGE) == normalize([REASONING, *odd, MESSAGE])


def test_a_call_without_id_is_left_out() -> None:
    """Nothing can answer it, so each further request of the session would be refused."""
    assert () == normalize([{"type": "function_call", "name": "shell", "arguments": "{}"}])


def test_a_search_of_the_server_needs_no_call() -> None:
    """The outputs of searches that the server made itself are kept."""
    by_server: Item = {"type": "tool_search_output", "execution": "server", "call_id": "s1", "tools": []}
    without_id: Item = {"type": "tool_search_output", "tools": []}
    assert (by_server, without_id) == normalize([by_server, without_id])


def test_images_give_way_to_a_text_for_a_model_that_sees_none() -> None:
    """In messages and in outputs alike; texts, and outputs that are one text, stay."""
    image: Item = {"type": "input_image", "image_url": "data:"}
    text: Item = {"type": "input_text", "text": "look"}
    instead: Item = {"type": "input_text", "text": IMAGE_LEFT_OUT}
    history: list[Item] = [
        {"type": "message", "role": "user", "content": [text, image]},
        call("c1"),
        {"type": "function_call_output", "call_id": "c1", "output": [image]},
        call("c2"),
        output("c2"),
    ]
    assert tuple(history) == normalize(history)
    assert (
        {"type": "message", "role": "user", "content": [text, instead]},
        call("c1"),
        {"type": "function_call_output", "call_id": "c1", "output": [instead]},
        call("c2"),
        output("c2"),
    ) == normalize(history, images=False)


@given(HISTORIES)
def test_normalizing_twice_is_normalizing_once(history: list[Item]) -> None:
    """A normalized prompt needs nothing more."""
    once = normalize(history)
    assert once == normalize(once)


@given(HISTORIES)
def test_calls_and_outputs_are_in_balance(history: list[Item]) -> None:
    """Behind any item there were at least as many calls as outputs of a key, and at the end as many."""
    balance: Counter[tuple[str, object]] = Counter()
    for item in normalize(history):
        item_type = str(item["type"])
        if item_type in OUTPUT_OF:
            balance[OUTPUT_OF[item_type], item["call_id"]] += 1
        elif "call_id" in item:
            balance[item_type, item["call_id"]] -= 1
        assert min(balance.values(), default=0) >= 0
    assert set() == set(+balance)


@given(HISTORIES)
def test_what_is_kept_keeps_its_order(history: list[Item]) -> None:
    """Taking out what was put in leaves a part of the history in its order; every call with an id is in it."""
    ids = [id(item) for item in history]
    kept = [id(item) for item in normalize(history) if id(item) in ids]
    positions = iter(ids)
    assert all(item in positions for item in kept)
    calls = [item for item in history if item.get("type") in OUTPUT_OF and "call_id" in item]
    assert calls == [item for item in normalize(history) if item["type"] in OUTPUT_OF]
