"""What a session promises, whatever its clients do: checked on its log, event by event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from turnfold.core import INITIAL, IllegalEvent, SequenceError, SessionPhase, State, reduce
from turnfold.events import (
    ApprovalDropped,
    Envelope,
    InputDropped,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
    WaitersDropped,
)

_SHOWN: Final = 60


class PromiseBroken(AssertionError):
    """A session did what it promises not to do. The text says what, and shows the end of the log."""


class Promises:
    """The promises of a session, as far as its log and what its clients were told can show them.

    * The log folds: each event is legal where it stands.
    * A turn that started has one terminal event, and the session holds no turn when that is read.
    * What waited for a turn is dropped only when no turn is open.
    * Input that was accepted is recorded once, or dropped by name, or still kept.
    """

    def __init__(self, log: Iterable[Envelope] = ()) -> None:
        self.state: State = INITIAL
        """The fold of what was taken in."""
        self.log: list[Envelope] = []
        self._started: list[str] = []
        self._ended: Counter[str | None] = Counter()
        self._recorded: Counter[str | None] = Counter()
        self._dropped: set[str | None] = set()
        for envelope in log:
            self.take(envelope)

    def take(self, envelope: Envelope) -> None:
        """Take in the next event. Raises PromiseBroken."""
        before, event = self.state, envelope.event
        self.log.append(envelope)
        try:
            self.state = reduce(before, envelope)
        except (IllegalEvent, SequenceError) as error:
            raise self.broken(f"the log is not legal: {error}") from error
        match event:
            case TurnStarted(turn_id=turn_id):
                if turn_id in self._started:
                    raise self.broken(f"turn {turn_id} started twice")
                self._started.append(turn_id)
            case TurnCompleted(turn_id=turn_id) | TurnAborted(turn_id=turn_id):
                self._end(turn_id)
            case ApprovalDropped() | WaitersDropped():
                if before.turn is not None:
                    raise self.broken(
                        f"something that waited was dropped while turn {before.turn.turn_id} was open"
                    )
                self._dropped.update(event.inputs if isinstance(event, WaitersDropped) else ())
            case InputDropped(input_id=input_id):
                self._dropped.add(input_id)
            case UserInputRecorded(input_id=str(input_id)):
                self._recorded[input_id] += 1
                if self._recorded[input_id] > 1:
                    raise self.broken(f"input {input_id} was recorded twice")
            case TurnCleared(turn_id=turn_id) if turn_id in self._started:
                raise self.broken(f"turn {turn_id} had started, and was cleared")
            case _:
                pass

    def _end(self, turn_id: str | None) -> None:
        self._ended[turn_id] += 1
        if self._ended[turn_id] > 1:
            raise self.broken(f"turn {turn_id} has two terminal events")
        if turn_id not in self._started:
            raise self.broken(f"turn {turn_id} has ended, and never started")
        if self.state.turn is not None or self.state.session is SessionPhase.IN_TURN:
            raise self.broken(f"the session still holds a turn when the end of turn {turn_id} is read")

    def keeps(self, accepted: Iterable[str]) -> None:
        """Check that none of the inputs that were *accepted*, by id, is lost. Raises PromiseBroken."""
        kept = {entry.input_id for entry in self.state.inputs}
        lost = [each for each in accepted if each not in kept | self._dropped and not self._recorded[each]]
        if lost:
            raise self.broken(f"accepted input is lost: {', '.join(lost)}")

    def finish(self, accepted: Iterable[str] = ()) -> None:
        """The session is over: check that each turn has ended, and that no input is lost. Raises PromiseBroken."""
        open_turns = [turn_id for turn_id in self._started if not self._ended[turn_id]]
        if open_turns:
            raise self.broken(
                f"the session is over, and a turn has no terminal event: {', '.join(open_turns)}"
            )
        self.keeps(accepted)

    def broken(self, what: str) -> PromiseBroken:
        """The exception that says *what*, and shows the end of the log."""
        lines = [
            f"  {envelope.seq:4} [{envelope.cause}] {envelope.event!r}" for envelope in self.log[-_SHOWN:]
        ]
        return PromiseBroken("\n".join((what, "The log:", *lines)))
