"""Notices: errors, warnings, and records that are kept without being understood."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class ErrorRaised(Event):
    """The user was told of an error; most kinds of errors end the turn, by an event of their own.

    rollout `event_msg` `error`; app-server `error`; own log.
    """

    kind: ClassVar[str] = "error_raised"

    message: str | None = None
    """The error's text."""

    error_code: object = attrs.field(default=None, hash=False)
    """Class of the error: a string, or a mapping from its name to details (`codex_error_info`)."""

    turn_id: str | None = None
    """Turn of the error; rollouts do not say."""

    will_retry: bool | None = None
    """Whether the turn goes on after it (app-server `willRetry`)."""

    submission_id: str | None = None
    """Own log: submission that the error answers."""


@attrs.frozen(kw_only=True, repr=False)
class WarningRaised(Event):
    """The user was warned.

    rollout `event_msg` `warning` (in no file that we have seen); app-server `warning`; own log.
    """

    kind: ClassVar[str] = "warning_raised"

    message: str | None = None
    """The text."""

    thread_id: str | None = None
    """Session of the warning."""


@attrs.frozen(kw_only=True, repr=False)
class StreamErrorRaised(Event):
    """The stream of the model broke and is tried again.

    rollout `event_msg` `stream_error` (not persisted by newer versions).
    """

    kind: ClassVar[str] = "stream_error_raised"

    message: str | None = None
    """The error's text."""

    error_code: object = attrs.field(default=None, hash=False)
    """Class of the error: a string, or a mapping from its name to details (`codex_error_info`)."""


@attrs.frozen(kw_only=True, repr=False)
class UndoCompleted(Event):
    """An undo of the last turn's changes ended.

    rollout `event_msg` `undo_completed` (older versions).
    """

    kind: ClassVar[str] = "undo_completed"

    success: bool | None = None
    """Whether the changes are undone."""

    message: str | None = None
    """The text shown with it."""


@attrs.frozen(kw_only=True, repr=False)
class BackgroundNoted(Event):
    """The user was told of work in the background.

    rollout `event_msg` `background_event` (older versions).
    """

    kind: ClassVar[str] = "background_noted"

    message: str | None = None
    """The text."""


@attrs.frozen(kw_only=True, repr=False)
class UnknownRecorded(Event):
    """A record whose type this version does not know: kept whole.

    any source.
    """

    kind: ClassVar[str] = "unknown_recorded"

    record_type: str
    """The record's type, and its tag after a slash if it has one; for an event of our own log its kind."""

    payload: object = attrs.field(default=None, hash=False)
    """The record's payload, kept as it came."""

    record_version: int | None = None
    """Version of an event of our own log; None for records of other sources."""


@attrs.frozen(kw_only=True, repr=False)
class ForeignStateRecorded(Event):
    """A line of state that only its producer can use.

    bare files of 2025: `{"record_type": "state"}`.
    """

    kind: ClassVar[str] = "foreign_state_recorded"
