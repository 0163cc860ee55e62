"""The automated reviewer: in time or not, failing closed, and stopped when it only denies."""

from __future__ import annotations

import pytest
import trio

from tests.core.engine.approvals.script import DENIED_BY_SANDBOX, Stage, run
from turnfold.core.approvals import review_denied, review_timed_out
from turnfold.core.engine.approvals import REVIEW_TIMEOUT_S, Reviews, Services
from turnfold.core.engine.fakes import BookDesk, ScriptedReviewer
from turnfold.core.engine.ports import Judgement, ReviewFailed, ReviewRequest
from turnfold.events import ReviewEnded, ReviewStarted, WarningRaised

YES = Judgement(approved=True, rationale="harmless", risk_level="low")
NO = Judgement(approved=False, rationale="deletes things", risk_level="high")


def request(desk: BookDesk, turn_id: str = "turn-1") -> ReviewRequest:
    """Return something to be judged that belongs to no call."""
    return ReviewRequest(review_id=desk.new_id("review"), turn_id=turn_id, call_id=None, kind="network")


def routed(*answers: Judgement | Exception | None, policy: str = "on-request") -> Stage:
    """Return a stage on which the reviewer is asked."""
    reviews = Reviews(ScriptedReviewer(answers))
    return Stage(policy, services=Services(reviews=reviews), approvals_reviewer="auto_review")


@pytest.mark.covers("C1", "C4")
@pytest.mark.parametrize(
    ("answers", "status", "ends"),
    [
        ([YES], "approved", "ok: done by attempt 1"),
        ([NO], "denied", f"failed: {review_denied('deletes things')}"),
        ([ReviewFailed("busy", retryable=True), YES], "approved", "ok: done by attempt 1"),
        (
            [ReviewFailed("busy", retryable=True), ReviewFailed("busy still", retryable=True), YES],
            "denied",
            f"failed: {review_denied('The automated review failed: busy still')}",
        ),
        (
            [ReviewFailed("no key"), YES],
            "denied",
            f"failed: {review_denied('The automated review failed: no key')}",
        ),
        (
            [KeyError("risk"), YES],
            "denied",
            "failed: " + review_denied("The automated review failed: KeyError: 'risk'"),
        ),
        ([None], "timed_out", f"failed: {review_timed_out()}"),
        ([ReviewFailed("busy", retryable=True), None], "timed_out", f"failed: {review_timed_out()}"),
    ],
)
def test_a_review_decides_and_fails_closed(
    answers: list[Judgement | Exception | None], status: str, ends: str
) -> None:
    """One start and one end of the same review, no user in between, and nothing passes without a yes."""

    async def main() -> None:
        stage = routed(*answers)
        told = await stage.play(asks=True)
        assert told.startswith(f"review reviewed:{status} 1:{status}/automated_reviewer")
        assert ends == stage.outcome
        assert [event.review_id for event in stage.of(ReviewStarted)] == [
            event.review_id for event in stage.of(ReviewEnded)
        ]

    run(main)


def test_a_review_has_ninety_seconds() -> None:
    """It ends at the limit on trio's clock, whether or not a first attempt had failed before."""

    async def main() -> None:
        desk = BookDesk()
        begun = trio.current_time()
        ruling = await Reviews(ScriptedReviewer([None])).review(desk, request(desk))
        assert REVIEW_TIMEOUT_S == pytest.approx(trio.current_time() - begun)
        assert ("timed_out", False) == (ruling.decision, ruling.interrupt)
        ended = [event for event in desk.log if isinstance(event, ReviewEnded)]
        assert [90_000] == [(event.completed_at_ms or 0) - (event.started_at_ms or 0) for event in ended]

    run(main)


def test_a_review_of_the_retry_knows_why_there_is_one() -> None:
    """Unlike a hook, the reviewer is told what the sandbox said; on the first attempt it is told nothing."""

    async def main() -> None:
        reviewer = ScriptedReviewer([YES])
        stage = Stage(
            {"granular": {"sandbox_approval": True, "rules": True, "mcp_elicitations": True}},
            stops=True,
            strict=True,
            services=Services(reviews=Reviews(reviewer)),
            approvals_reviewer="auto_review",
        )
        await stage.play(asks=True)
        assert [None, DENIED_BY_SANDBOX] == [request.retry_reason for request in reviewer.requests]
        assert "ok: done by attempt 2" == stage.outcome

    run(main)


def test_three_denials_in_a_row_interrupt_the_turn() -> None:
    """The warning and the denial come before the abort; the call ends as interrupted."""

    async def main() -> None:
        stage = routed(NO)
        reviews = stage.services.reviews
        assert reviews is not None
        for _ in range(2):
            assert not (await reviews.review(stage.desk, request(stage.desk))).interrupt
        told = await stage.play(asks=True)
        assert told.endswith("reviewed:denied warn 1:denied/automated_reviewer abort:reviewer")
        assert "interrupted: tool interrupted" == stage.outcome
        assert ["The automated reviewer denied 3 calls in a row; the turn is interrupted."] == [
            event.message for event in stage.of(WarningRaised)
        ]

    run(main)


def test_the_breaker_counts_by_turn_and_forgets_a_row_at_any_other_end() -> None:
    """A timeout between denials ends the row, and the next turn begins at nothing."""

    async def main() -> None:
        desk = BookDesk()
        reviews = Reviews(ScriptedReviewer([NO, NO, None, NO, NO, NO]))
        opened = [(await reviews.review(desk, request(desk))).interrupt for _ in range(5)]
        assert [False] * 5 == opened
        later = BookDesk("turn-2")
        assert not (await reviews.review(later, request(later, "turn-2"))).interrupt

    run(main)


def test_a_cancelled_review_decides_nothing() -> None:
    """An abort while the reviewer thinks leaves its start in the log and no decision after it."""

    async def main() -> None:
        stage = routed(None)
        with trio.move_on_after(1):
            await stage.play(asks=True)
        assert "review" == stage.told

    run(main)


def test_a_scripted_reviewer_needs_something_to_say() -> None:
    """An empty script is refused where it is written, not where it would be read."""
    with pytest.raises(ValueError, match="at least one answer"):
        ScriptedReviewer([])
