"""Things that have nothing to do with agents, as models; and histories of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations, permutations
from typing import Any, TypeAlias, TypeVar

import attrs

from turnfold.replay.linear import HALFWAY, Call, Calls, Model

S = TypeVar("S", bound=Hashable)

Ask: TypeAlias = tuple[str, dict[str, object]]
"""What a client is going to ask: the operation, and its arguments."""


class Counter(Model[int]):
    """`add` returns the sum after it."""

    def start(self) -> int:
        """Return zero."""
        return 0

    def steps(self, state: int, call: Call) -> Iterable[tuple[int, object]]:
        """Return the next sum."""
        yield state + 1, state + 1


class Queue(Model[tuple[object, ...]]):
    """`put` never waits and returns nothing; `get` returns the oldest, or None when there is none."""

    def start(self) -> tuple[object, ...]:
        """Return the empty queue."""
        return ()

    def steps(self, state: tuple[object, ...], call: Call) -> Iterable[tuple[tuple[object, ...], object]]:
        """Return what a queue does."""
        if call.op == "put":
            yield (*state, call.given["value"]), None
        elif state:
            yield state[1:], state[0]
        else:
            yield (), None


class Blocking(Queue):
    """`get` waits while there is none; and the queue may lose its oldest in silence, one at a time."""

    def steps(self, state: tuple[object, ...], call: Call) -> Iterable[tuple[tuple[object, ...], object]]:
        """Return what the queue does, if it does not have to wait."""
        return super().steps(state, call) if state or call.op == "put" else ()

    def silent(self, state: tuple[object, ...]) -> Iterable[tuple[str, tuple[object, ...]]]:
        """Return the loss."""
        if state:
            yield f"{state[0]} is lost", state[1:]


class Bag(Queue):
    """`get` returns any of them: the model has choices."""

    def steps(self, state: tuple[object, ...], call: Call) -> Iterable[tuple[tuple[object, ...], object]]:
        """Return each way to take one out."""
        if call.op == "put":
            yield tuple(sorted((*state, call.given["value"]), key=repr)), None
        for place in range(len(state) if call.op == "get" else 0):
            yield state[:place] + state[place + 1 :], state[place]


@attrs.frozen
class Meeting:
    """Who waits for somebody to swap with, and what those get who were met."""

    waiting: tuple[int, object] | None = None
    met: tuple[tuple[int, object], ...] = ()


class Exchange(Model[Meeting]):
    """`swap` waits for a second one, and each returns the other's value: the first takes effect at two moments."""

    def start(self) -> Meeting:
        """Return nobody."""
        return Meeting()

    def steps(self, state: Meeting, call: Call) -> Iterable[tuple[Meeting, object]]:
        """Return how a swap begins, meets the other, or ends."""
        value = call.given["value"]
        for number, other in state.met:
            if number == call.began:
                yield Meeting(state.waiting, tuple(each for each in state.met if each[0] != number)), other
                return
        if state.waiting is None:
            yield Meeting((call.began, value), state.met), HALFWAY
        elif state.waiting[0] != call.began:
            yield Meeting(None, (*state.met, (state.waiting[0], value))), state.waiting[1]


@attrs.define
class _Client:
    name: str
    asks: list[Ask]
    number: int | None = None
    """Of its call that is open."""
    done: bool = False
    result: object = None


def lived(model: Model[Any], plans: Sequence[Sequence[Ask]], tape: Sequence[int]) -> tuple[Call, ...]:
    """Return the calls of a life of *model*: clients ask one after the other, each call takes effect while it is open.

    The tape says what happens next; where it ends, open calls are never answered.
    """
    calls, state = Calls(), model.start()
    clients = [_Client(f"c{place}", list(plan)) for place, plan in enumerate(plans)]
    for choice in tape:
        options: list[tuple[_Client | None, Any, object]] = []
        for client in clients:
            if client.number is None:
                options += [(client, state, None)] if client.asks else []
            elif client.done:
                options.append((client, state, None))
            else:
                options += [(client, *step) for step in model.steps(state, calls.calls[client.number])]
        options += [(None, after, None) for _, after in model.silent(state)]
        if not options:
            break
        who, state, result = options[choice % len(options)]
        if who is not None:
            _live_on(calls, who, result)
    return calls.calls


def _live_on(calls: Calls, client: _Client, result: object) -> None:
    if client.number is None:
        op, given = client.asks.pop(0)
        client.number = calls.begin(client.name, op, **given)
    elif client.done:
        calls.ended(client.number, client.result)
        client.number, client.done = None, False
    elif result is not HALFWAY:
        client.done, client.result = True, result


def some_order_exists(calls: Sequence[Call], model: Model[Any]) -> bool:
    """Try all orders of all calls that may have taken effect. For a model whose calls have one moment each."""
    answered = [call for call in calls if call.ended is not None]
    never = [call for call in calls if call.ended is None]
    return any(
        _in_time(order) and _explains(order, model)
        for count in range(len(never) + 1)
        for chosen in combinations(never, count)
        for order in permutations([*answered, *chosen])
    )


def _in_time(order: Sequence[Call]) -> bool:
    return not any(
        later.ended is not None and later.ended < earlier.began
        for place, earlier in enumerate(order)
        for later in order[place + 1 :]
    )


def _explains(order: Sequence[Call], model: Model[Any]) -> bool:
    states: set[Any] = _quiet({model.start()}, model.silent)
    for call in order:
        after = {
            state
            for before in states
            for state, result in model.steps(before, call)
            if call.ended is None or result == call.result
        }
        states = _quiet(after, model.silent)
    return bool(states)


def _quiet(states: set[Any], silent: Callable[[Any], Iterable[tuple[str, Any]]]) -> set[Any]:
    """Return the states that follow in silence, these included."""
    found, new = set(states), list(states)
    while new:
        for _, after in silent(new.pop()):
            if after not in found:
                found.add(after)
                new.append(after)
    return found
