"""What is remembered: approvals for the session, and the denials of a turn's reviews."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.approvals import (
    CONSECUTIVE_DENIALS_MAX,
    RECENT_DENIALS_MAX,
    WINDOW,
    Breaker,
    SessionApprovals,
)
from turnfold.events import REVIEW_DECISIONS, ApprovalResolved


def answer(decision: str) -> ApprovalResolved:
    """Return an answer."""
    return ApprovalResolved(approval_id="a", decision=decision)


def test_only_an_approval_for_the_session_is_remembered() -> None:
    """Of all decisions that one alone adds keys, also in the words of a client."""
    remembered = [word for word in REVIEW_DECISIONS if SessionApprovals().resolved(["k"], answer(word)).keys]
    assert ["approved_for_session"] == remembered
    assert SessionApprovals().resolved(["k"], answer("acceptForSession")).allows(["k"])


def test_an_action_is_allowed_when_each_of_its_keys_is() -> None:
    """All keys have to be approved, and an action without keys never is."""
    approvals = SessionApprovals().resolved(["a", "b"], answer("approved_for_session"))
    assert [True, True, False, False] == [
        approvals.allows(keys) for keys in (["a"], ["a", "b"], ["a", "c"], [])
    ]


@given(st.lists(st.tuples(st.frozensets(st.sampled_from("abcd")), st.sampled_from(REVIEW_DECISIONS))))
def test_the_memory_is_the_union_of_what_was_approved(told: list[tuple[frozenset[str], str]]) -> None:
    """A key is approved exactly if some question about it was answered for the session; nothing takes it away."""
    approvals = SessionApprovals()
    for keys, decision in told:
        approvals = approvals.resolved(keys, answer(decision))
    approved = frozenset[str]().union(*(keys for keys, word in told if word == "approved_for_session"))
    assert approved == approvals.keys


@given(st.lists(st.booleans(), max_size=200))
def test_the_breaker_opens_at_a_row_or_a_crowd_of_denials(reviews: list[bool]) -> None:
    """Three in a row at the end, or ten among the last fifty: counted here in the plainest way."""
    breaker = Breaker()
    for denied in reviews:
        breaker = breaker.after(denied=denied)
    row = reviews[-CONSECUTIVE_DENIALS_MAX:] == [True] * CONSECUTIVE_DENIALS_MAX
    crowd = sum(reviews[-WINDOW:]) >= RECENT_DENIALS_MAX
    assert (row or crowd) is (breaker.complaint is not None)


def test_the_breaker_says_why_it_opened() -> None:
    """A warning names the row, or else how many of how many."""
    breaker = Breaker()
    for denied in [True] * 3:
        breaker = breaker.after(denied=denied)
    assert "The automated reviewer denied 3 calls in a row; the turn is interrupted." == breaker.complaint
    for denied in [False, True, True] * 4:
        breaker = breaker.after(denied=denied)
    assert (
        "The automated reviewer denied 11 of the last 15 calls; the turn is interrupted." == breaker.complaint
    )
