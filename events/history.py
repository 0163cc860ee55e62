"""Events that change what the model is given of the past: compaction, rollback, fork, review mode."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class HistoryCompacted(Event):
    """The history was replaced by a shorter one.

    rollout `compacted`.
    """

    kind: ClassVar[str] = "history_compacted"

    message: str | None = None
    """The summary; empty when the new history is given item by item."""

    replacement_count: int | None = None
    """Number of items in `replacement_history`; None in older files, which have only the summary."""

    window_id: str | int | None = None
    """Id of the new context window; older files have a number."""

    previous_window_id: str | int | None = None
    """Id of the context window before it."""

    first_window_id: str | int | None = None
    """Id of the session's first context window."""

    window_number: int | None = None
    """Number of the new context window."""

    turn_id: str | None = None
    """Own log: turn in which it happened."""


@attrs.frozen(kw_only=True, repr=False)
class CompactionNoted(Event):
    """The user was told of a compaction.

    rollout `event_msg` `context_compacted`; app-server `thread/compacted`.
    """

    kind: ClassVar[str] = "compaction_noted"

    turn_id: str | None = None
    """Turn in which it happened; rollouts do not say."""


@attrs.frozen(kw_only=True, repr=False)
class CompactionItemRecorded(Event):
    """A summary that only the provider can read became part of the history.

    rollout `response_item` `compaction`, `compaction_summary`, `context_compaction`.
    """

    kind: ClassVar[str] = "compaction_item_recorded"

    item_id: str | None = None
    """Id of the item (`id`)."""

    item_type: str | None = None
    """The record's tag."""


@attrs.frozen(kw_only=True, repr=False)
class HistoryRolledBack(Event):
    """The last turns were taken out of the history; their lines stay in the file.

    rollout `event_msg` `thread_rolled_back`.
    """

    kind: ClassVar[str] = "history_rolled_back"

    num_turns: int
    """How many turns of the user, counted from the end; everything after the first of them goes too."""


@attrs.frozen(kw_only=True, repr=False)
class SessionForked(Event):
    """This session was begun as a copy of another one's rows.

    own log; in Codex a second `session_meta` and `forked_from_id` say so.
    """

    kind: ClassVar[str] = "session_forked"

    from_session_id: str
    """Session that was copied."""

    from_seq: int | None = None
    """First `seq` of that session that was not copied."""

    from_ordinal: int | None = None
    """First ordinal of that session that was not copied."""

    mode: str | None = None
    """`before_message` (cut before a user's message) or `interrupted` (cut in the middle of a turn)."""


@attrs.frozen(kw_only=True, repr=False)
class ReviewModeEntered(Event):
    """A review began; it runs as a turn of its own that cannot be steered.

    rollout `event_msg` `entered_review_mode`.
    """

    kind: ClassVar[str] = "review_mode_entered"

    hint: str | None = None
    """What is reviewed, in words for the user (`user_facing_hint`)."""


@attrs.frozen(kw_only=True, repr=False)
class ReviewModeExited(Event):
    """A review ended.

    rollout `event_msg` `exited_review_mode`.
    """

    kind: ClassVar[str] = "review_mode_exited"

    has_output: bool = False
    """Whether it came to a result (`review_output`); a review that was torn down has none."""


@attrs.frozen(kw_only=True, repr=False)
class WorldStateRecorded(Event):
    """What the model was told of its surroundings was recorded, in whole or as a difference.

    rollout `world_state`.
    """

    kind: ClassVar[str] = "world_state_recorded"

    full: bool | None = None
    """Whether it is the whole state; False for a difference to the one before."""
