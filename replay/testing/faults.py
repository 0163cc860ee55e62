"""Histories with one fault, which is told together with what finds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from turnfold import events as ev
from turnfold.core import INITIAL, IllegalEvent, SequenceError, State, reduce
from turnfold.core.lifecycle import KEYS
from turnfold.events import Envelope, Event
from turnfold.replay.testing.histories import histories
from turnfold.replay.testing.telling import History

WRONG: Final = "wrong"

_Broken: TypeAlias = tuple[list[Envelope], int]
"""A history with a fault, and where the fold stops."""


@attrs.frozen
class Faulty:
    """A history with exactly one fault."""

    events: History
    """The whole history, the fault in it."""

    fault: str
    """What was done to it: one of `FAULTS`."""

    at: int
    """Where it shows: the index of the first envelope that `reduce` refuses, or of the event that a rule names."""

    expected: type[Exception] | str
    """What finds it: `IllegalEvent` or `SequenceError`, raised by `fold`; or the code of the rule that calls a log of
    it invalid, where order and numbers are right and only the contents are not."""


def faulty_histories(
    *,
    faults: Collection[str] | None = None,
    length_max: int = 40,
    kinds: Collection[type[Event]] | None = None,
) -> st.SearchStrategy[Faulty]:
    """Histories that would be legal, but for one fault.

    What `Faulty.expected` says is promised: `fold` raises it at `Faulty.at`, and takes everything before; or the rule
    of that code finds a violation. Other rules may find what follows from the fault.

    Args:
        faults: the faults to draw from; None is all of `FAULTS`. `ORDER_FAULTS` are those that `fold` finds.
        length_max: as for `histories`, of which each has at least one whole turn.
        kinds: as for `histories`.

    Raises:
        ValueError: for a fault that there is not.
    """
    wanted = FAULTS if faults is None else tuple(name for name in FAULTS if name in faults)
    strange = sorted(set(faults or ()) - set(FAULTS))
    if strange:
        raise ValueError(f"no fault is called {', '.join(strange)}; there are {', '.join(FAULTS)}")
    return _faulty(wanted, histories(length_max=length_max, kinds=kinds, turns_min=1))


@st.composite
def _faulty(draw: st.DrawFn, wanted: Sequence[str], whole: st.SearchStrategy[History]) -> Faulty:
    log = draw(whole)
    first, place = draw(st.sampled_from(wanted)), draw(st.integers(0, 200))
    # Not every history can have every fault, at every place: take the next that it can have.
    start = wanted.index(first)
    for fault in (*wanted[start:], *wanted[:start]):
        for shift in range(len(log)):
            index = (place + shift) % len(log)
            found = _MAKERS[fault](log, index)
            if found is not None:
                events, at = found
                return Faulty(History(events), fault, at, _EXPECTED[fault])
    reject()
    raise AssertionError("reject() raises")


def _renumbered(events: Sequence[Envelope]) -> list[Envelope]:
    return [attrs.evolve(envelope, seq=seq) for seq, envelope in enumerate(events)]


def _stop(events: Sequence[Envelope]) -> int | None:
    """Where the fold stops; None where it takes everything."""
    state: State = INITIAL
    for index, envelope in enumerate(events):
        try:
            state = reduce(state, envelope)
        except (IllegalEvent, SequenceError):
            return index
    return None


def _refused(events: Sequence[Envelope]) -> _Broken | None:
    numbered = _renumbered(events)
    at = _stop(numbered)
    return None if at is None else (numbered, at)


def _left_out(log: list[Envelope], index: int) -> _Broken | None:
    return _refused([*log[:index], *log[index + 1 :]])


def _doubled(log: list[Envelope], index: int) -> _Broken | None:
    return _refused([*log[: index + 1], *log[index:]])


def _exchanged(log: list[Envelope], index: int) -> _Broken | None:
    if index + 1 == len(log):
        return None
    return _refused([*log[:index], log[index + 1], log[index], *log[index + 2 :]])


def _ends(log: list[Envelope], index: int) -> Iterator[int]:
    """The places after which no turn is open, from *index* on."""
    ends = (ev.TurnCompleted, ev.TurnAborted)
    return (place for place in range(index, len(log)) if isinstance(log[place].event, ends))


def _late(log: list[Envelope], index: int) -> _Broken | None:
    """An event of a turn comes once more, right after that turn's end."""
    end = next(_ends(log, index + 1), None)
    return None if end is None else _refused([*log[: end + 1], log[index], *log[end + 1 :]])


def _ended_twice(log: list[Envelope], index: int) -> _Broken | None:
    end = next(_ends(log, index), None)
    if end is None:
        return None
    turn_id = str(getattr(log[end].event, "turn_id", ""))
    aborted = isinstance(log[end].event, ev.TurnAborted)
    second = (
        ev.TurnCompleted(turn_id=turn_id)
        if aborted
        else ev.TurnAborted(turn_id=turn_id, reason=ev.INTERRUPTED)
    )
    return _refused([*log[: end + 1], attrs.evolve(log[end], event=second), *log[end + 1 :]])


def _misnamed(log: list[Envelope], index: int) -> _Broken | None:
    event = log[index].event
    fields = attrs.fields_dict(cast("Any", type(event)))
    for name in KEYS.values():
        if name in fields and getattr(event, name) is not None:
            other = attrs.evolve(log[index], event=attrs.evolve(cast("Any", event), **{name: WRONG}))
            if broken := _refused([*log[:index], other, *log[index + 1 :]]):
                return broken
    return None


def _gap(log: list[Envelope], index: int) -> _Broken | None:
    return None if index + 1 == len(log) else ([*log[:index], *log[index + 1 :]], index)


def _number_again(log: list[Envelope], index: int) -> _Broken | None:
    return [*log[: index + 1], *log[index:]], index + 1


_Change: TypeAlias = Callable[[Any], Mapping[str, object] | None]


def _changed(kind: type[Event], change: _Change) -> Callable[[list[Envelope], int], _Broken | None]:
    """A fault of contents: fields of one event of *kind* say something else; None where this one cannot."""

    def make(log: list[Envelope], index: int) -> _Broken | None:
        event = log[index].event
        values = change(event) if isinstance(event, kind) else None
        if values is None:
            return None
        other = attrs.evolve(log[index], event=attrs.evolve(cast("Any", event), **values))
        return [*log[:index], other, *log[index + 1 :]], index

    return make


def _other_type(event: ev.ToolCallOutput) -> Mapping[str, object] | None:
    other = "function_call" if event.call_type == "custom_tool_call" else "custom_tool_call"
    return {"call_type": other}


def _negative(event: ev.TokenUsageReported) -> Mapping[str, object] | None:
    return None if event.total is None else {"total": attrs.evolve(event.total, input_tokens=-1)}


def _constant(**values: object) -> _Change:
    def change(_event: object) -> Mapping[str, object]:
        return values

    return change


def _other_place(event: ev.HookCompleted) -> Mapping[str, object] | None:
    return {"display_order": (event.display_order or 0) + 1}


_ORDER: Final[Mapping[str, tuple[type[Exception] | str, Any]]] = {
    "an event is left out": (IllegalEvent, _left_out),
    "an event comes twice": (IllegalEvent, _doubled),
    "two neighbours are exchanged": (IllegalEvent, _exchanged),
    "an event comes again after the end of its turn": (IllegalEvent, _late),
    "a turn ends twice": (IllegalEvent, _ended_twice),
    "an event names what is not there": (IllegalEvent, _misnamed),
    "a number is missing": (SequenceError, _gap),
    "a number comes twice": (SequenceError, _number_again),
}
_CONTENT: Final[Mapping[str, tuple[type[Exception] | str, Any]]] = {
    "an output is of another type than its call": ("TF207", _changed(ev.ToolCallOutput, _other_type)),
    "a hook run starts as completed": ("TF506", _changed(ev.HookStarted, _constant(status="completed"))),
    "a hook run ends as running": ("TF505", _changed(ev.HookCompleted, _constant(status="running"))),
    "a hook run ends in another place": ("TF504", _changed(ev.HookCompleted, _other_place)),
    "tokens are negative": ("TF807", _changed(ev.TokenUsageReported, _negative)),
}
_ALL: Final = {**_ORDER, **_CONTENT}
_EXPECTED: Final = {name: expected for name, (expected, _) in _ALL.items()}
_MAKERS: Final[Mapping[str, Callable[[list[Envelope], int], _Broken | None]]] = MappingProxyType(
    {name: make for name, (_, make) in _ALL.items()}
)

ORDER_FAULTS: Final[tuple[str, ...]] = tuple(_ORDER)
"""The faults that `fold` finds."""

FAULTS: Final[tuple[str, ...]] = tuple(_ALL)
"""All faults: those of order and numbers, then those of contents, which a rule finds."""
