"""The vocabulary is complete, documented and immutable."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import given

import turnfold.events
from tests.events.strategies import envelopes
from turnfold.events import (
    BY_KIND,
    EVENTS,
    Envelope,
    Event,
    HookEntry,
    NetworkAccessRequested,
    Part,
    TokenUsage,
)
from turnfold.tools.fieldnotes import field_notes

SHARED_BASES = {"HookRunEvent", "ItemEvent", "NetworkEvent"}
PARTS = (*EVENTS, Envelope, HookEntry, TokenUsage)
FACE = vars(turnfold.events)


def event_classes() -> Iterator[type[Event]]:
    """Yield every class of events that any module of the package defines."""
    for module in pkgutil.iter_modules(turnfold.events.__path__, "turnfold.events."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Event) and value.__module__ == module.name:
                yield value


def test_events_is_complete() -> None:
    """EVENTS holds every class that the modules define, but for those that only share fields."""
    defined = {event for event in event_classes() if event is not Event}
    assert SHARED_BASES == {event.__name__ for event in defined - set(EVENTS)}
    assert set(EVENTS) <= defined


def test_kinds_are_unique() -> None:
    """A kind names one class, and is its name in snake case."""
    assert len(EVENTS) == len(BY_KIND) == len({event.__name__ for event in EVENTS})
    for event in EVENTS:
        assert re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower() == event.kind
        assert event is BY_KIND[event.kind]


def test_every_event_is_public() -> None:
    """Each class can be had from the public face."""
    assert [] == [event for event in EVENTS if FACE.get(event.__name__) is not event]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_class_says_what_it_means(part: type[Part]) -> None:
    """A class has a sentence of meaning; an event also says where it comes from."""
    meaning, _, source = (part.__doc__ or "").partition("\n\n")
    assert meaning.strip().endswith(".")
    if issubclass(part, Event):
        assert re.match(r"\s*(rollout|app-server|own log|bare files|any source)\b", source)
        assert source.strip().endswith((".", "`.", ":"))


@pytest.mark.parametrize("part", [*PARTS, Part], ids=lambda part: part.__name__)
def test_every_field_is_documented(part: type[Part]) -> None:
    """Under each field stands what it means, in sentences."""
    notes = field_notes(part)
    fields = [field.name for field in attrs.fields(part)]
    assert [] == [name for name in fields if not notes.get(name, "").endswith((".", "..."))]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_field_that_may_be_none_may_be_left_out(part: type[Part]) -> None:
    """Foreign records lack fields; whatever can be None is None when it is not given."""
    optional = [field for field in attrs.fields(part) if "None" in str(field.type) or field.type is object]
    assert [] == [field.name for field in optional if field.default is not None]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_units_stand_last(part: type[Part]) -> None:
    """A time or a duration names its unit at the end of its name."""
    vague = re.compile(r"(_at|duration|_time|grace|_seconds|_millis)$")
    assert [] == [field.name for field in attrs.fields(part) if vague.search(field.name)]


@given(envelopes())
def test_values_are_frozen_and_hashable(envelope: Envelope) -> None:
    """An event can't be changed, can be a key, and can be sent to another process."""
    event = envelope.event
    for field in attrs.fields(type(event)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(event, field.name, None)
    with pytest.raises(AttributeError):
        object.__setattr__(event, "no_such_field", 1)
    assert envelope == pickle.loads(pickle.dumps(envelope))
    assert hash(envelope) == hash(pickle.loads(pickle.dumps(envelope)))


def test_a_network_target_is_protocol_host_and_port() -> None:
    """The key of decisions about the network is the target that people are shown."""
    event = NetworkAccessRequested(host="codex-network-test.invalid", protocol="http", port=80)
    assert "http://codex-network-test.invalid:80" == event.target


def test_extra_is_not_shared() -> None:
    """Each event has an extra of its own."""
    first, second = (BY_KIND["foreign_state_recorded"]() for _ in range(2))
    assert first == second
    assert first.extra is not second.extra
