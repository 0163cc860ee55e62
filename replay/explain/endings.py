"""The ways in which a turn can end, and which of them a story shows."""

from __future__ import annotations

from enum import StrEnum

from turnfold.replay.explain.facts import Story
from turnfold.replay.explain.story import opens_explicitly

CANCELLING = frozenset({"cancel", "abort"})
"""Answers to a question that interrupt the whole turn (app-server; the answer of older clients)."""


class Ending(StrEnum):
    """How a turn ended."""

    COMPLETED = "completed"
    FAILED = "completed_with_error"
    INTERRUPTED_BY_HOOK = "interrupted_by_hook"
    INTERRUPTED_IN_HOOK = "interrupted_while_a_hook_ran"
    INTERRUPTED_BY_ANSWER = "interrupted_by_an_answer"
    """The answer to a question for approval was to cancel."""
    INTERRUPTED_IN_APPROVAL = "interrupted_while_an_approval_was_pending"
    INTERRUPTED_IN_CALL = "interrupted_while_a_call_ran"
    INTERRUPTED_EARLY = "interrupted_before_the_model_spoke"
    INTERRUPTED_IN_MODEL = "interrupted_while_the_model_worked"
    REPLACED = "replaced"
    REVIEW_ENDED = "review_ended"
    BUDGET_LIMITED = "budget_limited"
    OTHER_REASON = "aborted_for_another_reason"
    CUT_OFF = "cut_off"
    """Another turn began before it had ended."""
    LEFT_OPEN = "left_open"
    """The file ends in it."""
    IMPLICIT = "implicit"
    """Its file records no ends: the next message is what shows that it was over."""


REASONS = {
    "replaced": Ending.REPLACED,
    "review_ended": Ending.REVIEW_ENDED,
    "budget_limited": Ending.BUDGET_LIMITED,
}


def ending_of(story: Story) -> Ending:
    """The ending that *story* shows."""
    end = story.end
    if story.cut_by is not None and (end is None or end.told.line > story.cut_by.line):
        return Ending.CUT_OFF if opens_explicitly(story.turn) else Ending.IMPLICIT
    if end is None:
        return Ending.LEFT_OPEN if opens_explicitly(story.turn) else Ending.IMPLICIT
    if end.completed:
        return Ending.FAILED if end.failed or ended_in_error(story) else Ending.COMPLETED
    if end.reason in REASONS:
        return REASONS[end.reason]
    return _interruption(story) if end.reason in ("interrupted", None) else Ending.OTHER_REASON


def ended_in_error(story: Story) -> bool:
    """Whether an error is the last that was heard before the end."""
    return story.error is not None and (story.model is None or story.model.line < story.error.line)


def _interruption(story: Story) -> Ending:
    """What an interrupt met: the innermost thing that was waited for."""
    if (story.decision is not None and story.decision.interrupt) or (story.abort_by or "").startswith("hook"):
        return Ending.INTERRUPTED_BY_HOOK
    if story.open_hooks:
        return Ending.INTERRUPTED_IN_HOOK
    if any(
        question.decision in CANCELLING and not story.was_open(question.answered)
        for question in story.questions
    ):
        return Ending.INTERRUPTED_BY_ANSWER
    if story.open_questions:
        return Ending.INTERRUPTED_IN_APPROVAL
    if story.open_calls or story.aborted_calls:
        return Ending.INTERRUPTED_IN_CALL
    return Ending.INTERRUPTED_EARLY if story.model is None else Ending.INTERRUPTED_IN_MODEL
