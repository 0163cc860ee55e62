"""The automated reviewer at work: its timeout, its one retry, failing closed, and the circuit breaker."""

from typing import Final

import trio

from turnfold.core.approvals import REVIEWER, Breaker, Ruling, review_denied, review_timed_out
from turnfold.core.engine.ports import Desk, Judgement, Reviewer, ReviewFailed, ReviewRequest
from turnfold.events import ReviewEnded, ReviewStarted

REVIEW_TIMEOUT_S: Final = 90.0
"""Seconds that a review may take, its retry included (Codex)."""


class Reviews:
    """The reviews of one session. It counts denials per turn, whatever was reviewed.

    Args:
        reviewer: who judges.
        timeout_s: seconds for one review, on trio's clock.
    """

    def __init__(self, reviewer: Reviewer, timeout_s: float = REVIEW_TIMEOUT_S) -> None:
        self._reviewer = reviewer
        self._timeout_s = timeout_s
        self._turn_id: str | None = None
        self._breaker = Breaker()

    async def review(self, desk: Desk, request: ReviewRequest) -> Ruling:
        """Have *request* judged, record start and end of the review, and return what it decides.

        It fails closed: a reviewer that cannot judge has denied. The ruling says `interrupt` when this denial
        opens the circuit breaker; its `warning` is to be recorded before the turn is interrupted.
        Raises TurnOver.
        """
        started_ms = desk.now_us() // 1000
        await desk.record(
            ReviewStarted(
                review_id=request.review_id,
                call_id=request.call_id,
                turn_id=request.turn_id,
                status="in_progress",
                started_at_ms=started_ms,
            )
        )
        judgement = await self._judge_in_time(request)
        status = _status(judgement)
        await desk.record(
            ReviewEnded(
                review_id=request.review_id,
                call_id=request.call_id,
                turn_id=request.turn_id,
                status=status,
                risk_level=judgement.risk_level if judgement else None,
                rationale=judgement.rationale if judgement else None,
                started_at_ms=started_ms,
                completed_at_ms=desk.now_us() // 1000,
            )
        )
        complaint = self._count(request.turn_id, denied=status == "denied")
        return Ruling(
            decision=status,
            source=REVIEWER,
            message=_message(status, judgement),
            interrupt=complaint is not None,
            warning=complaint,
        )

    async def _judge_in_time(self, request: ReviewRequest) -> Judgement | None:
        """Return a judgement; None when none came in time."""
        with trio.move_on_after(self._timeout_s):
            return await self._judge(request)
        return None

    async def _judge(self, request: ReviewRequest) -> Judgement:
        try:
            try:
                return await self._reviewer.review(request)
            except ReviewFailed as failure:
                if not failure.retryable:
                    raise
            # Once more, and no oftener.
            return await self._reviewer.review(request)
        except ReviewFailed as failure:
            return _closed(str(failure))
        except Exception as problem:  # noqa: BLE001 a reviewer that breaks must not let a call through
            return _closed(f"{type(problem).__name__}: {problem}")

    def _count(self, turn_id: str, *, denied: bool) -> str | None:
        """Count one more review of the turn, and return why the turn is to be stopped, if it is."""
        if turn_id != self._turn_id:
            self._turn_id, self._breaker = turn_id, Breaker()
        self._breaker = self._breaker.after(denied=denied)
        return self._breaker.complaint if denied else None


def _closed(why: str) -> Judgement:
    return Judgement(approved=False, rationale=f"The automated review failed: {why}")


def _status(judgement: Judgement | None) -> str:
    if judgement is None:
        return "timed_out"
    return "approved" if judgement.approved else "denied"


def _message(status: str, judgement: Judgement | None) -> str | None:
    """Return the text that rejects the call; None when nothing does."""
    if judgement is None:
        return review_timed_out()
    return review_denied(judgement.rationale) if status == "denied" else None
