"""The calls that may use the network, and what was denied to each: a fold of events."""

from collections.abc import Mapping

import attrs

from turnfold.core.network.outcomes import Finish, accepts, finish_of
from turnfold.events import Event, NetworkCallFinished, NetworkCallRegistered, NetworkOutcomeRecorded


@attrs.frozen(kw_only=True)
class NetworkCall:
    """A registered call."""

    registration_id: str
    """Id of the registration: a retry of the call has another."""

    call_id: str
    """Id of the call."""

    turn_id: str | None = None
    """Turn of the call."""

    command: str | None = None
    """Its command as one shell line."""

    mode: str = "immediate"
    """`immediate` or `deferred`: when its outcome is taken."""

    outcome: str | None = None
    """One of `events.NETWORK_OUTCOMES`; None while nothing was denied."""

    message: str | None = None
    """Text that came with the outcome."""

    @property
    def finish(self) -> Finish:
        """What the outcome does to the call (D5)."""
        return finish_of(self.outcome, self.message)


@attrs.frozen
class Calls:
    """The active calls: `fold(after, events)`. An outcome belongs to the call's registration that is active."""

    active: Mapping[str, NetworkCall] = {}
    """By registration id, oldest first."""

    def after(self, event: Event) -> "Calls":
        """Return the calls after *event*; events of anything else change nothing."""
        match event:
            case NetworkCallRegistered():
                call = NetworkCall(
                    registration_id=event.registration_id,
                    call_id=event.call_id,
                    turn_id=event.turn_id,
                    command=event.command,
                    mode=event.mode,
                )
                return Calls({**self.active, call.registration_id: call})
            case NetworkOutcomeRecorded():
                changed = {
                    name: attrs.evolve(call, outcome=event.outcome, message=event.message)
                    for name, call in self.active.items()
                    if call.call_id == event.call_id and accepts(call.outcome)
                }
                return Calls({**self.active, **changed}) if changed else self
            case NetworkCallFinished():
                return self.without(event.registration_id)
            case _:
                return self

    def without(self, registration_id: str) -> "Calls":
        """Return the calls without one registration."""
        left = {name: call for name, call in self.active.items() if name != registration_id}
        return Calls(left) if len(left) < len(self.active) else self

    def owner(self, registration_id: str | None = None) -> NetworkCall | None:
        """Return the call that a request belongs to, or None when no single one does (D2, D4).

        A request that shows a registration belongs to that call, or to none when the call is over. One that shows
        none belongs to the only active call; with several, nobody can say which of them it was.
        """
        if registration_id is not None:
            return self.active.get(registration_id)
        return next(iter(self.active.values())) if len(self.active) == 1 else None
