"""Verbs about turns: start, context, user, steer, complete, abort, review, error."""

from __future__ import annotations

from typing import Final

from turnfold.replay.histories.arguments import Arguments
from turnfold.replay.histories.pen import Fields
from turnfold.replay.histories.story import CONTEXT_WINDOW, CWD, MODEL, Story, Turn
from turnfold.replay.user_text import MARKER

_MARKER_TEXT: Final = f"""{MARKER}
The user interrupted the previous turn on purpose. If any tools or commands were aborted, they may have
partially executed; verify the current state before retrying.
</turn_aborted>"""
_ENVIRONMENT: Final = (
    f"<environment_context>\n  <cwd>{CWD}</cwd>\n  <shell>bash</shell>\n</environment_context>"
)
_PERMISSIONS: Final = (
    "<permissions instructions>\nFiles outside the workspace are read-only.\n</permissions instructions>"
)


def start(story: Story, words: Arguments) -> None:
    """`start NAME`: a turn begins."""
    write_start(story, story.begin_turn(words.name("the name of the turn"), words))


def context(story: Story, words: Arguments) -> None:
    """`context [NAME]`: what the model is told about its surroundings; the first time in full."""
    turn = story.open_turn(words, words.name("the name of the turn", story.turn.name if story.turn else ""))
    pen, is_paginated = story.pen, story.form.is_paginated
    is_first, story.context_is_known = not story.context_is_known, True
    if is_first:
        if story.form.has_turns:
            pen.message("developer", _PERMISSIONS)
        pen.message("user", _ENVIRONMENT)
    if is_first and is_paginated:
        pen.row(
            "world_state", {"full": True, "state": {"model": MODEL, "environments": {"local": {"cwd": CWD}}}}
        )
    write_turn_context(story, turn)
    if is_first and is_paginated:
        settings = {"model": MODEL, "cwd": CWD, "approval_policy": "on-request"}
        pen.event("thread_settings_applied", thread_id=story.thread_id, thread_settings=settings)


def user(story: Story, words: Arguments) -> None:
    """`user "TEXT"`: the user's input, for the model and for clients."""
    turn = story.open_turn(words)
    text = words.text("what the user says")
    if not turn.inputs:
        story.user_turns.append(turn)
    turn.inputs.append(text)
    story.pen.message("user", text)
    extra: Fields = (
        {"images": [], "local_images": [], "text_elements": []} if story.form.has_turns else {"kind": "plain"}
    )
    item: Fields = {"content": [{"type": "text", "text": text, "text_elements": []}]}
    story.twin("user_message", {"message": text, **extra}, "UserMessage", item)


def steer(story: Story, words: Arguments) -> None:
    """`steer "TEXT"`: further input into a turn that had some; recorded like the first."""
    if not story.open_turn(words).inputs:
        raise words.wrong("there is no input yet that it could add to", "write `user` for the first input")
    user(story, words)


def complete(story: Story, words: Arguments) -> None:
    """`complete NAME`: the turn ends by itself."""
    turn = story.open_turn(words, words.name("the name of the turn"))
    if story.calls:
        waiting = next(iter(story.calls))
        raise words.wrong(f"call {waiting!r} still waits for its output", f"write `output {waiting}` before")
    write_complete(story, turn)
    story.end_turn()


def abort(story: Story, words: Arguments) -> None:
    """`abort NAME [REASON]`: the turn is cut short; calls without output stay so."""
    turn = story.open_turn(words, words.name("the name of the turn"))
    reasons = ("interrupted", "replaced", "review_ended", "budget_limited")
    write_abort(story, turn, words.choice(*reasons, default="interrupted"))
    story.end_turn()


def review(story: Story, words: Arguments) -> None:
    """`review on` and `review off`: the open turn enters and leaves review mode."""
    story.open_turn(words)
    if words.choice("on", "off", default="on") == "on":
        target = {"type": "uncommittedChanges"}
        story.pen.event("entered_review_mode", target=target, user_facing_hint="current changes")
    else:
        story.pen.event("exited_review_mode", review_output=None)


def error(story: Story, words: Arguments) -> None:
    """`error "TEXT" [CODE]`: something failed, as told to the user."""
    story.open_turn(words)
    message = words.text("the error's message")
    story.pen.event("error", message=message, codex_error_info=words.name("the error's code", "other"))


def write_start(story: Story, turn: Turn) -> None:
    """The record of a turn's start, where the form has one."""
    if story.form.has_turns:
        story.pen.event(
            "task_started",
            **story.turn_fields(turn),
            started_at=turn.started_ms // 1000,
            model_context_window=CONTEXT_WINDOW,
            collaboration_mode_kind="default",
        )


def write_complete(story: Story, turn: Turn) -> None:
    """The record of a turn's end, where the form has one."""
    if story.form.has_turns:
        first = turn.first_token_ms
        story.pen.event(
            "task_complete",
            **story.turn_fields(turn),
            last_agent_message=turn.last_message,
            **story.times(turn),
            time_to_first_token_ms=None if first is None else first - turn.started_ms,
        )


def write_abort(story: Story, turn: Turn, reason: str) -> None:
    """The records of an abort. Only an interruption by the user is told to the model, by a marker."""
    if reason == "interrupted" and story.form.has_envelope:
        story.pen.message("user", _MARKER_TEXT)
    story.pen.event("turn_aborted", **story.turn_fields(turn), reason=reason, **story.times(turn))


def write_turn_context(story: Story, turn: Turn) -> None:
    """The record of the settings that a turn runs under."""
    sandbox: Fields = {"type": "workspace-write", "writable_roots": [CWD], "network_access": False}
    story.pen.row(
        "turn_context",
        {
            **story.turn_fields(turn),
            "cwd": CWD,
            "approval_policy": "on-request",
            "sandbox_policy": sandbox,
            "model": MODEL,
            "effort": "medium",
            "summary": "auto",
        },
    )
