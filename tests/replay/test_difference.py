"""Comparing sessions: the first record that says something else is found, and what only looks other is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.events import ExecEnded, ItemStarted, TurnStarted
from turnfold.replay.comparing import MISSING, Comparison, Difference, Ignorable, Manner
from turnfold.replay.difference import Diff, diff
from turnfold.replay.histories import (
    BARE,
    CODEX,
    OLD,
    PAGINATED,
    Form,
    edited,
    line_of,
    lines_of,
    without,
    write,
)
from turnfold.replay.showing import comparable
from turnfold.rollouts import Dialect, profile_of
from turnfold.rollouts.samples import sample_names, sample_path

HISTORY = """
    meta; start a; context; user "the parser drops the last row"
    call c1 shell "pytest -q"; output c1 "1 failed"; tokens 1200
    agent "An off-by-one."; tokens 1400 90; complete a
    start b; context; user "thanks"; agent "bye"; tokens 1500; abort b
"""


@pytest.fixture
def compare(tmp_path: Path) -> Any:
    """A function that compares two files, given their bytes."""

    def compared(a: bytes, b: bytes, **manner: Any) -> Diff:
        one, two = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
        one.write_bytes(a)
        two.write_bytes(b)
        return diff(one, two, Manner(**manner))

    return compared


@pytest.mark.parametrize("name", sample_names())
def test_a_file_is_the_same_as_itself(name: str) -> None:
    """All of its records are in common, whatever is wrong with it."""
    found = diff(sample_path(name), sample_path(name))
    assert (None, None) == (found.parting, found.prefix)
    assert found.common > 0


@pytest.mark.parametrize("form", [CODEX, PAGINATED, OLD, BARE])
def test_another_run_of_the_same_is_the_same(compare: Any, form: Form) -> None:
    """Other ids and other times do not count, if they are others throughout."""
    other = (
        HISTORY.replace("meta", "meta other; wait 5s")
        .replace("start a", "start z")
        .replace("complete a", "complete z")
    )
    other = other.replace(" c1", " call-9")
    found = compare(write(HISTORY, form), write(other, form))
    assert found.parting is None
    assert compare(write(HISTORY, form), write(other, form), literally=True).parting is not None


def test_an_edited_line_is_named(compare: Any) -> None:
    """With its path, both values, the record before it and what follows."""
    whole = write(HISTORY)
    line = line_of(whole, "agent_message")
    found = compare(whole, edited(whole, line, "payload.message", "A typo."))
    assert (line - 1, (line, line)) == (found.common, (found.parting.a.line, found.parting.b.line))
    assert (Difference("payload.message", "An off-by-one.", "A typo."),) == found.parting.differences
    assert (line - 1, line - 1) == tuple(place.line for place in found.last_common)
    assert [line + 1, line + 2, line + 3] == [place.line for place in found.parting.next_a]
    assert "event_msg/agent_message" == found.parting.a.kind
    assert ("An off-by-one.", "A typo.") == (found.parting.a.text, found.parting.b.text)


@given(st.data())
def test_whichever_line_is_edited_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """No edit is missed, and none is seen before it is there."""
    whole = write(HISTORY)
    line = data.draw(st.integers(1, len(lines_of(whole))))
    folder = tmp_path_factory.mktemp("diff")
    (folder / "a").write_bytes(whole)
    (folder / "b").write_bytes(
        edited(whole, line, "payload.added", data.draw(st.sampled_from(["x", 1, [True]])))
    )
    found = diff(folder / "a", folder / "b")
    assert found.parting is not None
    assert found.parting.a is not None
    assert (line - 1, line) == (found.common, found.parting.a.line)
    assert ["payload.added"] == [one.path for one in found.parting.differences]


def test_the_beginning_of_a_session_is_called_that(compare: Any) -> None:
    """Whichever of the two it is."""
    whole = write(HISTORY)
    half = b"".join(line + b"\n" for line in lines_of(whole)[:9])
    for a, b, prefix, common in ((half, whole, "a", 9), (whole, half, "b", 9), (b"", whole, "a", 0)):
        found = compare(a, b)
        assert (prefix, common) == (found.prefix, found.common)
    assert None is compare(b"", b"").parting


def test_a_missing_record_shows_by_its_kind(compare: Any) -> None:
    """Records of different kinds are not compared field by field."""
    whole = write(HISTORY)
    line = line_of(whole, "token_count")
    found = compare(whole, without(whole, line))
    assert ("event_msg/token_count", ()) == (found.parting.a.kind, found.parting.differences)
    assert line == found.parting.b.line == found.parting.a.line


def test_an_id_that_changes_its_meaning_is_a_difference(compare: Any) -> None:
    """One id may stand for another, but not for two."""
    whole = write(HISTORY)
    line = line_of(whole, "function_call_output")
    found = compare(whole, edited(whole, line, "payload.call_id", "c2"))
    assert [Difference("payload.call_id", "c1", "c2")] == list(found.parting.differences)
    assert (
        compare(whole, edited(whole, line, "payload.call_id", "c2"), ignored={Ignorable.IDS}).common >= line
    )


@pytest.mark.parametrize(
    ("ignorable", "kind", "path", "value"),
    [
        (Ignorable.TIMES, "task_complete", "payload.duration_ms", 1),
        (Ignorable.TEXTS, "agent_message", "payload.message", "A typo."),
        (Ignorable.TOKENS, "token_count", "payload.info.total_token_usage.input_tokens", 1),
        (Ignorable.IDENTITY, "session_meta", "payload.cwd", "/elsewhere"),
        (Ignorable.IDS, "function_call_output", "payload.call_id", "c2"),
    ],
)
def test_what_is_ignored_is_no_difference(
    compare: Any, ignorable: Ignorable, kind: str, path: str, value: object
) -> None:
    """And is one when it is not ignored."""
    whole = write(HISTORY)
    other = edited(whole, line_of(whole, kind), path, value)
    assert compare(whole, other, ignored=frozenset({ignorable})).parting is None
    assert path == compare(whole, other, ignored=frozenset()).parting.differences[0].path


def test_kinds_and_reasons_are_no_texts(compare: Any) -> None:
    """They count even where texts do not."""
    whole = write(HISTORY)
    other = edited(whole, line_of(whole, "turn_aborted"), "payload.reason", "replaced")
    assert compare(whole, other, ignored=frozenset(Ignorable)).parting is not None


def test_two_forms_of_one_session_are_the_same(compare: Any) -> None:
    """A session with ordinals and one with twins are compared by the events that both can show."""
    found = compare(write(HISTORY), write(HISTORY, PAGINATED), ignored={Ignorable.TIMES, Ignorable.IDENTITY})
    assert (None, True) == (found.parting, found.by_events)
    assert (Dialect.CODEX, Dialect.PAGINATED) == found.dialects
    assert found.common > 10


def test_two_forms_of_different_sessions_part(compare: Any) -> None:
    """What differs is named as a field of the event, with the lines of both files."""
    other = HISTORY.replace("1 failed", "2 failed")
    found = compare(write(HISTORY), write(other, PAGINATED), ignored={Ignorable.TIMES, Ignorable.IDENTITY})
    assert "tool_call_output" == found.parting.a.kind == found.parting.b.kind
    assert [Difference("output", "1 failed", "2 failed")] == list(found.parting.differences)


def test_a_version_that_records_less_is_compared_by_what_it_records(compare: Any) -> None:
    """0.98 has no turn events and a bare file no events at all: their absence is no difference."""
    history = 'meta; start a; user "hi"; agent "yes"; complete a'
    for one, two in ((CODEX, OLD), (OLD, BARE), (CODEX, BARE)):
        found = compare(
            write(history, one), write(history, two), ignored={Ignorable.TIMES, Ignorable.IDENTITY}
        )
        assert (None, True) == (found.parting, found.by_events)
        assert found.common >= 2


def test_a_capture_shows_other_events_than_a_rollout() -> None:
    """Turn starts are in both; items that start only in the one, twins of items only in the other."""
    capture, rollout = profile_of(Dialect.APP_SERVER), profile_of(Dialect.CODEX)
    assert {TurnStarted} == comparable(capture, rollout) & {TurnStarted, ItemStarted, ExecEnded}
    assert comparable(capture, rollout) == comparable(rollout, capture)


def test_damage_is_passed_over_and_counted() -> None:
    """A cut record is not there, and what is whole after it is."""
    found = diff(sample_path("torn-lines"), sample_path("clean-with-steer"))
    assert ("a", (2, 0)) == (found.prefix, found.damaged)


def test_recorded_sessions_are_the_same_as_themselves(shared: Path) -> None:
    """Of every kind, captures of the app-server included."""
    paths = [
        *(shared / "rollouts").glob("*/rollout*.jsonl"),
        *(shared / "rollouts").glob("*/*/app-server.jsonl"),
    ]
    assert paths
    assert [] == [path for path in paths if diff(path, path).parting or not diff(path, path).common]


def differences(a: object, b: object, **manner: Any) -> list[Difference]:
    """Compare two values."""
    return Comparison(Manner(**manner)).differences(a, b)


def test_values_differ_by_path() -> None:
    """Down through objects and arrays, in order; what one side lacks is told, null is as good as nothing."""
    a = {"x": [1, {"y": 2}], "z": None, "only": [0]}
    b = {"x": [1, {"y": 3}, 4], "new": {"k": 1}}
    assert [
        Difference("x[1].y", 2, 3),
        Difference("x[2]", MISSING, 4),
        Difference("only", [0], MISSING),
        Difference("new", MISSING, {"k": 1}),
    ] == differences(a, b)
    assert [Difference("x[1].y", 2, 3)] == differences(a, b, known_only=True)
    assert "nothing" == repr(MISSING)


def test_values_of_different_types_differ() -> None:
    """An object is no array, and an empty one is no null among known fields."""
    assert [Difference("x", {}, [])] == differences({"x": {}}, {"x": []})
    assert [] == differences({"x": {"at": 1}}, {"x": {"at": 2}})
    assert [Difference("x", "a", {"b": 1})] == differences({"x": "a"}, {"x": {"b": 1}})


def test_only_so_many_differences_are_told() -> None:
    """Two things that have nothing in common do not fill the screen."""
    assert 20 == len(differences(list(range(100)), list(range(100, 200))))


def test_depth_is_no_danger() -> None:
    """Values nested deeper than Python can recurse are compared all the same."""
    a: Any = 1
    b: Any = 2
    for _ in range(5_000):
        a, b = [a], [b]
    assert 1 == len(differences(a, b))
