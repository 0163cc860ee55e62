"""The answer in a sentence or two, for each way to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from turnfold.events import ToolCallOutput
from turnfold.replay.explain.endings import Ending
from turnfold.replay.explain.facts import CallFacts, Story

TITLES: Final[Mapping[Ending, str]] = {
    Ending.COMPLETED: "completed",
    Ending.FAILED: "completed with an error",
    Ending.INTERRUPTED_BY_HOOK: "was interrupted by a hook",
    Ending.INTERRUPTED_IN_HOOK: "was interrupted while a hook was running",
    Ending.INTERRUPTED_BY_ANSWER: "was interrupted by the answer to a question for approval",
    Ending.INTERRUPTED_IN_APPROVAL: "was interrupted while an approval was pending",
    Ending.INTERRUPTED_IN_CALL: "was interrupted while a call was open",
    Ending.INTERRUPTED_EARLY: "was interrupted before the model had said anything",
    Ending.INTERRUPTED_IN_MODEL: "was interrupted while the model was at work",
    Ending.REPLACED: "was replaced",
    Ending.REVIEW_ENDED: "was ended together with its review",
    Ending.BUDGET_LIMITED: "was stopped by its budget",
    Ending.OTHER_REASON: "was aborted",
    Ending.CUT_OFF: "was cut off",
    Ending.LEFT_OPEN: "is open where the file ends",
    Ending.IMPLICIT: "ended without a record of its end",
}
"""What the turn did; follows its name."""


def answer(story: Story, ending: Ending) -> str:
    """Why the turn ended as it did, and what qualifies that."""
    said = [ANSWERS[ending](story), *_qualifications(story)]
    return " ".join(said)


def title(story: Story, ending: Ending) -> str:
    """`Turn 3 was interrupted while a call was open`."""
    name = f"Turn {story.position}" if story.position is not None else "A turn (rolled back later)"
    if len(story.ends) > 1 and ending is not Ending.CUT_OFF:
        return f"{name} ended more than once: {_words(story)}"
    return f"{name} {TITLES[ending]}"


def _words(story: Story) -> str:
    return ", then ".join("completed" if end.completed else f"aborted ({end.reason})" for end in story.ends)


def _qualifications(story: Story) -> Iterator[str]:
    end = story.end
    if end is not None and story.cut_by is not None and end.told.line > story.cut_by.line:
        yield f"Its own end came later, at line {end.told.line}: it lived on beside the other turn."
    elif len(story.ends) > 1:
        yield "After that it was ended again: two paths of its producer raced, and readers take the first end."
    if end is not None and end.completed and story.abort_asked is not None:
        yield f"An interrupt was asked for at line {story.abort_asked.line} and came too late."
    if story.last_input_unheard and story.last_input is not None and end is not None:
        yield f"What the user said at line {story.last_input.line} the model may not have seen: nothing of it follows."
    if story.rolled_back is not None:
        yield f"It was taken back later, by the rollback at line {story.rolled_back.line}."


def name_of(calls: list[CallFacts]) -> str:
    """`the call of shell (c1)`, or how many there are."""
    if len(calls) == 1:
        return f"the call of {calls[0].name} ({calls[0].call_id})"
    return f"{len(calls)} calls ({', '.join(call.name for call in calls)})"


def _completed(story: Story) -> str:
    refused = [call for call in story.calls if call.refused is not None or call.item_status == "declined"]
    text = "The model had nothing more to do and the turn came to its natural end."
    if refused:
        return f"{text} Before that {name_of(refused)} was refused, and the model went on without it."
    blocked = [run for run in story.hooks if run.status == "blocked"]
    return (
        f"{text} Before that a {blocked[-1].event_name} hook said no, and the model went on."
        if blocked
        else text
    )


def _failed(story: Story) -> str:
    return "An error ended the work on it; Codex records such a turn as completed, with the error in or before its end."


def _by_hook(story: Story) -> str:
    name = story.decision.event_name if story.decision else "a"
    return f"A {name} hook denied what was asked and demanded that the turn be interrupted."


def _in_hook(story: Story) -> str:
    run = story.open_hooks[-1]
    return (
        f"The interrupt came while a {run.event_name} hook was running: the run was dropped with its turn, so it has"
        " no end and decided nothing."
    )


def _by_answer(story: Story) -> str:
    return "The question for approval was answered with *cancel*, which interrupts the whole turn instead of one call."


def _in_approval(story: Story) -> str:
    count = len(story.open_questions)
    what = "a question for approval was" if count == 1 else f"{count} questions for approval were"
    withdrawn = any(question.dropped for question in story.open_questions)
    return (
        f"The interrupt came while {what} waiting for an answer. Nothing was decided, so what was asked about did not"
        f" run{'; the question was withdrawn' if withdrawn else ''}."
    )


def _in_call(story: Story) -> str:
    held = story.open_calls or story.aborted_calls
    text = f"The interrupt came while {name_of(held)} had not come back."
    if ToolCallOutput not in story.profile.visible:
        return text
    if any(call.closed for call in held):
        return f"{text} It was closed with its turn and has no output."
    if story.open_calls:
        return f"{text} No output is recorded, so the model never learns what it did."
    if any(call.escalated for call in held):
        return (
            f"{text} It asked to leave the sandbox, so it may have been waiting for an approval and never have run; its"
            " output says no more than that it was aborted."
        )
    return f"{text} Its output says that it was aborted; what it had done until then may have taken effect."


def _early(story: Story) -> str:
    return (
        "The interrupt came before anything of the model was recorded: the user's words were all there was."
    )


def _in_model(story: Story) -> str:
    return (
        "The interrupt came while nothing but the model was at work; what it had streamed and not finished is not"
        " recorded."
    )


def _replaced(story: Story) -> str:
    return (
        "Another task took its place: a review, a compaction or a command of the user's. A further message would"
        " have been steered into it instead."
    )


def _review_ended(story: Story) -> str:
    return "It was the turn of a review, and the review was torn down."


def _budget(story: Story) -> str:
    text = "It had used up what it was allowed to use, and was stopped without asking the user."
    return text if story.tokens is None else f"{text} Its last request held {story.tokens:,} tokens."


def _other(story: Story) -> str:
    reason = story.end.reason if story.end else None
    return f"It was aborted with the reason {reason!r}, which no Codex that turnfold knows gives."


def _cut_off(story: Story) -> str:
    line = story.cut_by.line if story.cut_by else "?"
    return (
        f"Another turn began at line {line} while it was open, and no end of it was recorded before that: the process"
        " that ran it was gone, or two wrote into one file."
    )


def _left_open(story: Story) -> str:
    if story.closed is not None:
        return "The session was closed while the turn was open, and its end did not reach the file."
    text = "No end is recorded: it was still running when the file was copied or read, or its process died."
    return (
        f"{text} The file ends in damage ({story.damage}), which may have been its end."
        if story.damage
        else text
    )


def _implicit(story: Story) -> str:
    text = "No end of it is recorded" if story.profile.shows_turns else "Files of its age record no turn ends"
    if story.cut_by is not None:
        return f"{text}. The next one begins at line {story.cut_by.line}, so it was over by then."
    return f"{text}; nothing follows it."


ANSWERS: Final[Mapping[Ending, Callable[[Story], str]]] = {
    Ending.COMPLETED: _completed,
    Ending.FAILED: _failed,
    Ending.INTERRUPTED_BY_HOOK: _by_hook,
    Ending.INTERRUPTED_IN_HOOK: _in_hook,
    Ending.INTERRUPTED_BY_ANSWER: _by_answer,
    Ending.INTERRUPTED_IN_APPROVAL: _in_approval,
    Ending.INTERRUPTED_IN_CALL: _in_call,
    Ending.INTERRUPTED_EARLY: _early,
    Ending.INTERRUPTED_IN_MODEL: _in_model,
    Ending.REPLACED: _replaced,
    Ending.REVIEW_ENDED: _review_ended,
    Ending.BUDGET_LIMITED: _budget,
    Ending.OTHER_REASON: _other,
    Ending.CUT_OFF: _cut_off,
    Ending.LEFT_OPEN: _left_open,
    Ending.IMPLICIT: _implicit,
}
