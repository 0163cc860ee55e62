"""Old payloads are lifted step by step."""

from __future__ import annotations

import pytest

from turnfold.events import EVENTS, CodecError
from turnfold.events.upcast import Payload, has_step, upcast, upcaster


def test_every_version_can_be_lifted() -> None:
    """For each event and each version before its present one there is a step."""
    steps = [(event.kind, version) for event in EVENTS for version in range(1, event.version)]
    assert ("exec_ended", 1) in steps
    assert [] == [step for step in steps if not has_step(*step)]


def test_steps_are_taken_in_order() -> None:
    """A payload two versions old takes both steps; what it was made from is not changed."""

    @upcaster("test_only", 1)
    def first(payload: Payload) -> Payload:
        payload["path"] = [1]
        return payload

    @upcaster("test_only", 2)
    def second(payload: Payload) -> Payload:
        return {**payload, "path": [payload["path"], 2]}

    old: Payload = {"kept": True}
    assert {"kept": True, "path": [[1], 2]} == upcast("test_only", 1, 3, old)
    assert {"kept": True} == old
    with pytest.raises(ValueError, match="test_only has a step from version 1"):
        upcaster("test_only", 1)(first)


def test_the_present_version_is_left_alone() -> None:
    """A payload of the present version is the same afterwards."""
    payload: Payload = {"turn_id": "t"}
    assert payload is upcast("turn_started", 1, 1, payload)


def test_a_missing_step_is_an_error() -> None:
    """A version that never was cannot be lifted, and the error says so."""
    with pytest.raises(CodecError, match=r"turn_started: version 0 cannot be read, the present one is 1"):
        upcast("turn_started", 0, 1, {})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"call_id": "c", "duration_ms": 3}, {"call_id": "c", "duration_us": 3000}),
        ({"call_id": "c"}, {"call_id": "c"}),
        ({"call_id": "c", "duration_ms": None}, {"call_id": "c"}),
    ],
)
def test_exec_ended_counts_microseconds_since_version_2(old: Payload, new: Payload) -> None:
    """Milliseconds of version 1 become microseconds; a duration that was not known stays unknown."""
    assert new == upcast("exec_ended", 1, 2, old)
