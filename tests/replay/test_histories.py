"""The language of histories: what each word writes, and what it refuses."""

from __future__ import annotations

import doctest
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from turnfold.replay import histories
from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, VERBS, Form, HistoryError, write
from turnfold.replay.verification import verify

Row = dict[str, Any]

NORMAL = """
    meta; start a; context a
    user "list files"
    call c1 shell "ls"; output c1 "parse.py"; tokens 120
    agent "done"; tokens 150 30
    complete a
"""
EVERYTHING = """
    meta main                                   # the verbs in one legal session
    start a; context; user "mend the parser"; steer "tabs too"; think "Reading"; think
    agent "I look at it" commentary; call c1 shell "cat parse.py"; call c2 apply_patch "@@"
    output c1 "def rows"; output c2 "rejected" failed; tokens 1000; compact; agent "done"; tokens 900
    complete a
    wait 5s; start b; context b; user "and now?"; call c3 search "tabs"; wait 90ms; abort b
    start c; context; user "never mind"; abort c replaced
    start d; context; user "review"; review on; error "no connection" overloaded; review off; complete d
    rollback 1; compact tidy; start e; context; user "go on"; crash; meta
    start f; context; user "hello"; agent "hi"; raw {"type": "event_msg", "payload": {"type": "x_new"}}
"""
FORMS = [CODEX, PAGINATED, OLD, BARE]


def rows(history: str, dialect: Form = CODEX) -> list[Row]:
    """The rollout of a history, decoded by another library than the one that wrote it."""
    return [json.loads(line) for line in write(history, dialect).splitlines()]


def kind(row: Row) -> str:
    """A short name of a row, e.g. `task_started`, `user` for a message, `item UserMessage`."""
    payload = row.get("payload", row)
    match payload.get("type"):
        case "message":
            return str(payload["role"])
        case "item_completed":
            return f"item {payload['item']['type']}"
        case str(tag):
            return tag
        case _:
            return str(row.get("type") or row.get("record_type") or "header")


def kinds(history: str, dialect: Form = CODEX) -> list[str]:
    return [kind(row) for row in rows(history, dialect)]


def payloads(history: str, wanted: str, dialect: Form = CODEX) -> list[Row]:
    return [row["payload"] for row in rows(history, dialect) if kind(row) == wanted]


def usages(history: str, dialect: Form) -> Iterator[Row]:
    """Every token usage in the rollout."""
    for count in payloads(history, "token_count", dialect):
        yield from (count["info"]["total_token_usage"], count["info"]["last_token_usage"])
    for record in payloads(history, "token_usage_record", dialect):
        yield from (record["usage"], record["turn_token_usage"], record["thread_token_usage"])


def test_the_example_of_the_reference_is_true() -> None:
    """What the package's docstring shows is what happens."""
    assert 0 == doctest.testmod(histories).failed


def test_every_verb_is_in_the_reference() -> None:
    """The reference names each verb, and each verb's function says how it is written."""
    assert [] == [verb for verb in VERBS if f"| `{verb}" not in str(histories.__doc__)]
    assert [] == [name for name, verb in VERBS.items() if not str(verb.__doc__).startswith(f"`{name}")]


@pytest.mark.parametrize("dialect", FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("history", [NORMAL, EVERYTHING])
def test_the_same_text_gives_the_same_bytes(history: str, dialect: Form) -> None:
    """There is no clock and no randomness in it."""
    assert write(history, dialect) == write(history, dialect)


@pytest.mark.parametrize("dialect", FORMS, ids=lambda form: form.name)
def test_rows_survive_a_round_trip(dialect: Form) -> None:
    """Each line is one JSON object whose compact form is the line again."""
    for line in write(EVERYTHING, dialect).splitlines():
        assert line.decode() == json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("dialect", FORMS, ids=lambda form: form.name)
def test_the_language_writes_legal_rollouts_only(dialect: Form, tmp_path: Path) -> None:
    """No rule finds anything in them, unless the history says `crash`."""
    rollout = tmp_path / "rollout.jsonl"
    history = EVERYTHING.replace("crash", "complete e").replace("x_new", "thread_goal_updated")
    rollout.write_bytes(write(history + "; complete f", dialect))
    assert () == verify(rollout).findings


def test_a_normal_turn() -> None:
    """The rows of a normal turn, in the order in which Codex writes them."""
    expected = [
        *("session_meta", "task_started", "developer", "user", "turn_context", "user", "user_message"),
        *(
            "function_call",
            "function_call_output",
            "token_count",
            "agent_message",
            "assistant",
            "token_count",
        ),
        "task_complete",
    ]
    assert expected == kinds(NORMAL)


def test_a_paginated_turn() -> None:
    """Items stand in place of twins, and each token count follows its usage record."""
    expected = [
        *("session_meta", "task_started", "developer", "user", "world_state", "turn_context"),
        *("thread_settings_applied", "user", "item UserMessage", "function_call", "item CommandExecution"),
        *("function_call_output", "token_usage_record", "token_count", "item AgentMessage", "assistant"),
        *("token_usage_record", "token_count", "task_complete"),
    ]
    assert expected == kinds(NORMAL, PAGINATED)


def test_an_old_turn() -> None:
    """Before 0.104 there are no turn starts and ends, and no turn ids."""
    expected = ["session_meta", "user", "turn_context", "user", "user_message", "function_call"]
    expected += ["function_call_output", "token_count", "agent_message", "assistant", "token_count"]
    assert expected == kinds(NORMAL, OLD)
    assert b"turn_id" not in write(EVERYTHING, OLD)


def test_a_bare_turn() -> None:
    """Bare files hold a header, items, and state rows between them."""
    expected = ["header", "user", "state", "user", "state", "function_call", "state", "function_call_output"]
    assert [*expected, "state", "assistant", "state"] == kinds(NORMAL, BARE)


def test_ordinals_count_from_zero() -> None:
    """Only paginated files have ordinals, without gap or repeat, also after a fork."""
    forked = rows(EVERYTHING + "fork of main; start z; context", PAGINATED)
    assert list(range(len(forked))) == [row["ordinal"] for row in forked]
    assert "ordinal" not in rows(NORMAL)[0]


@pytest.mark.parametrize("dialect", [CODEX, PAGINATED, OLD], ids=lambda form: form.name)
def test_time_agrees(dialect: Form) -> None:
    """Stamps never decrease; turns last as long as their stamps say; ids hold the time of their making."""
    stamps = [datetime.fromisoformat(row["timestamp"]) for row in rows(EVERYTHING, dialect)]
    assert stamps == sorted(stamps)
    begun: dict[str, datetime] = {}
    for row, at in zip(rows(EVERYTHING, dialect), stamps, strict=True):
        payload = row["payload"]
        match kind(row):
            case "task_started":
                begun[payload["turn_id"]] = at
                assert int(at.timestamp()) == payload["started_at"]
                assert round(at.timestamp() * 1000) == int(payload["turn_id"].replace("-", "")[:12], 16)
            case "task_complete" | "turn_aborted" if dialect.has_turns:
                start = begun[payload["turn_id"]]
                assert int(at.timestamp()) == payload["completed_at"]
                assert int(start.timestamp()) == payload["started_at"]
                assert round((at - start).total_seconds() * 1000) == payload["duration_ms"]
            case _:
                pass


def test_a_statement_takes_a_quarter_of_a_second() -> None:
    """The clock steps 250 ms a statement; `wait` adds what it says and no more."""
    stamps = [row["timestamp"][17:-1] for row in rows('meta; start a; wait 90ms; user "x"')]
    assert ["00.000", "00.250", "00.590", "00.590"] == stamps


@pytest.mark.parametrize("dialect", [CODEX, PAGINATED], ids=lambda form: form.name)
def test_tokens_agree(dialect: Form) -> None:
    """Input and output make the total, parts are no larger than wholes, and totals are sums."""
    total: Row = {}
    for count in payloads(EVERYTHING, "token_count", dialect):
        last, now = count["info"]["last_token_usage"], count["info"]["total_token_usage"]
        assert {name: total.get(name, 0) + last[name] for name in last} == now
        total = now
    for usage in usages(EVERYTHING, dialect):
        assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]
        assert usage["cached_input_tokens"] <= usage["input_tokens"]
        assert usage["reasoning_output_tokens"] <= usage["output_tokens"]


def test_an_interrupted_turn_tells_the_model() -> None:
    """The marker comes right before the abort; a turn that was replaced has none; pending calls stay open."""
    begin = 'meta; start a; user "x"; call c1;'
    assert ["function_call", "user", "turn_aborted"] == kinds(begin + "abort a")[-3:]
    assert ["function_call", "turn_aborted"] == kinds(begin + "abort a replaced")[-2:]
    assert ["interrupted"] == [row["reason"] for row in payloads(begin + "abort a", "turn_aborted")]


def test_a_rollback_comes_after_its_token_count() -> None:
    """The recomputed tokens precede the marker of the rollback."""
    history = 'meta; start a; user "x"; complete a; rollback 1'
    assert ["task_complete", "token_count", "thread_rolled_back"] == kinds(history)[-3:]
    assert [1] == [row["num_turns"] for row in payloads(history, "thread_rolled_back")]


def test_an_automatic_compaction_is_inside_its_turn() -> None:
    """It brings the context along, keeps what the user said, and names its event or item last."""
    history = 'meta; start a; context; user "keep me"; compact'
    assert ["compacted", "turn_context", "token_count", "context_compacted"] == kinds(history)[-4:]
    assert "item ContextCompaction" == kinds(history, PAGINATED)[-1]
    kept = payloads(history, "compacted")[0]["replacement_history"]
    assert "keep me" == kept[0]["content"][0]["text"]


def test_a_compaction_by_the_user_is_a_turn() -> None:
    """It has a start and an end of its own, and the next context is given in full."""
    history = 'meta; start a; context; user "x"; complete a; compact; start b; context'
    expected = ["task_started", "compacted", "token_count", "context_compacted", "task_complete"]
    assert [*expected, "task_started", "developer", "user", "turn_context"] == kinds(history)[-9:]


def test_a_compaction_forgets_what_was_rolled_back() -> None:
    """Input of a turn that was taken back does not come back through a compaction."""
    history = 'meta; start a; user "one"; complete a; start b; user "two"; complete b; rollback 1; compact'
    kept = payloads(history, "compacted")[0]["replacement_history"]
    assert ["message", "compaction"] == [item["type"] for item in kept]


def test_windows_form_a_chain() -> None:
    """Each compaction names the window before it, the first one that of the identity record."""
    history = 'meta; start a; user "x"; compact; complete a; compact'
    window = payloads(history, "session_meta", PAGINATED)[0]["context_window"]["window_id"]
    for number, compacted in enumerate(payloads(history, "compacted", PAGINATED), start=1):
        assert (window, number) == (compacted["previous_window_id"], compacted["window_number"])
        window = compacted["window_id"]


def test_the_last_message_is_repeated_at_the_end() -> None:
    """`task_complete` has what the model said last, or null."""
    history = 'meta; start a; agent "one" commentary; agent "two"; complete a; start b; complete b'
    assert ["two", None] == [row["last_agent_message"] for row in payloads(history, "task_complete")]


def test_a_fork_copies_its_parent_in_one_burst() -> None:
    """The child's identity, then all rows of the parent with one new stamp; an open turn is interrupted."""
    parent = 'meta p; start a; context; user "x"; complete a; start b; user "y"'
    child = rows(parent + "; wait 1h; fork c of p")
    assert ["session_meta", *kinds(parent), "user", "turn_aborted"] == [kind(row) for row in child]
    assert 1 == len({row["timestamp"] for row in child})
    assert child[1]["payload"]["id"] == child[0]["payload"]["forked_from_id"] != child[0]["payload"]["id"]
    assert [row["payload"] for row in rows(parent)] == [row["payload"] for row in child[1:-2]]


@pytest.mark.parametrize("dialect", [CODEX, PAGINATED], ids=lambda form: form.name)
def test_a_subagent_names_its_parent(dialect: Form) -> None:
    """Its parent id is the id that a thread of that name has in a history of its own."""
    [parent] = payloads("meta boss", "session_meta", dialect)
    [child] = payloads("subagent helper of boss", "session_meta", dialect)
    assert (
        parent["id"]
        == child["parent_thread_id"]
        == child["source"]["subagent"]["thread_spawn"]["parent_thread_id"]
    )
    assert parent["id"] != child["id"]
    assert parent["id"] == child.get("session_id", parent["id"])


def test_the_identity_is_rewritten_as_it_was() -> None:
    """A second `meta` repeats the first record's payload."""
    first, second = payloads("meta; wait 5s; meta", "session_meta")
    assert first == second


def test_a_raw_record_is_written_as_it_is() -> None:
    """Time and ordinal are added where they lack, and kept where they stand."""
    assert [7] == [
        row["ordinal"] for row in rows('raw {"type": "x", "ordinal": 7, "payload": {}}', PAGINATED)
    ]
    assert [{"timestamp": "t", "type": "x"}] == rows('raw {"timestamp": "t", "type": "x"}')
    assert [{"any": 1}] == rows('raw {"any": 1}', BARE)


def test_failed_tools_say_so() -> None:
    """`failed` reaches what clients are shown of a command or a patch."""
    begin = 'meta; start a; call c1; call c2 apply_patch "@@"; output c1 failed; output c2 failed'
    assert [False] == [row["success"] for row in payloads(begin, "patch_apply_end")]
    items = [row["payload"]["item"] for row in rows(begin, PAGINATED) if kind(row).startswith("item ")]
    assert [("c1", "failed"), ("c2", "failed")] == [(item["id"], item["status"]) for item in items]


@pytest.mark.parametrize(
    ("history", "place", "word", "remedy"),
    [
        ("meta\n  strat a", (2, 3), "strat", "did you mean 'start'?"),
        ("42", (1, 1), "42", "begins with one of abort, agent"),
        ("start a", (1, 7), "a", "begin the history with `meta`"),
        ("meta; start", (1, 7), "start", "add it after"),
        ('meta; start "a"', (1, 13), '"a"', "write it here"),
        ("meta; start a b", (1, 15), "b", 'end the statement before it with ";"'),
        ("meta; start a; start b", (1, 22), "b", "`abort a` or `crash`"),
        ("meta; start a; complete a; start a", (1, 34), "a", "take another name"),
        ("meta; start a; complete b", (1, 25), "b", "write a"),
        ("meta; context", (1, 7), "context", "`start` one before"),
        ('meta; start a; steer "x"', (1, 16), "steer", "write `user` for the first input"),
        ("meta; start a; user hello", (1, 21), "hello", "write it here"),
        ("meta; start a; call c1; call c1", (1, 30), "c1", "take another id"),
        ("meta; start a; output c1", (1, 23), "c1", "write its `call` before"),
        ("meta; start a; call c1; complete a", (1, 34), "a", "write `output c1` before"),
        ("meta; start a; abort a tired", (1, 24), "tired", "write interrupted or replaced"),
        ("meta; tokens few", (1, 14), "few", "in digits"),
        ("meta; wait 5", (1, 12), "5", "write it like 90ms, 5s, 2m or 1h"),
        ("meta; rollback 0", (1, 16), "0", "write 1 or more"),
        ("meta; start a; rollback 1", (1, 25), "1", "`complete a` or `abort a` before"),
        ("meta p; meta q", (1, 14), "q", "use `fork`"),
        ("meta; subagent of p", (1, 7), "subagent", "begin the history with `subagent`"),
        ("subagent x p", (1, 12), "p", "write `of` before what follows"),
        ("subagent x", (1, 10), "x", "write `of` before what follows"),
        ("meta p; fork of q", (1, 17), "q", "write p"),
        ('meta; start a; user "x', (1, 21), '"x', 'close the text with "'),
        ('raw {"a": }', (1, 5), '{"a": }', "mend the object"),
    ],
)
def test_an_error_names_word_place_and_remedy(
    history: str, place: tuple[int, int], word: str, remedy: str
) -> None:
    """What is not understood or not legal is refused with what to write instead."""
    with pytest.raises(HistoryError) as caught:
        write(history)
    error = caught.value
    assert (place, word) == ((error.line, error.column), error.word)
    assert remedy in error.remedy
    assert str(error) == f"{error.line}:{error.column}: {word!r}: {error.problem}; {error.remedy}"


def test_bare_files_have_no_forks() -> None:
    """A fork in the oldest form is refused: such files cannot say it."""
    with pytest.raises(HistoryError, match="another dialect"):
        write("meta; fork of main", BARE)
