"""The steps of a run: as data, and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

import attrs

from turnfold.replay.explore.places import Place
from turnfold.replay.explore.runs import Run

_PAST_MAX: Final = 3
"""Stops between the first and the last of several steps in a row that are named."""

_SLEEPS: Final = frozenset({"sleep", "sleep_until"})
"""These end by a deadline of their own, which is a cancellation to nobody but trio."""


@attrs.frozen(kw_only=True)
class Step:
    """One step of a schedule: what one task did from one checkpoint to the next."""

    number: int
    """From 0 on."""
    task: str
    """Name and number of the task, e.g. `book#1`."""
    began: Place | None
    """Where the task stood. Nothing: this is its first step."""
    stopped: Place | None
    """Where it stopped, and what it waits for there. Nothing: it ended."""
    woken: int | None
    """The step that made the task runnable: its own last one, if that ended in a checkpoint. Nothing for the first
    task. If time passed since that step, the passing of time did it."""
    cancelled: bool
    """Whether the step began with `trio.Cancelled`. A `trio.sleep` ends by that too: its time is a deadline."""
    time_s: float
    """Virtual time, in seconds from the beginning of the schedule."""
    runnable: tuple[str, ...]
    """The tasks that could have made a step, this one included."""
    delay: bool
    """Whether it was a choice other than the default that made this task run."""


@attrs.frozen(kw_only=True)
class Span:
    """Steps in a row of one task that nobody else had to wake in between."""

    task: str
    first: int
    """Number of its first step."""
    last: int
    """Number of its last step."""
    steps: tuple[Step, ...]
    """The steps. Empty if the run has no details."""

    @property
    def numbers(self) -> str:
        """E.g. `step 3`, `steps 3 to 5`."""
        return f"step {self.first}" if self.first == self.last else f"steps {self.first} to {self.last}"


def steps_of(run: Run) -> tuple[Step, ...]:
    """Return the steps of a run that was run with `Plan.detail`; nothing of another one."""
    stood: dict[int, Place | None] = {}
    delays = {point for point, _ in run.deviations}
    choices = 0
    steps: list[Step] = []
    for at, (number, detail) in enumerate(zip(run.order, run.details, strict=False)):
        step = Step(
            number=at,
            task=run.name(number),
            began=stood.get(number),
            stopped=detail.place,
            woken=detail.woken,
            cancelled=detail.cancelled,
            time_s=detail.time_s,
            runnable=tuple(map(run.name, detail.runnable)),
            delay=detail.choices > choices and choices in delays,
        )
        steps.append(step)
        choices = detail.choices
        stood[number] = detail.place
    return tuple(steps)


def spans_of(run: Run, breaks: Collection[int] = ()) -> list[Span]:
    """Put together the steps that one task makes in a row. A new span begins at each step in *breaks* in any case."""
    steps = steps_of(run)
    borders = set(breaks)
    if run.cancel is not None:
        borders.add(run.cancel.step)
    starts = [
        step
        for step, number in enumerate(run.order)
        if step == 0
        or number != run.order[step - 1]
        or step in borders
        or (steps and (steps[step].cancelled or steps[step].woken != step - 1 or _waited(steps, step)))
    ]
    return [
        Span(task=run.name(run.order[first]), first=first, last=end - 1, steps=steps[first:end])
        for first, end in pairwise([*starts, len(run.order)])
    ]


def _waited(steps: Sequence[Step], at: int) -> bool:
    """Whether time passed before a step."""
    return steps[at].time_s != steps[at - 1].time_s


def pictured(run: Run, limit: int = 40) -> Sequence[str]:
    """The steps of a run as lines; what a task does in a row has one line.

    Of a run with details each line says from where to where the task went, what it waits for there, and what woke it if
    it was not runnable before. A star marks choices other than the default. At most *limit* lines are shown: the
    beginning, the end, and what is next to choices and cancellations.
    """
    spans = spans_of(run)
    steps = steps_of(run)
    left = max((len(span.numbers) for span in spans), default=0) + 1
    right = max((len(span.task) for span in spans), default=0)
    lines: list[str] = []
    matters: list[int] = []
    for span in spans:
        head = f"{span.numbers}:"
        if not steps:
            lines.append(f"{head} {span.task}")
        else:
            mark = "*" if span.steps[0].delay else " "
            lines.append(f"{mark} {head:<{left}} {span.task:<{right}}  {_journey(run, span, steps)}")
            if span.steps[0].delay:
                matters.append(len(lines) - 1)
        if run.cancel is not None and run.cancel.step == span.last + 1:
            lines.append(_cancellation(run, span))
            matters.append(len(lines) - 1)
    return _selected(lines, [0, *matters, len(lines) - 1], limit)


def _selected(lines: Sequence[str], matters: Sequence[int], limit: int) -> Sequence[str]:
    """So many lines, those next to what matters; the others are counted."""
    if len(lines) <= limit:
        return lines

    def remote(at: int) -> int:
        return min(abs(at - matter) for matter in matters)

    kept = sorted(sorted(range(len(lines)), key=remote)[:limit])
    shown: list[str] = []
    for before, at in pairwise([-1, *kept, len(lines)]):
        if at - before > 1:
            shown.append(f"... {at - before - 1} more ...")
        shown.extend(lines[at : at + 1])
    return shown


def _journey(run: Run, span: Span, steps: Sequence[Step]) -> str:
    first, last = span.steps[0], span.steps[-1]
    began = "its start" if first.began is None else first.began.brief
    ended = "its end" if last.stopped is None else str(last.stopped)
    return f"from {began}{_reason(run, first, steps)} to {ended}{_past(span)}"


def _reason(run: Run, step: Step, steps: Sequence[Step]) -> str:
    """What made a task runnable that was not; or that it was cancelled."""
    if step.woken is None or step.began is None:
        return ""
    asleep = step.began.waits_in in _SLEEPS
    how = "cancelled" if step.cancelled and not (asleep and _passed(step, steps)) else "woken"
    if run.cancel is not None and step.cancelled and step.woken == run.cancel.step - 1:
        return " (cancelled)"
    if _passed(step, steps):
        return f" ({how} at {step.time_s:g} s)"
    if steps[step.woken].task == step.task and not step.cancelled:
        return ""
    return f" ({how} by step {step.woken})"


def _passed(step: Step, steps: Sequence[Step]) -> bool:
    """Whether it was the passing of time that woke a task."""
    return step.woken is not None and _waited(steps, step.woken + 1)


def _past(span: Span) -> str:
    """The places at which the task stopped in between."""
    spots = [step.stopped for step in span.steps[:-1] if step.stopped is not None]
    distinct = list(dict.fromkeys(spots))
    named = ", ".join(_spots(distinct[:_PAST_MAX]))
    more = len(distinct) - _PAST_MAX
    return "" if not distinct else f", past {named}" + (f" and {more} more" if more > 0 else "")


def _spots(places: Sequence[Place]) -> Iterator[str]:
    """File and line of each; the file only where it is another one."""
    before = ""
    for place in places:
        yield f":{place.line}" if place.file == before else place.brief
        before = place.file


def _cancellation(run: Run, span: Span) -> str:
    """The cancellation that the exploration put in behind a step."""
    assert run.cancel is not None
    depth = run.cancel.depth
    around = run.details[span.last].depth if run.details and run.cancel.task is None else 0
    task = span.task if run.cancel.task is None else run.name(run.cancel.task)
    if depth + 1 == around:
        scope = "the whole scenario"
    elif depth == 0:
        scope = f"the innermost scope around {task}"
    else:
        scope = f"scope {depth} around {task} (0: the innermost)"
    return f"cancelled from outside: {scope}"
