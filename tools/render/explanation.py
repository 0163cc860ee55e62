"""The text of `turnfold explain`: a title, the answer, the numbered chain, and what the file cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from turnfold.tools.documents.explain import ExplainDocument, StepEntry
from turnfold.tools.render.prose import MARK, QUIET, paragraph, safe
from turnfold.tools.render.times import span

PLACE_SHARE: Final = 0.5
"""Of a line's width, what place and time may take beside the text."""
INDENT: Final = 5


def explanation_lines(told: ExplainDocument, width: int | None = None) -> Iterator[Text]:
    """All of it. Prose is wrapped at *width*; None leaves it on one line."""
    file = safe(told.file)
    yield Text(safe(told.title), style=MARK)
    yield Text.assemble(
        (f"{file}:{told.first_line}", MARK),
        (f" to {file}:{told.last_line}, turn {safe(told.turn_id)}", QUIET),
    )
    yield Text()
    yield from paragraph(told.answer, width=width)
    yield Text()
    places = [f"{file}:{step.line}" if step.line is not None else "" for step in told.steps]
    column = max(map(len, places), default=0)
    for number, (step, place) in enumerate(zip(told.steps, places, strict=True), 1):
        yield from _step_lines(number, step, f"{place:<{column}}", width)
    if told.unknowns:
        yield Text()
        yield Text("What this file cannot tell", style=MARK)
        for unknown in told.unknowns:
            yield from paragraph(unknown.question, width=width, indent=2, label="- ")
            yield from paragraph(unknown.remedy, width=width, indent=4, style=QUIET)


def _step_lines(number: int, step: StepEntry, place: str, width: int | None) -> Iterator[Text]:
    since = f"+{span(step.since_s)}" if step.since_s is not None and step.since_s >= 0 else ""
    head = f"{number:>3}. {place}  {since:>9}  "
    indent = len(head)
    if width is not None and indent > width * PLACE_SHARE:  # long paths: the text goes under its place
        yield Text(f"{number:>3}. {place.rstrip()}  {since}".rstrip(), style=QUIET)
        head, indent = "", INDENT
    mark = "" if step.certainty == "recorded" else f"({step.certainty}) "
    said = mark + step.text + (f": {step.quote}" if step.quote else "")
    for index, line in enumerate(paragraph(said, width=width, indent=indent)):
        yield Text.assemble((head, QUIET), line.plain[indent:]) if head and index == 0 else line
    if step.proves:
        yield from paragraph(step.proves, width=width, indent=indent, label="→ ", style=QUIET)
