"""Faults made by editing: each helper does that one thing to the bytes."""

from __future__ import annotations

import json

import pytest

from turnfold.replay.histories import (
    cut,
    edited,
    interleaved,
    line_of,
    lines_of,
    repeated,
    swapped,
    torn,
    without,
    write,
)

DATA = b'{"type":"a"}\n{"type":"b","payload":{"type":"c","list":[1,{"x":2}]}}\n{"type":"d"}\n'
A, B, D = lines_of(DATA)


def test_lines_go_missing_come_twice_and_change_places() -> None:
    """Whole lines are moved; nothing else changes."""
    assert [A, D] == lines_of(without(DATA, 2))
    assert [A, B, B, D] == lines_of(repeated(DATA, 2))
    assert [D, B, A] == lines_of(swapped(DATA, 1, 3))
    assert without(DATA, 2).endswith(b"\n")


def test_a_value_is_edited_by_its_path() -> None:
    """A path goes through objects and arrays, and may end in a new key."""
    assert 3 == json.loads(lines_of(edited(DATA, 2, "payload.list.1.x", 3))[1])["payload"]["list"][1]["x"]
    assert 0 == json.loads(lines_of(edited(DATA, 2, "payload.list.0", 0))[1])["payload"]["list"][0]
    assert {"type": "a", "ordinal": 4} == json.loads(lines_of(edited(DATA, 1, "ordinal", 4))[0])


def test_writes_are_torn_and_cut() -> None:
    """A torn line holds its beginning and then itself; a cut file ends within its last line."""
    assert [A, B[:5] + B, D] == lines_of(torn(DATA, 2, 5))
    assert A + b"\n" + B + b"\n" + D[:5] == cut(DATA, 5)


def test_two_writers_share_one_beginning() -> None:
    """The common rows stand once; the rest of both is ordered by time."""
    begin = 'meta; start a; user "x"; '
    one, other = write(begin + "wait 1s; complete a"), write(begin + "wait 500ms; abort a")
    data = interleaved(one, other)
    ends = ["turn_aborted", "task_complete"]
    assert ends == sorted(ends, key=lambda kind: line_of(data, kind))
    assert len(lines_of(one)) + 2 == len(lines_of(data))


def test_lines_are_found_by_kind() -> None:
    """A kind is a record type or the type of a payload; the nth line of it is asked for."""
    assert (1, 2, 2) == (line_of(DATA, "a"), line_of(DATA, "b"), line_of(DATA, "c"))
    with pytest.raises(ValueError, match="there are 1 lines of kind 'a', not 2"):
        line_of(DATA, "a", 2)


@pytest.mark.parametrize("line", [0, 4])
def test_a_line_that_is_not_there_is_refused(line: int) -> None:
    """An edit that would do nothing is a mistake in the test that asks for it."""
    with pytest.raises(ValueError, match=f"there is no line {line}: the lines are 1 to 3"):
        without(DATA, line)
