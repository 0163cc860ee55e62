"""Answers of hooks, made by hand and by Hypothesis."""

import json
from typing import Any

from hypothesis import strategies as st

from turnfold.core.hooks import HookEvent, HookExit, Outcome, interpret
from turnfold.events import HookEntry

EVENTS = st.sampled_from(HookEvent)


def said(event: HookEvent, answer: object, profile: str = "seed") -> Outcome:
    """What it means that a hook of *event* ended well and wrote this; what is no text is written as JSON."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return interpret(event, HookExit(code=0, stdout=text), profile)


def error(text: str) -> tuple[HookEntry, ...]:
    """The entries of a run that failed so."""
    return (HookEntry(kind="error", text=text),)


def kinds(outcome: Outcome) -> list[str]:
    """The kinds of its entries, in order."""
    return [entry.kind for entry in outcome.entries]


def specific(event: HookEvent, **fields: object) -> dict[str, Any]:
    """An answer with a part that is special to *event*."""
    return {"hookSpecificOutput": {"hookEventName": event.wire, **fields}}


_TEXTS = st.sampled_from(("", "  ", " why ", "because")) | st.text(max_size=5)
_VALUES = st.booleans() | _TEXTS | st.integers() | st.builds(dict[str, object]) | st.builds(list[object])
_NAMES = st.sampled_from([event.wire for event in HookEvent]) | st.just("Nothing")
_VERDICTS = st.fixed_dictionaries(
    {},
    optional={
        "behavior": st.sampled_from(("allow", "deny", "ask")),
        "message": _TEXTS | _VALUES,
        "interrupt": st.booleans() | _VALUES,
        "updatedInput": _VALUES,
        "updatedPermissions": _VALUES,
        "other": _VALUES,
    },
)
_SPECIFICS = st.fixed_dictionaries(
    {},
    optional={
        "hookEventName": _NAMES,
        "decision": _VERDICTS | _VALUES,
        "permissionDecision": st.sampled_from(("allow", "deny", "ask", "maybe")),
        "permissionDecisionReason": _TEXTS,
        "additionalContext": _TEXTS | _VALUES,
        "updatedInput": _VALUES,
        "updatedToolOutput": _VALUES,
    },
)
ANSWERS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "continue": st.booleans() | _VALUES,
        "stopReason": _TEXTS | _VALUES,
        "suppressOutput": st.booleans() | _VALUES,
        "systemMessage": _TEXTS,
        "decision": st.sampled_from(("block", "approve", "deny")),
        "reason": _TEXTS,
        "hookSpecificOutput": _SPECIFICS | _VALUES,
    },
)
"""JSON objects that are valid answers, or nearly; without null."""

_STDOUTS = st.text() | ANSWERS.map(json.dumps) | st.sampled_from(("[1", "{", "[" * 5000, '{"a":"\\ud800"}'))
EXITS = st.builds(
    HookExit,
    code=st.none() | st.sampled_from((0, 0, 0, 1, 2)) | st.integers(),
    stdout=_STDOUTS,
    stderr=st.text() | st.just(" no\n"),
    error=st.none() | st.none() | st.text(),
)
"""Ends of a hook's program."""
