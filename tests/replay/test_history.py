"""History reconstruction: what each reader of Codex keeps after compactions, rollbacks and forks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.events import (
    Event,
    GhostSnapshotRecorded,
    HistoryCompacted,
    HistoryRolledBack,
    ImageRecorded,
    ItemCompleted,
    MailRecorded,
    MessageRecorded,
    SessionMetaRecorded,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    UnknownRecorded,
    UserInputRecorded,
    WorldStateRecorded,
)
from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, Form, write
from turnfold.replay.history import History, HistoryItem, divergence, reconstruct, reconstruct_file
from turnfold.replay.history_plan import HistoryFold, ReaderName
from turnfold.replay.normalize import SYNTHETIC, normalized
from turnfold.replay.reading import Numbered, records
from turnfold.rollouts import Record


def numbered(*events: Event) -> list[Numbered]:
    """Events as records, one a line."""
    return [Numbered(Record(payload=event), line) for line, event in enumerate(events, 1)]


def texts(history: History) -> list[Any]:
    """What the items say."""
    return [
        getattr(item.payload, "text", None) or getattr(item.payload, "record_type", None)
        for item in history.items
    ]


def read(*events: Event, reader: ReaderName = "new") -> list[Any]:
    """What the items of some events' history say."""
    return texts(reconstruct(numbered(*events), reader))


def start(turn: str) -> TurnStarted:
    return TurnStarted(turn_id=turn)


def end(turn: str) -> TurnCompleted:
    return TurnCompleted(turn_id=turn)


def user(text: str) -> MessageRecorded:
    return MessageRecorded(role="user", text=text)


def said(text: str) -> MessageRecorded:
    return MessageRecorded(role="assistant", text=text)


def compact(*kept: str) -> HistoryCompacted:
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        for text in kept
    ]
    return HistoryCompacted(message="", replacement_count=len(items), extra={"replacement_history": items})


def back(turns: int) -> HistoryRolledBack:
    return HistoryRolledBack(num_turns=turns)


def turn(name: str, *inner: Event) -> list[Event]:
    """A turn of the user that says its name."""
    return [start(name), user(name), UserInputRecorded(message=name), *inner, said(name.upper()), end(name)]


CONTEXT = MessageRecorded(role="user", text="<environment_context>")

BOTH: dict[str, tuple[list[Event], list[str]]] = {
    "all items in order": ([CONTEXT, *turn("a"), *turn("b")], ["<environment_context>", "a", "A", "b", "B"]),
    "a compaction replaces": ([*turn("a"), *turn("b", compact("a", "sum"))], ["a", "sum", "B"]),
    "the newest one counts": ([*turn("a", compact("x")), *turn("b", compact("y"))], ["y", "B"]),
    "an empty one empties": ([*turn("a"), *turn("b", compact())], ["B"]),
    "a rollback drops": ([*turn("a"), *turn("b"), back(1)], ["a", "A"]),
    "and again": ([*turn("a"), *turn("b"), back(1), *turn("c"), back(1), *turn("d")], ["a", "A", "d", "D"]),
    "rollbacks add up": ([*turn("a"), *turn("b"), *turn("c"), back(1), back(1)], ["a", "A"]),
    "a steered turn is one turn": ([*turn("a"), *turn("b", user("more")), back(1)], ["a", "A"]),
    "what was before the turns stays": ([CONTEXT, *turn("a"), back(9)], ["<environment_context>"]),
    "what follows a rollback stays": ([*turn("a"), *turn("b"), back(1), said("note")], ["a", "A", "note"]),
    "a turn without the user goes too": (
        [*turn("a"), *turn("b"), start("c"), said("tidy"), end("c"), back(1)],
        ["a", "A"],
    ),
    "a rollback of a turn after the compaction": (
        [*turn("a"), *turn("b", compact("a", "b")), *turn("c"), back(1)],
        ["a", "b", "B"],
    ),
    "an older rollback is forgotten with the rest": (
        [*turn("a"), *turn("b"), back(1), *turn("c", compact("sum"))],
        ["sum", "C"],
    ),
    "a compaction without replacement keeps the user's words": (
        [CONTEXT, *turn("a"), start("b"), HistoryCompacted(message="sum"), end("b"), *turn("c")],
        ["a", "sum", "c", "C"],
    ),
    "mail is an item, and a turn of its own kind": (
        [*turn("a"), start("b"), MailRecorded(text="mail"), end("b"), back(1)],
        ["a", "A"],
    ),
    "files without starts: a message begins a turn": (
        [user("a"), said("A"), user("b"), said("B"), back(1)],
        ["a", "A"],
    ),
    "a start inside another turn": (
        [*turn("a"), start("b"), user("b"), start("x"), said("B"), end("b"), back(1)],
        ["a", "A"],
    ),
    "and no turn of that name": ([*turn("a"), *turn("b", end("nobody")), back(1)], ["a", "A"]),
    "ghosts are not told": ([*turn("a"), GhostSnapshotRecorded()], ["a", "A"]),
}


@pytest.mark.parametrize("claim", BOTH)
@pytest.mark.parametrize("reader", ["new", "old"])
def test_both_readers(claim: str, reader: ReaderName) -> None:
    """What the readers agree on."""
    events, expected = BOTH[claim]
    assert expected == read(*events, reader=reader)
    assert divergence(numbered(*events)) is None


APART: dict[str, tuple[list[Event], list[str], list[str]]] = {
    "a compaction that was rolled back hides all before it": (
        [*turn("a"), *turn("b", compact("a", "b")), back(1), *turn("c")],
        ["a", "A", "c", "C"],
        ["c", "C"],
    ),
    "or takes the place of the one that stands": (
        [*turn("a", compact("x")), *turn("b", compact("a", "b", "sum")), back(1), *turn("c")],
        ["x", "A", "c", "C"],
        ["a", "b", "c", "C"],
    ),
    "two of them: the older one is the end": (
        [*turn("a"), *turn("b", compact("p")), *turn("c", compact("q", "r")), back(2)],
        ["a", "A"],
        [],
    ),
}


@pytest.mark.parametrize("claim", APART)
def test_readers_differ(claim: str) -> None:
    """What they do not agree on, and that the segments know it."""
    events, new, old = APART[claim]
    assert (new, old) == (read(*events), read(*events, reader="old"))
    assert divergence(numbered(*events)) is not None
    fold = HistoryFold()
    for item in numbered(*events):
        fold.feed(item.record, item.line)
    assert fold.segments.divergence() is not None


def test_a_compaction_without_replacement_that_was_rolled_back() -> None:
    """The older reader drops only the summary: the words of the turn that was taken back stay."""
    events = [*turn("a"), *turn("b", HistoryCompacted(message="sum")), back(1)]
    assert (["a", "A"], ["a", "b"]) == (read(*events), read(*events, reader="old"))


def test_nothing_to_lose() -> None:
    """Where nothing stands before the compaction that was rolled back, the older reader loses nothing."""
    for events in (
        [*turn("a", compact("x")), back(1)],
        [start("a"), compact(), end("a"), *turn("b", compact("x")), back(1)],
    ):
        fold = HistoryFold()
        for item in numbered(*events):
            fold.feed(item.record, item.line)
        assert fold.segments.divergence() is None
    kept = [start("a"), compact(), end("a"), *turn("b"), *turn("c", compact("x")), back(1)]
    fold = HistoryFold()
    for item in numbered(*kept):
        fold.feed(item.record, item.line)
    assert fold.segments.divergence() is not None


def test_difference_is_the_first() -> None:
    """The difference names the first item that only one of them has."""
    found = divergence(numbered(*turn("a"), *turn("b", compact("b")), back(1)))
    assert found is not None
    assert (0, None) == (found.index, found.old)
    assert found.new is not None
    assert 2 == found.new.line


def test_base_settings_and_baseline() -> None:
    """A history knows where it begins, and the settings of the last turn of the user that stands."""
    context = [TurnContextRecorded(turn_id=name, model=name) for name in "abc"]
    events = [
        SessionMetaRecorded(session_id="s", history_base={"thread_id": "p"}),
        *turn("a", context[0]), *turn("b", compact("sum"), context[1]), *turn("c", context[2]), back(1),
    ]  # fmt: skip
    history = reconstruct(numbered(*events))
    line = events.index(context[1]) + 1
    assert (line - 1, line, line, "b") == (
        history.base, history.settings_line, history.baseline_line, history.settings.model,
    )  # fmt: skip
    assert ["c"] == [segment.turn_id for segment in history.dropped]
    assert {"thread_id": "p"} == history.continues


def test_a_compaction_voids_the_baseline() -> None:
    """After a compaction the surroundings are told anew, unless a newer context or full state was recorded."""
    context = TurnContextRecorded(turn_id="a")
    events = turn("a", context, compact("sum"))
    assert reconstruct(numbered(*events)).baseline_line is None
    assert 3 == reconstruct(numbered(*events)).settings_line - 1  # type: ignore[operator]
    assert (
        reconstruct(numbered(*turn("a", context, compact(), WorldStateRecorded(full=False)))).baseline_line
        is None
    )
    assert (
        6
        == reconstruct(numbered(*turn("a", context, compact(), WorldStateRecorded(full=True)))).baseline_line
    )
    assert reconstruct([]).baseline_line is None


def test_an_unknown_replacement_item_is_kept() -> None:
    """An item of a type that this version does not know is still an item."""
    events = HistoryCompacted(replacement_count=2, extra={"replacement_history": [{"type": "new"}, 7]})
    assert ["response_item/new", "response_item/None"] == read(events)
    assert [] == read(HistoryCompacted(replacement_count=0))


STORY = """
    meta; start a; context; user "one"; call c1 shell "ls"; output c1 "x"; agent "1"; complete a
    start b; context; user "two"; compact; agent "2"; complete b; rollback 1
    start c; context; user "three"; agent "3"; complete c
"""


@pytest.mark.parametrize("form", [CODEX, PAGINATED], ids=["codex", "paginated"])
def test_files(tmp_path: Path, form: Form) -> None:
    """The history of a file is that of its records, and a rolled-back compaction is no part of it."""
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(write(STORY, form))
    new, old = reconstruct_file(path), reconstruct_file(path, "old")
    assert new == reconstruct(list(records(path)))
    assert {"one", "1", "three", "3"} <= set(texts(new))
    assert not {"two", "2"} & set(texts(new))
    assert "one" not in texts(old)


@pytest.mark.parametrize("form", [OLD, BARE], ids=["old", "bare"])
def test_files_without_turns(tmp_path: Path, form: Form) -> None:
    """Older files have a history too."""
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(write('meta; start a; context; user "one"; agent "1"; complete a', form))
    assert ["one", "1"] == texts(reconstruct_file(path))[-2:]


def test_mail_is_announced(tmp_path: Path) -> None:
    """The record that announces mail is no item."""
    lines = [
        {"type": "session_meta", "payload": {"id": "s"}},
        {"type": "inter_agent_communication_metadata", "payload": {"trigger_turn": True}},
        {"type": "inter_agent_communication", "payload": {"content": "hi"}},
    ]
    path = tmp_path / "rollout.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert [3] == [item.line for item in reconstruct_file(path).items]


def items(*payloads: Event) -> list[HistoryItem]:
    return [HistoryItem(line=line, payload=payload) for line, payload in enumerate(payloads, 1)]


def call(call_id: str | None, call_type: str = "function_call") -> ToolCallRequested:
    return ToolCallRequested(call_id=call_id, call_type=call_type)


def output(call_id: str | None, call_type: str = "function_call") -> ToolCallOutput:
    return ToolCallOutput(call_id=call_id, call_type=call_type)


@pytest.mark.parametrize(
    ("call_type", "output_type"),
    [
        ("function_call", "function_call"),
        ("local_shell_call", "function_call"),
        ("custom_tool_call", "custom_tool_call"),
        ("tool_search_call", "tool_search_call"),
    ],
)
def test_missing_outputs_are_put_in(call_type: str, output_type: str) -> None:
    """A call without output gets one right behind it; a call with one keeps it."""
    given_items = items(call("c", call_type), said("x"))
    first, synthetic, last = normalized(given_items)
    assert [first, last] == given_items
    assert (1, SYNTHETIC, ToolCallOutput(call_id="c", call_type=output_type, output="aborted")) == (
        synthetic.line, synthetic.part, synthetic.payload,
    )  # fmt: skip
    whole = items(call("c", call_type), said("x"), output("c", output_type))
    assert whole == normalized(whole)


def test_orphan_outputs_are_left_out() -> None:
    """An output without a call, or with a call of another type, is not sent; what has no id is."""
    assert [] == normalized(items(output("c")))
    assert ["aborted"] == [
        item.payload.output
        for item in normalized(items(call("c", "custom_tool_call"), output("c")))
        if isinstance(item.payload, ToolCallOutput)
    ]
    free = items(call(None), output(None), ImageRecorded())
    assert free == normalized([*free, *items(GhostSnapshotRecorded())])


EVENTS = st.one_of(
    st.sampled_from("abc").map(start),
    st.sampled_from("abc").map(end),
    st.sampled_from("abc").map(lambda name: TurnAborted(turn_id=name, reason="interrupted")),
    st.sampled_from("abc").map(lambda name: TurnContextRecorded(turn_id=name)),
    st.integers(0, 3).map(back),
    st.lists(st.sampled_from("xyz"), max_size=3).map(lambda kept: compact(*kept)),
    st.just(HistoryCompacted(message="sum")),
    st.sampled_from("pq").map(user),
    st.sampled_from("rs").map(said),
    st.just(UnknownRecorded(record_type="new")),
)
INPUT = [
    user("p"),
    ItemCompleted(turn_id="a", item_type="UserMessage"),
]  # an input is an item, in every real file
SESSIONS = st.lists(st.one_of(EVENTS.map(lambda event: [event]), st.just(INPUT)), max_size=30).map(
    lambda groups: [event for group in groups for event in group]
)


@given(SESSIONS)
def test_segments_speak_only_when_sure(events: list[Event]) -> None:
    """Readers differ only over compactions that were rolled back; if segments say that they differ, they do."""
    fold = HistoryFold()
    for item in numbered(*events):
        fold.feed(item.record, item.line)
    differs = fold.plan("old").refs != fold.plan("new").refs
    live = fold.segments.live()
    assert not differs or any(segment.compaction and segment not in live for segment in fold.segments.all)
    assert fold.segments.divergence() is None or differs


@given(SESSIONS)
def test_what_was_rolled_back_never_returns(events: list[Event]) -> None:
    """No record of a segment that was taken out is in the newer reader's history, ever after."""
    fold = HistoryFold()
    for item in numbered(*events):
        fold.feed(item.record, item.line)
    live = {segment.number for segment in fold.segments.live()}
    assert all(ref.segment in live for ref in fold.plan().refs)
