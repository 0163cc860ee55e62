"""Why an envelope was not folded. Both errors leave the state as it was."""

from turnfold.core.lifecycle.phases import Machine, Phase
from turnfold.events import Envelope, Event


class SequenceError(Exception):
    """An envelope that is not the next one: the log has a gap, or somebody fed it twice.

    Not an `IllegalEvent`: the event was not looked at. Remedy: read on from `expected`.
    """

    def __init__(self, expected: int, envelope: Envelope) -> None:
        """Take the number that would have been right, and the envelope that came instead."""
        found = type(envelope.event).__name__
        super().__init__(f"expected event {expected}, got event {envelope.seq} ({found})")
        self.expected = expected
        self.envelope = envelope


class IllegalEvent(Exception):
    """An event that the tables do not allow where it stands.

    Not a `SequenceError`: it is the right envelope, and its event is wrong. A log of our own with one is
    a defect of its writer; on a foreign log the replayer infers what is missing and tries again.
    """

    def __init__(
        self,
        envelope: Envelope,
        machine: Machine,
        key: str | None,
        phase: Phase,
        legal: tuple[type[Event], ...],
        *,
        barred: bool,
    ) -> None:
        """Take the envelope, who refuses it, and what would have been legal for that instance.

        `barred`: not a row is missing, but the instance has to be over before such an event happens.
        """
        name = type(envelope.event).__name__
        who = machine.value if key is None else f"{machine.value} {key!r}"
        state = f"{phase.value}, and has to be over first" if barred else phase.value
        names = ", ".join(kind.__name__ for kind in legal) or "nothing"
        super().__init__(f"event {envelope.seq}: {name} while {who} is {state}; legal there: {names}")
        self.envelope = envelope
        self.machine = machine
        self.key = key
        self.phase = phase
        self.legal = legal
        self.barred = barred
