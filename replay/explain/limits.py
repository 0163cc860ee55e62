"""What a file of this kind cannot tell about the end of a turn."""

from __future__ import annotations

from collections.abc import Iterator

from turnfold.events import (
    AbortRequested,
    ApprovalRequested,
    ExecBegan,
    HookStarted,
    ToolCallOutput,
    TurnStarted,
)
from turnfold.replay.explain.chain import INTERRUPTED
from turnfold.replay.explain.endings import Ending
from turnfold.replay.explain.explanation import Unknown
from turnfold.replay.explain.facts import Story
from turnfold.rollouts import Dialect

OTHER_LOGS = "an app-server capture or our own log would show it"

ENDLESS = frozenset({Ending.CUT_OFF, Ending.LEFT_OPEN})


def unknowns(story: Story, ending: Ending) -> tuple[Unknown, ...]:
    """The questions that remain, the most interesting first."""
    return (*_about_calls(story), *_about_the_end(story, ending))


def _about_calls(story: Story) -> Iterator[Unknown]:
    shown = story.profile.persisted
    held = story.open_calls or story.aborted_calls
    refused = any(call.refused is not None for call in story.calls)
    kind = "our own log" if story.profile.dialect is Dialect.OWN else "a Codex rollout"
    if (held or refused) and ApprovalRequested not in shown:
        what = (
            "who refused the call, the user, a hook or a policy"
            if refused
            else "whether an approval was pending"
        )
        yield Unknown(question=what, remedy=f"approvals are not recorded in {kind}: {OTHER_LOGS}")
    if held and HookStarted not in shown:
        remedy = f"hook runs are not recorded in {kind}: {OTHER_LOGS}"
        yield Unknown(question="whether a hook was running", remedy=remedy)
    if held and ExecBegan not in shown:
        remedy = "the beginning of a command is recorded by our own log alone"
        yield Unknown(
            question="whether the call had begun to run, and what it had done by then", remedy=remedy
        )
    if held and ToolCallOutput not in shown:
        remedy = "a capture has no outputs; the session's rollout has them"
        yield Unknown(question="what the model was told of the call", remedy=remedy)


def _about_the_end(story: Story, ending: Ending) -> Iterator[Unknown]:
    shown = story.profile.persisted
    if ending in INTERRUPTED and AbortRequested not in shown:
        remedy = "a rollout has the reason and nothing else; an app-server capture has the client's request"
        yield Unknown(question="who interrupted: a key, a client, a shutdown", remedy=remedy)
    if ending in INTERRUPTED and story.profile.dialect is Dialect.APP_SERVER:
        remedy = "the app-server says *interrupted* for all of them; the session's rollout has the reason"
        yield Unknown(question="whether it was interrupted, replaced or out of budget", remedy=remedy)
    if ending in ENDLESS and story.end is None:
        remedy = "what a process did not write leaves no trace; its own logs or the system's may say"
        yield Unknown(question="whether its process crashed, was killed or still runs", remedy=remedy)
    if ending is Ending.IMPLICIT and TurnStarted not in shown:
        remedy = "Codex writes starts and ends from 0.104 on"
        yield Unknown(question="when it ended, and whether the model had finished", remedy=remedy)
    if ending is Ending.REPLACED:
        remedy = "the next turn may tell by what it does"
        yield Unknown(question="which task replaced it", remedy=remedy)
