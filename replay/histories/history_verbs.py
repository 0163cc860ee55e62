"""Verbs about the model's memory: compact, rollback."""

from __future__ import annotations

from turnfold.replay.histories.arguments import Arguments
from turnfold.replay.histories.model_verbs import write_token_count
from turnfold.replay.histories.pen import Fields
from turnfold.replay.histories.story import Story, usage_of
from turnfold.replay.histories.turn_verbs import write_complete, write_start, write_turn_context


def compact(story: Story, words: Arguments) -> None:
    """`compact [TURN]`: in a turn the automatic compaction; outside one the user's, a turn of its own."""
    story.started(words)
    if story.turn is not None:
        write_compaction(story)
        return
    name = words.name("the name of the turn", f"compact-{len(story.window_ids)}")
    turn = story.begin_turn(name, words)
    write_start(story, turn)
    story.context_is_known = False
    story.pen.tick()
    write_compaction(story)
    story.pen.tick()
    write_complete(story, turn)
    story.end_turn()


def rollback(story: Story, words: Arguments) -> None:
    """`rollback N`: the user takes back the last N turns; the counted tokens come first."""
    story.started(words)
    count = words.number("the number of turns")
    if count < 1:
        raise words.wrong("Codex takes back one turn at least", "write 1 or more")
    if story.turn is not None:
        remedy = f"`complete {story.turn.name}` or `abort {story.turn.name}` before"
        raise words.wrong(f"Codex refuses this while turn {story.turn.name!r} is open", remedy)
    if story.form.has_turns:
        write_token_count(story, usage_of(0, 0, story.form))
        story.pen.event("thread_rolled_back", num_turns=count)
        story.forget_turns(count)


def write_compaction(story: Story) -> None:
    """The new beginning of the model's memory, and the records that go with it."""
    kept: list[Fields] = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        for turn in story.user_turns
        for text in turn.inputs
    ]
    sealed = {"type": "compaction", "encrypted_content": "c2VhbGVk"}
    before, window = story.window_ids[-1], story.add_window()
    payload: Fields = {"message": "", "replacement_history": [*kept, sealed]}
    if story.form.is_paginated:
        payload |= {
            "window_number": len(story.window_ids) - 1,
            "first_window_id": story.window_ids[0],
            "previous_window_id": before,
            "window_id": window,
        }
    story.pen.row("compacted", payload)
    if story.turn is not None and story.context_is_known:
        write_turn_context(story, story.turn)
    write_token_count(story, usage_of(0, 0, story.form))
    story.twin("context_compacted", {}, "ContextCompaction", {})
