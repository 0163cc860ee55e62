"""Checkers are handed events as well as wire structs, and may take envelopes a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from turnfold.events import Event, TokenUsage, TokenUsageReported, ToolCallOutput, ToolCallRequested
from turnfold.replay.invariants import registry
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.session import SessionView
from turnfold.replay.watch import Watch
from turnfold.rollouts import Dialect, Record, profile_of

CALL = ToolCallRequested(call_id="c", name="shell", call_type="function_call")


def watched(code: str, events: Sequence[Event], stamp: str = "2026-06-01T09:00:00.000Z") -> list[int]:
    """The lines at which a rule speaks on these events, one a line, all of one time."""
    watch = Watch(profile_of(Dialect.OWN), [registry()[code]])
    records = [Record(timestamp=stamp, payload=event) for event in events]
    watch.feed(records[:1], [1])
    watch.feed(records[1:], range(2, len(records) + 1))
    watch.finish()
    return [finding.line for finding in watch.findings]


@pytest.mark.parametrize(("output", "lines"), [("aborted", [2]), ("aborted by user", []), ({"a": 1}, [])])
def test_a_synthetic_output_is_known_in_an_event_too(output: object, lines: list[int]) -> None:
    """TF214 reads the text of an event where it reads the bytes of a wire struct."""
    answer = ToolCallOutput(call_id="c", call_type="function_call", output=output)
    assert lines == watched("TF214", [CALL, answer])


def test_an_event_that_repeats_is_compared_whole() -> None:
    """An event has all its fields, so no bytes are needed to call it the same again."""
    assert [2] == watched("TF111", [CALL, CALL])
    assert [] == watched(
        "TF111", [CALL, ToolCallRequested(call_id="d", name="shell", call_type="function_call")]
    )


def test_a_total_that_follows_from_an_unsound_one_is_looked_at() -> None:
    """Only sound numbers add up to sound ones: after an unsound count the next total is checked itself."""

    def count(total: TokenUsage, last: TokenUsage) -> TokenUsageReported:
        return TokenUsageReported(total=total, last=last)

    bad = TokenUsage(input_tokens=5, output_tokens=5, total_tokens=11)
    good = TokenUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    after = TokenUsage(input_tokens=6, output_tokens=6, total_tokens=13)
    assert [1, 2] == watched("TF804", [count(bad, bad), count(after, good)])


def test_a_checker_asks_for_each_envelope_unless_it_says_otherwise() -> None:
    """The default takes nothing at once."""
    checker = Checker(SessionView(profile=profile_of(Dialect.OWN)))
    assert not checker.takes([], [])
