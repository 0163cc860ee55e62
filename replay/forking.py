"""A fork: a new session that begins as a copy of another one's events, up to a place in its past."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import attrs

from turnfold.core import State
from turnfold.events import (
    AgentMessageEmitted,
    Envelope,
    Event,
    MessageRecorded,
    Origin,
    SessionForked,
    SessionMetaRecorded,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.ending import ending_of
from turnfold.replay.events import Located, located_of
from turnfold.replay.replayer import Replayer
from turnfold.replay.user_text import MARKER
from turnfold.rollouts import Dialect, Profile, Reader, open_source

CUT_TEXT: Final = f"""{MARKER}
This session is a copy of another one, which ends in the middle of this turn. The work above may be unfinished.
</turn_aborted>"""


class ForkError(Exception):
    """A session cannot be forked there. Its text names the file, the reason and a remedy."""


@attrs.frozen(kw_only=True)
class Fork:
    """A session that was begun as a copy."""

    envelopes: tuple[Envelope, ...]
    """Its log so far, to be appended to a new recorder: its identity, the parent's events, the end of what was open."""
    state: State
    """The state after them."""

    @property
    def next_seq(self) -> int:
        """Number of the next event."""
        return len(self.envelopes)


@attrs.frozen
class _Copy:
    """An event of the parent, and whether Codex wrote it."""

    located: Located
    is_guest: bool
    profile: Profile


def fork(
    path: str | os.PathLike[str],
    *,
    session_id: str,
    at_us: int,
    created_at_text: str,
    before_message: int | None = None,
) -> Fork:
    """Copy the session at *path* for a new session, all of it or up to a message of the user.

    Args:
        path: the parent's file; a log of ours, a rollout of Codex, or ours continued by Codex.
        session_id: id of the new session.
        at_us: time that all rows are stamped with; `created_at_text` is the same as text.
        before_message: number of a user's message, from 0: the copy ends before the turn that it began, or before the
            message where it was added to a running turn. None copies all.

    What is open at the cut is ended as interrupted, with a marker for the model. The parent's shut-downs are not
    copied. Where its log leaves out what a strict reading needs, that is inferred, as in a replay (behaviour of Codex:
    the modes `before_message` and `interrupted`, a `session_meta` of its own before the parent's).

    Raises ForkError for a file without identity or without that message, SourceError when it cannot be opened.
    """
    copies = list(_own_form(_copies(path)))
    meta = next((_event(copy) for copy in copies if isinstance(_event(copy), SessionMetaRecorded)), None)
    if not isinstance(meta, SessionMetaRecorded):
        raise ForkError(f"{os.fspath(path)}: it holds no session's identity; name the file of a session")
    end = len(copies) if before_message is None else _place(copies, before_message, os.fspath(path))
    mode = "interrupted" if before_message is None else "before_message"
    last = max((copy.located.envelope.seq for copy in copies[:end]), default=-1)
    identity = attrs.evolve(
        meta,
        session_id=session_id,
        tree_session_id=None,
        forked_from_id=meta.session_id,
        forked_from_ordinal=None,
        created_at_text=created_at_text,
        history_mode=None,
        history_base=None,
    )
    forked = SessionForked(from_session_id=meta.session_id, from_seq=last + 1, mode=mode)
    log = _Log(Replayer(copies[0].profile, session_id), session_id, at_us)
    log.take(identity)
    log.take(forked)
    for copy in copies[:end]:
        log.replayer.adopt(copy.profile)
        log.take(_event(copy), copy.located.envelope.origin)
    for event in list(ending_of(log.replayer.state, CUT_TEXT)):
        log.take(event, Origin.INFERRED)
    return Fork(envelopes=tuple(log.envelopes), state=log.replayer.state)


def _event(copy: _Copy) -> Event:
    return copy.located.envelope.event


def _copies(path: str | os.PathLike[str]) -> Iterator[_Copy]:
    """The parent's events, without copies for Codex and without its shut-downs."""
    with open_source(path) as source:
        reader = Reader(source, twins=False)
        for located in located_of(reader):
            envelope = located.envelope
            if envelope.origin is Origin.DERIVED:
                continue
            if not isinstance(envelope.event, ShutdownBegan | ShutdownCompleted | SessionResumed):
                yield _Copy(located, reader.profile.dialect is not Dialect.OWN, reader.profile)


def _own_form(copies: Iterator[_Copy]) -> Iterator[_Copy]:
    """Codex writes a message twice, for the model and for clients; one event each is ours, with what both say."""
    listed = list(copies)
    gone: set[int] = set()
    for index, (first, second) in enumerate(pairwise(listed)):
        if not (first.is_guest and second.is_guest):
            continue
        match _event(first), _event(second):
            case MessageRecorded(role="user") as message, UserInputRecorded() as shown if (
                message.text or ""
            ) == (shown.message or ""):
                gone.add(index)
                if message.parts != 1 and "content" in message.extra:
                    listed[index + 1] = _with_content(second, shown, message.extra["content"])
            case AgentMessageEmitted() as shown, MessageRecorded(role="assistant") as message if (
                shown.message == message.text
            ):
                gone.add(index)
            case MessageRecorded(role="assistant") as message, AgentMessageEmitted() as shown if (
                shown.message == message.text
            ):
                gone.add(index + 1)
            case _:
                pass
    return (copy for index, copy in enumerate(listed) if index not in gone)


def _with_content(copy: _Copy, shown: UserInputRecorded, content: object) -> _Copy:
    event = attrs.evolve(shown, extra={**shown.extra, "content": content})
    located = attrs.evolve(copy.located, envelope=attrs.evolve(copy.located.envelope, event=event))
    return attrs.evolve(copy, located=located)


def _place(copies: Sequence[_Copy], wanted: int, path: str) -> int:
    """Where the copy ends: before the turn that the wanted message began, else before the message."""
    seen = 0
    turn_begins: int | None = None
    """Where the open turn begins, as long as no message of the user was in it."""
    for index, copy in enumerate(copies):
        match _event(copy):
            case TurnReserved():
                turn_begins = index
            case TurnStarted():
                turn_begins = index if turn_begins is None else turn_begins
            case TurnCompleted() | TurnAborted() | TurnCleared():
                turn_begins = None
            case UserInputRecorded() if seen == wanted:
                return index if turn_begins is None else turn_begins
            case UserInputRecorded():
                seen += 1
                turn_begins = None
            case _:
                pass
    raise ForkError(f"{path}: it has {seen} messages of the user; ask for one from 0 to {seen - 1}")


@attrs.define
class _Log:
    """The new log, kept legal by the replayer while it grows."""

    replayer: Replayer
    session_id: str
    at_us: int
    envelopes: list[Envelope] = attrs.field(factory=list[Envelope])

    def take(self, event: Event, origin: Origin = Origin.RECORDED) -> None:
        """Add an event, behind whatever has to be inferred before it. One that stays illegal is left out."""
        envelope = Envelope(
            session_id=self.session_id, seq=len(self.envelopes), at_us=self.at_us, origin=origin, event=event
        )
        step = self.replayer.step(Located(envelope, len(self.envelopes) + 1))
        added = [*step.inferred, *([envelope] if step.refusal is None else [])]
        self.envelopes += [
            attrs.evolve(item, seq=seq, cause=None)
            for seq, item in enumerate(added, start=len(self.envelopes))
        ]
