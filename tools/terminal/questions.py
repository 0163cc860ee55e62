"""Questions for approval, as a person reads and answers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from turnfold.events import ApprovalRequested
from turnfold.tools.render import safe
from turnfold.tools.terminal.telling import Told

LABELS: Final[Mapping[str, str]] = {
    "approved": "yes, this time",
    "approved_for_session": "yes, and do not ask again in this session",
    "approved_execpolicy_amendment": "yes, and keep a rule that allows it",
    "denied": "no (say behind the number what to do instead)",
    "abort": "no, and interrupt the turn",
}
"""What can be chosen, in this order. Other answers need details that a number cannot give."""


@attrs.frozen
class Reply:
    """An answer."""

    decision: str
    instead: str | None = None
    """What the agent is to do instead; it goes into the turn as input, for a denial as such tells it nothing."""


def offered(question: ApprovalRequested) -> tuple[str, ...]:
    """The decisions to choose from; a question that names none takes a plain yes or no."""
    named = question.choices or ("approved", "denied", "abort")
    return tuple(decision for decision in LABELS if decision in named)


def lines_of(question: ApprovalRequested) -> Iterator[Told]:
    """The question with its numbered answers."""
    what = question.command or question.call_id or question.approval_kind
    yield Told(f"? allow {safe(question.approval_kind.replace('_', ' '))}: {safe(what)}", "ask")
    if question.cwd:
        yield Told(f"  in {safe(question.cwd)}", "quiet")
    if question.reason:
        yield Told(f"  because {safe(question.reason)}", "quiet")
    for number, decision in enumerate(offered(question), 1):
        yield Told(f"  {number}  {LABELS[decision]}", "ask")


def reply_of(question: ApprovalRequested, line: str) -> Reply | None:
    """What *line* answers: `2`, or `3 use another folder`; None when it is no answer."""
    number, _, rest = line.strip().partition(" ")
    choices = offered(question)
    if not number.isascii() or not number.isdigit() or not 1 <= int(number[:3]) <= len(choices):
        return None
    decision = choices[int(number) - 1]
    return Reply(decision, (rest.strip() or None) if decision == "denied" else None)
