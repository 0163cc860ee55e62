"""The automated reviewer: another model, or anything else, that judges calls in the user's place."""

from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class ReviewRequest:
    """What is to be judged."""

    review_id: str
    turn_id: str
    call_id: str | None
    kind: str
    """One of `events.APPROVAL_KINDS`."""
    command: str | None = None
    cwd: str | None = None
    justification: str | None = None
    retry_reason: str | None = None
    """Why a second attempt is wanted; None on the first."""


@attrs.frozen(kw_only=True)
class Judgement:
    """What the reviewer says."""

    approved: bool
    rationale: str | None = None
    risk_level: str | None = None


class ReviewFailed(Exception):
    """The reviewer could not judge. *retryable*: trying once more may help."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class Reviewer(Protocol):
    """Judges. Its timeout, the retry and the failing closed are the engine's."""

    async def review(self, request: ReviewRequest) -> Judgement:
        """Return a judgement. Raises ReviewFailed."""
        ...
