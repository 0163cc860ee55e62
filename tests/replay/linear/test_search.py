"""The search finds an order where there is one, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.linear.things import (
    Ask,
    Bag,
    Blocking,
    Counter,
    Exchange,
    Queue,
    lived,
    some_order_exists,
)
from turnfold.replay.linear import HALFWAY, Call, GaveUp, Linearization, Model, NotLinearizable, linearize

tapes = st.lists(st.integers(0, 11), max_size=40)

GET: Ask = ("get", {})
queue_ask: st.SearchStrategy[Ask] = st.one_of(
    st.tuples(st.just("put"), st.fixed_dictionaries({"value": st.integers(0, 3)})),
    st.just(GET),
)
swap: st.SearchStrategy[Ask] = st.tuples(st.just("swap"), st.fixed_dictionaries({"value": st.integers(0, 9)}))
add: st.SearchStrategy[Ask] = st.just(("add", {}))


def plans_of(ask: st.SearchStrategy[Ask], most: int) -> st.SearchStrategy[list[list[Ask]]]:
    """What three clients are going to ask, each at most so much."""
    return st.lists(st.lists(ask, max_size=most), min_size=1, max_size=3)


MODELS: list[tuple[Model[Any], st.SearchStrategy[Ask]]] = [
    (Counter(), add),
    (Queue(), queue_ask),
    (Blocking(), queue_ask),
    (Bag(), queue_ask),
    (Exchange(), swap),
]


def call(client: str, op: str, began: int, ended: int | None, result: object = None, **given: object) -> Call:
    """One call."""
    return Call(client=client, op=op, given=given, began=began, ended=ended, result=result)


@given(st.sampled_from(MODELS), tapes, st.data())
def test_what_a_model_lived_is_accepted(
    lives: tuple[Model[Any], st.SearchStrategy[Ask]], tape: list[int], data: st.DataObject
) -> None:
    """Calls that take effect while they are open are linearizable, and the order given is a life of the model."""
    model, ask = lives
    calls = lived(model, data.draw(plans_of(ask, 4)), tape)
    verdict = linearize(calls, model)
    assert isinstance(verdict, Linearization), str(verdict)
    follows(verdict, model, calls)


def follows(verdict: Linearization, model: Model[Any], calls: Sequence[Call]) -> None:
    """Check an order: each answered call once, in real time, and the model can go through it."""
    order = verdict.calls
    assert len(order) == len({each.began for each in order})
    assert {each.began for each in calls if each.ended is not None} <= {each.began for each in order}
    assert not any(
        later.ended is not None and later.ended < earlier.began
        for place, earlier in enumerate(order)
        for later in order[place + 1 :]
    )
    states = [model.start()]
    for moment in verdict.moments:
        if moment.call is None:
            states = [after for state in states for name, after in model.silent(state) if name == moment.name]
        else:
            asked = moment.call
            states = [
                after
                for state in states
                for after, result in model.steps(state, asked)
                if moment.halfway or asked.ended is None or result == asked.result
            ]
        assert states


@given(st.sampled_from(MODELS[:4]), tapes, st.data())
def test_the_search_agrees_with_trying_all_orders(
    lives: tuple[Model[Any], st.SearchStrategy[Ask]], tape: list[int], data: st.DataObject
) -> None:
    """With results changed at will there is an order exactly if one of all permutations is one."""
    model, ask = lives
    calls = list(lived(model, data.draw(plans_of(ask, 2)), tape))[:5]
    changes = data.draw(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, 0, 1, 2, 3])), max_size=3)
    )
    for place, result in changes:
        if place < len(calls) and calls[place].ended is not None:
            calls[place] = attrs.evolve(calls[place], result=result)
    verdict = linearize(calls, model)
    assert some_order_exists(calls, model) is isinstance(verdict, Linearization)
    if isinstance(verdict, NotLinearizable):
        assert isinstance(linearize(verdict.calls, model), Linearization)


@given(plans_of(add, 4), tapes, st.integers(0, 11))
def test_a_result_that_no_order_gives_is_refused(plans: list[list[Ask]], tape: list[int], which: int) -> None:
    """A sum greater than the number of calls, put in the place of any result, is found out."""
    calls = list(lived(Counter(), plans, tape))
    answered = [place for place, each in enumerate(calls) if each.ended is not None]
    if answered:
        place = answered[which % len(answered)]
        calls[place] = attrs.evolve(calls[place], result=len(calls) + 1)
        assert isinstance(linearize(calls, Counter()), NotLinearizable)


def test_real_time_counts() -> None:
    """A call that was answered before another began comes before it, though the other order would explain both."""
    overlapping = [call("a", "add", 0, 2, 2), call("b", "add", 1, 3, 1)]
    apart = [call("a", "add", 0, 1, 2), call("b", "add", 2, 3, 1)]
    assert isinstance(linearize(overlapping, Counter()), Linearization)
    assert isinstance(linearize(apart, Counter()), NotLinearizable)


def test_a_call_without_an_answer_may_have_taken_effect_or_not() -> None:
    """One that was never answered explains a sum; it is not in the order where it is not needed."""
    needed = linearize([call("a", "add", 0, None), call("b", "add", 1, 2, 2)], Counter())
    idle = linearize([call("a", "add", 0, None), call("b", "add", 1, 2, 1)], Counter())
    late = linearize([call("b", "add", 0, 1, 2), call("a", "add", 2, None)], Counter())
    assert isinstance(needed, Linearization)
    assert isinstance(idle, Linearization)
    assert (["a", "b"], ["b"]) == (
        [each.client for each in needed.calls],
        [each.client for each in idle.calls],
    )
    assert isinstance(late, NotLinearizable)


def test_a_refusal_tells_how_far_it_went_and_what_would_fit() -> None:
    """The longest order, silent steps in it, and for each call that might be next what the model would have said."""
    calls = [
        call("a", "put", 0, 1, value=1),
        call("a", "put", 2, 3, value=2),
        call("b", "get", 4, 5, 2),
        call("b", "get", 6, 8, 1),
        call("c", "get", 7, 9, 3),
    ]
    verdict = linearize(calls, Blocking())
    assert isinstance(verdict, NotLinearizable)
    expected = """not linearizable: no order explains more than 3 of 5 answered calls
  1.  a: put(value=1) -> None
  2.  a: put(value=2) -> None
      (1 is lost)
  3.  b: get() -> 2
no call fits next:
  b: get() -> 1
    the model would let it wait
  c: get() -> 3
    the model would let it wait"""
    assert expected == str(verdict)
    changed = linearize([call("a", "put", 0, 1, value=1), call("b", "get", 2, 3, 7)], Bag())
    assert "  b: get() -> 7\n    the model would say\n      1" in str(changed)


def test_an_order_reads_well() -> None:
    """Each call on a line of its own with its number, a call of two moments twice, silent steps in brackets."""
    verdict = linearize(
        [call("a", "swap", 0, 2, 5, value=4), call("b", "swap", 1, 3, 4, value=5)], Exchange()
    )
    expected = """linearizable:
  1.  a: swap(value=4) begins
  2.  b: swap(value=5) -> 4
  3.  a: swap(value=4) -> 5"""
    assert expected == str(verdict)


def test_a_call_that_goes_on_is_shown_as_such() -> None:
    """The result of a first moment has a name of its own."""
    assert "HALFWAY" == repr(HALFWAY)


def test_long_lists_of_answers_are_cut() -> None:
    """Of many possible answers a few are listed, and the others counted."""
    calls = [call("a", "put", 2 * place, 2 * place + 1, value=place) for place in range(9)]
    text = str(linearize([*calls, call("b", "get", 18, 19, 77)], Bag()))
    assert text.endswith("      5\n      and 3 more")


def test_a_search_that_takes_too_long_gives_up_and_says_so() -> None:
    """After the effort nothing is claimed."""
    calls = [
        call("a", "add", 0, 40, 99),
        *(call("b", "put", each, None, value=each) for each in range(1, 13)),
    ]
    verdict = linearize(calls, Queue(), effort=50)
    assert isinstance(verdict, GaveUp)
    assert str(verdict).startswith("undecided: gave up after 51 states.")
    assert () == verdict.moments


def test_nothing_to_explain_is_linearizable() -> None:
    """No calls, or none that was answered, need no order."""
    assert Linearization(()) == linearize([], Counter())
    assert Linearization(()) == linearize([call("a", "add", 0, None)], Counter())
    assert "linearizable:" == str(Linearization(()))


def test_a_history_that_runs_backwards_is_refused() -> None:
    """A call that ends before it begins is no history; the error names it."""
    with pytest.raises(ValueError, match="a: add ends at 0, before it begins at 1"):
        linearize([call("a", "add", 1, 0, 1)], Counter())
