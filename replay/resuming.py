"""A log read back, so that its session can go on: the state it was left in, and what ends what was cut off."""

from __future__ import annotations

import os
from collections.abc import Iterator

import attrs

from turnfold.core import State
from turnfold.events import Envelope, Event, Origin, SessionResumed
from turnfold.replay.closing import MARKER_TEXT
from turnfold.replay.ending import ending_of
from turnfold.replay.events import located_of
from turnfold.replay.replayer import Replayer
from turnfold.rollouts import Reader, open_source


@attrs.frozen(kw_only=True)
class Resumed:
    """A session as its log has it."""

    session_id: str | None
    """Its identity; None for a log that was cut off before its first line was whole."""
    envelopes: tuple[Envelope, ...]
    """Every event of the log in its order, without the copies for Codex, with the numbers of the file."""
    state: State
    """The state at the end of the log, numbered like the file."""
    next_seq: int
    """Number of the next event."""
    open_turn_id: str | None
    """Turn that was open where the log ends."""
    closing: tuple[Event, ...]
    """What has to be recorded first, as inferred: the end of the open turn, and `SessionResumed`."""


def read_back(path: str | os.PathLike[str]) -> Resumed:
    """Read the log at *path* to its end.

    A log of ours gives the state that the engine had. Where Codex continued it, or lines were lost, what is missing
    is inferred as in a replay. The caller continues the file with `Recorder.resume`, records `closing`, and goes on.
    Raises SourceError when the file cannot be opened.
    """
    envelopes: list[Envelope] = []
    with open_source(path) as source:
        reader = Reader(source, twins=False)
        replayer = Replayer(reader.profile)
        profile = reader.profile
        for located in located_of(reader):
            if reader.profile is not profile:
                profile = reader.profile
                replayer.adopt(profile)
            replayer.step(located)
            if located.envelope.origin is not Origin.DERIVED:
                envelopes.append(located.envelope)
    last = envelopes[-1].seq if envelopes else -1
    state = attrs.evolve(replayer.state, seq=last)
    session_id = envelopes[0].session_id if envelopes else None
    turn = state.turn
    return Resumed(
        session_id=session_id,
        envelopes=tuple(envelopes),
        state=state,
        next_seq=last + 1,
        open_turn_id=turn.turn_id if turn else None,
        closing=tuple(_closing(state, session_id, last)),
    )


def _closing(state: State, session_id: str | None, last: int) -> Iterator[Event]:
    if session_id is None:
        return
    turn_id = state.turn.turn_id if state.turn else None
    yield from ending_of(state, MARKER_TEXT)
    yield SessionResumed(session_id=session_id, through_seq=last, open_turn_id=turn_id)
