"""Our own log read back: exactly the events that were written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events.strategies import PER_CLASS, events, parts
from turnfold.events import EVENTS, Envelope, Event, Origin, SessionMetaRecorded
from turnfold.replay.events import located_of
from turnfold.rollouts import Reader, source_of
from turnfold.rollouts.recorder import lines_of

META = SessionMetaRecorded(session_id="s", created_at_text="2026-06-01T09:00:00.000Z", cwd="/x")
AT_US = 1_780_304_400_123_000


def log_of(*logged: Event, **fields: Any) -> bytes:
    """The log of some events behind an identity."""
    envelopes = [
        Envelope(session_id="s", seq=seq, at_us=AT_US + seq * 1000, event=event, **fields)
        for seq, event in enumerate((META, *logged))
    ]
    return b"".join(line for envelope in envelopes for line in lines_of(envelope))


def read(data: bytes) -> list[Envelope]:
    """The envelopes of a log, without derived copies. No byte of it may be damaged."""
    reader = Reader(source_of(data))
    found = [item.envelope for item in located_of(reader)]
    again = Reader(source_of(data))
    assert [] == [damage for batch in again.batches() for damage in batch.damage]
    return [envelope for envelope in found if envelope.origin is not Origin.DERIVED]


@pytest.mark.covers("G3")
@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.kind)
def test_every_event_comes_back(kind: type[Event]) -> None:
    """Whatever an event of any class holds, the log gives it back, fields from the future included."""

    @settings(max_examples=PER_CLASS)
    @given(parts(kind))
    def check(event: Event) -> None:
        assert event == read(log_of(event))[1].event

    check()


@given(st.lists(events(), max_size=5))
def test_logs_come_back(logged: list[Event]) -> None:
    """A whole log comes back in its order, numbered as it was."""
    found = read(log_of(*logged))
    assert list(range(len(logged) + 1)) == [envelope.seq for envelope in found]
    assert [META, *logged] == [envelope.event for envelope in found]
