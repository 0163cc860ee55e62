"""TF8xx: what excuses a token count, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.invariants.support import Row, check, codes, event, found, log, meta, record
from turnfold.replay.invariants import registry

RULES = [rule for code, rule in registry().items() if code.startswith("TF8")]
START = event("task_started", turn_id="a", model_context_window=1000)
COMPACTED = record("compacted", message="", replacement_history=[])
BACK = event("thread_rolled_back", num_turns=1)


def usage(given: int, made: int = 0, *, total: int | None = None, cached: int = 0, reasoning: int = 0) -> Row:
    return {
        "input_tokens": given,
        "cached_input_tokens": cached,
        "output_tokens": made,
        "reasoning_output_tokens": reasoning,
        "total_tokens": given + made if total is None else total,
    }


def count(total: Any, last: Any, window: int | None = 1000) -> Row:
    info = {"total_token_usage": total, "last_token_usage": last, "model_context_window": window}
    return event("token_count", info=info)


def one(given: int) -> Row:
    """A first count."""
    return count(usage(given), usage(given))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param((one(10), count(usage(30), usage(20))), [], id="sum"),
        pytest.param((one(10), one(10), one(10)), [], id="refresh"),
        pytest.param(
            (one(10), event("token_count", info=None), count(usage(30), usage(20))), [], id="limits only"
        ),
        pytest.param((one(10), count(None, usage(5)), count(usage(5), None)), [], id="half"),
        pytest.param((one(10), one(5)), ["TF801"], id="decrease"),
        pytest.param((one(10), one(5), START), ["TF801"], id="decrease, then a turn"),
        pytest.param((one(10), one(5), one(3)), ["TF801", "TF801"], id="two decreases"),
        pytest.param((one(10), one(5), BACK), [], id="rollback after it"),
        pytest.param((one(10), BACK, one(5)), [], id="rollback before it"),
        pytest.param((one(10), COMPACTED, one(5)), [], id="compaction before it"),
        pytest.param((one(10), count(usage(31), usage(20))), ["TF802"], id="wrong sum"),
        pytest.param((one(10), count(usage(30, cached=9), usage(20))), ["TF802"], id="wrong part"),
        pytest.param((count(usage(10, cached=11), usage(10, cached=11)),), ["TF803"], id="cached"),
        pytest.param(
            (count(usage(10, 5, reasoning=6), usage(10, 5, reasoning=6)),), ["TF803"], id="reasoning"
        ),
        pytest.param((count(usage(10, 5, total=16), usage(10, 5, total=16)),), ["TF804"], id="total"),
        pytest.param((count(usage(30, total=31), usage(20)),), ["TF804"], id="total of the session"),
        pytest.param((one(10), count(usage(10), usage(0, total=7))), [], id="estimate"),
        pytest.param((one(1001),), ["TF805"], id="window exceeded"),
        pytest.param((count(usage(2000), usage(2000), None),), [], id="window unknown"),
        pytest.param((one(-1),), ["TF807"], id="negative"),
        pytest.param(
            (START, count(usage(1), usage(1), 900), count(usage(2), usage(1), 900)), ["TF808"], id="window"
        ),
        pytest.param(
            (START, count(usage(1), usage(1), 900), count(usage(3), usage(2), 900)),
            ["TF808"],
            id="window, named once",
        ),
        pytest.param(
            (count(usage(1), usage(1), 900), START, count(usage(1), usage(1), 900)), [], id="old count"
        ),
        pytest.param((event("task_started", turn_id="a"), one(5)), [], id="window not announced"),
    ],
)
def test_counts(rows: tuple[Row, ...], expected: list[str]) -> None:
    """Each fault has one finding, and what is legal has none."""
    assert expected == codes(check(log(meta(), *rows), RULES))


def test_a_fork_may_count_anew() -> None:
    """After the copied rows the total need not follow from the parent's."""
    head = meta(forked_from_id="u", timestamp="2026-06-01T09:00:00.000Z"), meta("u")
    own = event("task_started", turn_id="b", started_at=1780304403)
    assert [] == check(log(*head, one(10), own, one(5)), RULES)


def booked(used: Any, turn: Any = None, thread: Any = None, **fields: Any) -> Row:
    return record(
        "token_usage_record", usage=used, turn_token_usage=turn, thread_token_usage=thread, **fields
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param((booked(usage(5), None, usage(5)), one(5)), [], id="agrees"),
        pytest.param((booked(usage(5), None, usage(5)), one(6)), [(3, "suspicion")], id="other request"),
        pytest.param((booked(usage(5), None, usage(9)), one(5)), [(3, "suspicion")], id="other total"),
        pytest.param((booked(usage(5), None, usage(5), thread_id="u"), one(6)), [], id="other session"),
        pytest.param((booked(usage(5), None, usage(5), thread_id="t"), one(5)), [], id="own session"),
        pytest.param((booked(usage(5)), one(6)), [], id="no total"),
        pytest.param((booked(None, None, usage(5)), one(6)), [], id="no usage"),
        pytest.param(
            (booked(usage(5), None, usage(5)), event("token_count"), one(5)), [], id="limits between"
        ),
        pytest.param((booked(usage(5), None, usage(5)), count(usage(5), None)), [], id="half a count"),
        pytest.param(
            (
                booked(usage(5), None, usage(5)),
                event("turn_aborted", turn_id="a", reason="interrupted"),
                one(6),
            ),
            [],
            id="aborted",
        ),
        pytest.param(
            (one(5), booked(usage(5), None, usage(5)), count(usage(10), usage(5))),
            [],
            id="booked from here on",
        ),
        pytest.param(
            (one(5), booked(usage(4), None, usage(4)), count(usage(10), usage(5))),
            [(4, "suspicion")],
            id="booked from here on, and wrong",
        ),
        pytest.param(
            (
                booked(usage(5), None, usage(5)),
                one(5),
                one(5),
                booked(usage(5), None, usage(5)),
                count(usage(10), usage(5)),
            ),
            [(6, "suspicion")],
            id="only repeated between",
        ),
    ],
)
def test_what_is_booked_is_shown(rows: tuple[Row, ...], expected: list[Any]) -> None:
    """TF806 compares a record with the next count, if that is of the same response."""
    assert expected == found("TF806", log(meta(), *rows, ordinals=True))


def test_a_file_without_identity_books_for_itself() -> None:
    """TF806 does not ask whose the record is where nobody says whose the file is."""
    rows = booked(usage(5), None, usage(5), thread_id="u"), one(6)
    assert [(2, "suspicion")] == found("TF806", log(*rows, ordinals=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((booked(usage(5), usage(5), turn_id="a"), booked(usage(2), usage(7), turn_id="a")), []),
        ((booked(usage(5), usage(5), turn_id="a"), booked(usage(2), usage(2), turn_id="b")), []),
        (
            (booked(usage(5), usage(5), turn_id="a"), booked(usage(2), usage(8), turn_id="a")),
            [(3, "suspicion")],
        ),
        ((booked(usage(5), usage(6), turn_id="a"),), [(2, "suspicion")]),
        ((booked(usage(5), usage(5), turn_id="a"), booked(usage(2)), booked(None, usage(2))), []),
    ],
)
def test_a_turn_is_booked_with_its_responses(rows: tuple[Row, ...], expected: list[Any]) -> None:
    """TF809 adds up the records of one turn."""
    assert expected == found("TF809", log(meta(), *rows, ordinals=True))
