"""What has been told so far: the thread, its turns, calls and tokens."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from turnfold.replay.histories.arguments import Arguments
from turnfold.replay.histories.forms import Form
from turnfold.replay.histories.marks import uuid7
from turnfold.replay.histories.pen import Fields, Pen

CONTEXT_WINDOW: Final = 272_000
CWD: Final = "/home/ada/abacus"
MODEL: Final = "gpt-5-codex"


class Turn(msgspec.Struct):
    """A turn that was started."""

    name: str
    id: str
    started_ms: int
    usage: Fields
    inputs: list[str]
    first_token_ms: int | None = None
    last_message: str | None = None


class Call(msgspec.Struct):
    """A tool call that was made; in `Story.calls` while it has no output."""

    tool: str
    text: str
    started_ms: int


class Story:
    """State of one history while it is written. Verbs change it and write with its pen."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.pen = Pen(form)
        self.thread_name: str | None = None
        self.thread_id = ""
        self.identity: Fields = {}
        """The payload of `session_meta`."""
        self.turn: Turn | None = None
        """The open turn."""
        self.turns: dict[str, Turn] = {}
        self.calls: dict[str, Call] = {}
        self.call_ids: set[str] = set()
        self.usage: Fields = usage_of(0, 0, form)
        """Tokens of the thread up to now."""
        self.user_turns: list[Turn] = []
        """The turns with user input that were not rolled back."""
        self.context_is_known = False
        """Whether the model has been given permissions and environment."""
        self.window_ids: list[str] = []
        """One for the beginning, one more for each compaction."""

    def name_thread(self, name: str) -> None:
        """Take this name, and the thread id that belongs to it."""
        self.thread_name, self.thread_id = name, uuid7(self.pen.now_ms, f"thread {name}")
        if not self.window_ids:
            self.add_window()

    def add_window(self) -> str:
        """Begin a context window and return its id."""
        self.window_ids.append(uuid7(self.pen.now_ms, f"window {self.thread_name}/{len(self.window_ids)}"))
        return self.window_ids[-1]

    def forget_turns(self, count: int) -> None:
        """Roll back the last *count* turns that had input."""
        del self.user_turns[-count:]
        self.context_is_known = self.context_is_known and bool(self.user_turns)

    def started(self, words: Arguments) -> None:
        """Refuse a statement that comes before the thread's identity."""
        if self.thread_name is None:
            raise words.wrong("there is no thread yet", "begin the history with `meta`")

    def open_turn(self, words: Arguments, name: str | None = None) -> Turn:
        """Return the open turn.

        Raises:
            HistoryError: none is open, or *name* is given and it is another one.
        """
        self.started(words)
        if self.turn is None:
            raise words.wrong("no turn is open", "`start` one before; for an illegal file, edit the result")
        if name not in (None, self.turn.name):
            raise words.wrong(f"the open turn is {self.turn.name!r}", f"write {self.turn.name}")
        return self.turn

    def begin_turn(self, name: str, words: Arguments) -> Turn:
        """Open a turn of that name; nothing is written.

        Raises:
            HistoryError: a turn is open, or the name was used.
        """
        self.started(words)
        if self.turn is not None:
            remedy = f"`complete {self.turn.name}`, `abort {self.turn.name}` or `crash` before"
            raise words.wrong(f"turn {self.turn.name!r} is still open", remedy)
        if name in self.turns:
            raise words.wrong("a turn of this name was started before", "take another name")
        now = self.pen.now_ms
        turn_id = uuid7(now, f"turn {self.thread_name}/{name}")
        turn = Turn(name=name, id=turn_id, started_ms=now, usage=usage_of(0, 0, self.form), inputs=[])
        self.turn = self.turns[name] = turn
        return turn

    def end_turn(self) -> None:
        """Close the open turn; its unanswered calls stay unanswered. Nothing is written."""
        self.turn = None
        self.calls.clear()

    def turn_fields(self, turn: Turn) -> Fields:
        """What names a turn in a record; nothing where turns have no ids."""
        if not self.form.has_turns:
            return {}
        root = {"root_turn_id": turn.id} if self.form.is_paginated else {}
        return {"turn_id": turn.id, **root}

    def times(self, turn: Turn) -> Fields:
        """Start, end and length of a turn that ends now."""
        if not self.form.has_turns:
            return {}
        return {
            "started_at": turn.started_ms // 1000,
            "completed_at": self.pen.now_s,
            "duration_ms": self.pen.now_ms - turn.started_ms,
        }

    def twin(
        self, tag: str, fields: Fields, item_type: str, item: Fields, since_ms: int | None = None
    ) -> None:
        """Write what clients show: an event of its own, or in the paginated form the item that it became."""
        if not self.form.is_paginated:
            self.pen.event(tag, **fields)
        elif self.turn is not None:
            now = self.pen.now_ms
            self.pen.event(
                "item_completed",
                thread_id=self.thread_id,
                turn_id=self.turn.id,
                item={"type": item_type, "id": self.pen.fresh_id("item"), **item},
                started_at_ms=now if since_ms is None else since_ms,
                completed_at_ms=now,
            )

    def model_spoke(self, turn: Turn) -> None:
        """The model has answered for the first time in its turn, or again."""
        if turn.first_token_ms is None:
            turn.first_token_ms = self.pen.now_ms


def usage_of(tokens_in: int, tokens_out: int, form: Form) -> Fields:
    """Token counts that agree: half of the input was cached, half of the output was reasoning."""
    written: dict[str, Any] = {"cache_write_input_tokens": 0} if form.is_paginated else {}
    return {
        "input_tokens": tokens_in,
        "cached_input_tokens": tokens_in // 2,
        **written,
        "output_tokens": tokens_out,
        "reasoning_output_tokens": tokens_out // 2,
        "total_tokens": tokens_in + tokens_out,
    }


def sum_of(one: Fields, other: Fields) -> Fields:
    """Two usages together."""
    return {name: one[name] + other[name] for name in one}
