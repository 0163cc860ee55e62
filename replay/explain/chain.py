"""The causal chain of a story, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from turnfold.events import ToolCallOutput
from turnfold.replay.explain.endings import Ending, ended_in_error
from turnfold.replay.explain.explanation import Certainty, Step
from turnfold.replay.explain.facts import CallFacts, Fact, QuestionFacts, Story
from turnfold.replay.explain.story import opens_explicitly
from turnfold.replay.turn_rows import Opening
from turnfold.rollouts import Dialect

INTERRUPTED = frozenset(ending for ending in Ending if ending.value.startswith("interrupted"))


def chain(story: Story, ending: Ending) -> tuple[Step, ...]:
    """The steps in causal order: by line, and an inference after the record that it rests on."""
    steps = [
        *_beginning(story),
        *_work(story),
        *_approvals(story),
        *_hooks(story),
        *_abort(story),
        *_ends(story, ending),
        *_aftermath(story, ending),
    ]
    steps.sort(key=lambda step: step.line or 0)  # stable: within a line in the order above
    return tuple(_timed(steps))


def _timed(steps: Iterable[Step]) -> Iterator[Step]:
    before: float | None = None
    for step in steps:
        since = None if before is None or step.at_s is None else round(step.at_s - before, 3)
        before = step.at_s if step.at_s is not None else before
        yield attrs.evolve(step, since_s=since)


def recorded(told: Fact, text: str, proves: str | None = None) -> Step:
    """A step that a record shows."""
    return Step(text=text, line=told.line, at_s=told.at_s, quote=told.quote, proves=proves)


def inferred(told: Fact, text: str, proves: str | None = None) -> Step:
    """A step that follows from a record."""
    return Step(text=text, certainty=Certainty.INFERRED, line=told.line, proves=proves)


def _beginning(story: Story) -> Iterator[Step]:
    if story.requested is not None:
        yield recorded(story.requested, "the client asked for a turn")
    if story.started is not None:
        yield recorded(story.started, "the turn began")
    elif not opens_explicitly(story.turn):
        what = "a compaction" if story.turn.slot.opening is Opening.COMPACTION else "this"
        yield inferred(
            Fact(story.turn.slot.first_line, None), f"the turn began with {what}: no start is recorded here"
        )
    if story.first_input is not None:
        yield recorded(story.first_input, "the user said")
    if story.last_input is not None and story.inputs > 1:
        between = f", after {story.inputs - 2} more" if story.inputs > 2 else ""
        unheard = "nothing of the model follows it in this turn" if story.last_input_unheard else None
        yield recorded(story.last_input, f"the user added{between}", unheard)


def _work(story: Story) -> Iterator[Step]:
    if story.model is not None:
        more = f"; it had made {story.call_count} calls" if story.call_count > 1 else ""
        said = "the last that the model said" if story.model.quote else "the last of the model: a thought"
        yield recorded(story.model, said + more)
    if story.compacted is not None:
        yield recorded(story.compacted, "the history was compacted")
    if story.review is not None:
        yield recorded(story.review, "a review began")
    if story.review_left is not None:
        yield recorded(story.review_left, "the review was left")
    if story.error is not None:
        last = "nothing of the model follows, so this ended it" if ended_in_error(story) else None
        yield recorded(story.error, "an error was raised", last)
    open_calls = story.open_calls
    for call in story.calls:
        if (
            call in open_calls
            or call.aborted
            or call.closed
            or call.refused is not None
            or call.item_status == "declined"
        ):
            yield from _call(call, story)


def _call(call: CallFacts, story: Story) -> Iterator[Step]:
    yield recorded(call.asked, f"the model called {call.name} ({call.call_id})", _needs_approval(call, story))
    if call.answered is None:
        return
    late = story.was_open(call.answered)
    if call.aborted:
        proves = "an interrupt ended it; whether it ever ran, the output does not say"
        yield recorded(call.answered, f"output of {call.name}: aborted", proves)
    elif call.closed is not None:
        yield recorded(call.answered, f"{call.name} was closed without output: {call.closed}")
    elif call.refused is not None:
        yield recorded(
            call.answered, f"output of {call.name}: refused", "it did not run; the words were the model's"
        )
    elif call.item_status == "declined":
        yield recorded(call.answered, f"{call.name} ended: declined", "it did not run")
    elif late:
        yield recorded(call.answered, f"{call.name} came back only now", "after the turn was over")


def _needs_approval(call: CallFacts, story: Story) -> str | None:
    if not call.escalated:
        return None
    policy = f", and the approval policy was {story.policy}" if story.policy else ""
    return f"its arguments ask to leave the sandbox{policy}: somebody had to approve it first"


def _approvals(story: Story) -> Iterator[Step]:
    for question in story.questions:
        call = f" of {question.call_id}" if question.call_id else ""
        yield recorded(question.asked, f"approval{call} was asked for")
        if question.answered is not None:
            by = f" by {question.by}" if question.by else ""
            yield recorded(question.answered, f"answered{by}: {question.decision}", _meaning(question, story))
        if question.dropped is not None:
            yield recorded(question.dropped, "the question was withdrawn", "nobody had decided")


def _meaning(question: QuestionFacts, story: Story) -> str | None:
    if story.was_open(question.answered):
        return "too late: the turn was over, and the answer had no effect"
    match question.decision:
        case "cancel" | "abort":
            return "this answer interrupts the turn"
        case "decline" | "denied":
            return "the call is not run, and the model is told so"
        case _:
            return None


def _hooks(story: Story) -> Iterator[Step]:
    for run in story.hooks:
        yield recorded(run.started, f"a {run.event_name} hook started")
        if run.ended is not None:
            proves = "the hook said no" if run.status in ("blocked", "stopped") else None
            yield recorded(run.ended, f"the {run.event_name} hook ended: {run.status}", proves)
    if story.decision is not None:
        interrupt = " and interrupt the turn" if story.decision.interrupt else ""
        yield recorded(story.decision.told, f"the hooks decided: {story.decision.decision}{interrupt}")


def _abort(story: Story) -> Iterator[Step]:
    if story.abort_asked is not None:
        yield recorded(story.abort_asked, "the client asked to interrupt the turn", _was_open(story))
    if story.abort_began is not None:
        yield recorded(
            story.abort_began, f"the abort began, by {story.abort_by or 'nobody named'}", _was_open(story)
        )
    if story.marker is not None:
        yield recorded(
            attrs.evolve(story.marker, quote=None),
            "a marker was written into the model's history",
            "the interrupt was deliberate, and the model is told of it in the next turn",
        )


def _was_open(story: Story) -> str | None:
    """What was waited for at the end."""
    counts = (
        (len(story.open_calls), "call"),
        (len(story.open_questions), "question for approval"),
        (len(story.open_hooks), "hook run"),
    )
    told = [f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in counts if count]
    return f"open when the turn ended: {', '.join(told)}" if told else None


def _ends(story: Story, ending: Ending) -> Iterator[Step]:
    for number, end in enumerate(story.ends):
        took = "" if end.duration_ms is None else f" after {end.duration_ms / 1000:,.3f} s"
        word = "completed" if end.completed else f"aborted, reason {end.reason or 'not given'}"
        error = " with an error" if end.failed else ""
        proves = (
            "a second end of the same turn: nobody should write it"
            if number
            else _proof_of_end(story, ending)
        )
        yield recorded(end.told, f"the turn was recorded as {word}{error}{took}", proves)


def _proof_of_end(story: Story, ending: Ending) -> str | None:
    if ending in INTERRUPTED and story.marker is None and story.profile.dialect is not Dialect.APP_SERVER:
        return "no marker precedes it: the interrupt came from inside, or markers are switched off"
    asked = story.abort_asked or story.abort_began
    return _was_open(story) if asked is None else None


def _aftermath(story: Story, ending: Ending) -> Iterator[Step]:
    if ending is Ending.LEFT_OPEN and story.file_ends is not None:
        torn = f", in a damaged line ({story.damage})" if story.damage else ""
        yield recorded(story.file_ends, f"the file ends here{torn}", _was_open(story))
    if ending is Ending.CUT_OFF and story.cut_by is not None:
        yield recorded(story.cut_by, "another turn began while this one was open", _was_open(story))
    if story.next_begins is not None and ending is not Ending.CUT_OFF:
        yield recorded(story.next_begins, "the next turn began")
    if story.next_input is not None:
        yield recorded(story.next_input, "the user said next")
    silent = [call for call in story.open_calls if call.answered is None]
    by_codex = ToolCallOutput in story.profile.visible and story.profile.dialect is not Dialect.OWN
    if silent and story.end is not None and by_codex:
        yield inferred(story.next_input or story.next_begins or story.end.told, _stand_in(silent, story))
    if story.rolled_back is not None:
        yield recorded(story.rolled_back, "a rollback took the turn back", "the model no longer sees it")
    is_last = story.next_begins is None and story.rolled_back is None and ending is not Ending.LEFT_OPEN
    if is_last and story.file_ends is not None:
        yield recorded(story.file_ends, "no further turn: the file ends here")


def _stand_in(silent: list[CallFacts], story: Story) -> str:
    names = ", ".join(call.call_id for call in silent)
    when = "when it was asked again" if story.model_spoke_after else "should it be asked again"
    return f"the model gets `aborted` in place of the missing output of {names}, {when}: Codex fills it in, unrecorded"
