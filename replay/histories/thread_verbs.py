"""Verbs about the thread and the clock: meta, subagent, fork, wait, crash, raw."""

from __future__ import annotations

from turnfold.replay.histories.arguments import Arguments
from turnfold.replay.histories.marks import START_MS, STEP_MS, stamp, uuid7
from turnfold.replay.histories.pen import Fields
from turnfold.replay.histories.story import CWD, Story
from turnfold.replay.histories.turn_verbs import write_abort


def meta(story: Story, words: Arguments) -> None:
    """`meta [NAME]`: the identity record. Again later: the same record rewritten, as after a rename."""
    name = words.name("a name for the thread", story.thread_name or "main")
    if story.thread_name is None:
        story.name_thread(name)
        story.identity = identity(story)
    elif name != story.thread_name:
        raise words.wrong(
            f"this thread is called {story.thread_name!r}", "use `fork` for a thread out of this one"
        )
    story.pen.row("session_meta", story.identity)


def subagent(story: Story, words: Arguments) -> None:
    """`subagent [NAME] of PARENT`: in place of `meta`, the identity of a thread that another one spawned."""
    if story.thread_name is not None:
        raise words.wrong(
            "the thread has an identity already", "begin the history with `subagent`, without `meta`"
        )
    story.name_thread("agent" if words.flag("of") else _name_then_of(words, "agent"))
    parent_id = uuid7(START_MS, f"thread {words.name('the name of the parent thread')}")
    spawn = {"parent_thread_id": parent_id, "depth": 1, "agent_nickname": "Robin", "agent_role": "explorer"}
    fields: Fields = {"source": {"subagent": {"thread_spawn": spawn}}, "parent_thread_id": parent_id}
    if story.form.is_paginated:
        fields["session_id"] = parent_id
    story.identity = identity(story, **fields)
    story.pen.row("session_meta", story.identity)


def fork(story: Story, words: Arguments) -> None:
    """`fork [NAME] of THREAD`: what was written so far becomes the copied beginning of a new thread.

    As in real forks the copies, the parent's identity among them, are re-stamped in one burst. A turn that is
    open in the parent is interrupted in the copy.
    """
    story.started(words)
    if not story.form.has_envelope:
        raise words.wrong("bare files have no forks", "write this history in another dialect")
    name = "fork" if words.flag("of") else _name_then_of(words, "fork")
    if words.name("the name of the thread to fork") != story.thread_name:
        raise words.wrong("not the thread of this history", f"write {story.thread_name}")
    if story.turn is not None:
        write_abort(story, story.turn, "interrupted")
        story.end_turn()
    parent_id = story.thread_id
    story.name_thread(name)
    story.identity = identity(story, forked_from_id=parent_id)
    story.pen.put_in_front("session_meta", story.identity)


def wait(story: Story, words: Arguments) -> None:
    """`wait 5s`: so much time goes by; the statement itself takes none."""
    story.pen.now_ms += words.duration_ms() - STEP_MS


def crash(story: Story, words: Arguments) -> None:
    """`crash`: the process dies. Nothing is written, and the open turn has no end."""
    story.open_turn(words)
    story.end_turn()


def raw(story: Story, words: Arguments) -> None:
    """`raw {...}`: this record, as it is."""
    story.pen.raw(words.object())


def identity(story: Story, **fields: object) -> Fields:
    """The payload of `session_meta` for the thread that was just named."""
    form, started = story.form, stamp(story.pen.now_ms)
    if not form.has_envelope:
        return {"id": story.thread_id, "timestamp": started, "instructions": None}
    root: Fields = {"session_id": story.thread_id} if form.is_paginated else {}
    payload: Fields = {
        **root,
        "id": story.thread_id,
        "timestamp": started,
        "cwd": CWD,
        "originator": "codex_cli_rs",
        "cli_version": form.cli_version,
        "source": "cli",
        "model_provider": "openai",
    }
    if form.is_paginated:
        payload |= {"history_mode": "paginated", "context_window": {"window_id": story.window_ids[-1]}}
    return payload | fields


def _name_then_of(words: Arguments, default: str) -> str:
    name = words.name("a name for the thread", default)
    words.keyword("of")
    return name
