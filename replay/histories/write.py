"""From the text of a history to the bytes of a rollout."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from turnfold.replay.histories import history_verbs, model_verbs, thread_verbs, turn_verbs
from turnfold.replay.histories.arguments import Arguments
from turnfold.replay.histories.forms import CODEX, Form
from turnfold.replay.histories.grammar import statements
from turnfold.replay.histories.story import Story

Verb = Callable[[Story, Arguments], None]

VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        "abort": turn_verbs.abort,
        "agent": model_verbs.agent,
        "call": model_verbs.call,
        "compact": history_verbs.compact,
        "complete": turn_verbs.complete,
        "context": turn_verbs.context,
        "crash": thread_verbs.crash,
        "error": turn_verbs.error,
        "fork": thread_verbs.fork,
        "meta": thread_verbs.meta,
        "output": model_verbs.output,
        "raw": thread_verbs.raw,
        "review": turn_verbs.review,
        "rollback": history_verbs.rollback,
        "start": turn_verbs.start,
        "steer": turn_verbs.steer,
        "subagent": thread_verbs.subagent,
        "think": model_verbs.think,
        "tokens": model_verbs.tokens,
        "user": turn_verbs.user,
        "wait": thread_verbs.wait,
    }
)
"""Every verb of the language. The docstring of its function is its entry in the reference."""


def write(history: str, dialect: Form = CODEX) -> bytes:
    """Return the rollout that *history* tells, in one of the dialects of this package.

    Raises:
        HistoryError: a word that is not understood, or that would make the rollout illegal.
    """
    story = Story(dialect)
    for statement in statements(history):
        words = Arguments(statement)
        _verb(words)(story, words)
        words.finish()
        story.pen.tick()
    return story.pen.render()


def _verb(words: Arguments) -> Verb:
    name = words.verb.source
    if name not in VERBS:
        alike = difflib.get_close_matches(name, VERBS, n=1)
        remedy = (
            f"did you mean {alike[0]!r}?" if alike else f"a statement begins with one of {', '.join(VERBS)}"
        )
        raise words.wrong("no verb of this language", remedy)
    return VERBS[name]
