"""What was denied to which call, in memory and in the log."""

from typing import Protocol

import trio

from turnfold.core.engine.ports import TurnOver
from turnfold.core.network import Calls, NetworkCall, Target, accepts
from turnfold.events import Event, NetworkAccessRefused, NetworkOutcomeRecorded


class Recorder(Protocol):
    """Takes events: the desk of a turn, or that of the session for what belongs to no turn any more."""

    async def record(self, *events: Event) -> None:
        """Record *events*, all or none. Raises TurnOver when they may not happen any more."""
        ...


class Accounts:
    """The active calls of a session, and the lock under which the events of the network are recorded.

    Under the lock the log has them in the order in which they took effect here: a target's question before those
    that join it, a final outcome after those that it replaced.
    """

    def __init__(self) -> None:
        self.calls = Calls()
        """The active calls."""
        self.lock = trio.Lock()
        """Held while events of the network are recorded."""

    def charge(
        self, owner: NetworkCall | None, target: Target, outcome: str, message: str | None
    ) -> tuple[Event, ...]:
        """Lay a denial to the account of *owner* and return the event that says so.

        None without an owner (D3, D4: whose it is can't be told), without a registration that is still active, or
        when the outcome that it has is final.
        """
        now = None if owner is None else self.calls.active.get(owner.registration_id)
        if now is None or not accepts(now.outcome):
            return ()
        event = NetworkOutcomeRecorded(
            host=target.host,
            protocol=target.protocol,
            port=target.port,
            call_id=now.call_id,
            outcome=outcome,
            message=message,
            turn_id=now.turn_id,
        )
        self.calls = self.calls.after(event)
        return (event,)

    async def block(
        self,
        log: Recorder | None,
        turn_id: str | None,
        owner: NetworkCall | None,
        target: Target,
        message: str,
    ) -> None:
        """Record that a request was refused without a question (D4)."""
        async with self.lock:
            charged = self.charge(owner, target, "denied_by_policy", message)
            if log is not None:
                await say(log, *charged, refusal(target, owner, turn_id))


def refusal(target: Target, owner: NetworkCall | None, turn_id: str | None) -> NetworkAccessRefused:
    """Return the event that a request was refused (D3)."""
    return NetworkAccessRefused(
        host=target.host,
        protocol=target.protocol,
        port=target.port,
        call_id=None if owner is None else owner.call_id,
        turn_id=turn_id,
    )


async def say(log: Recorder, *events: Event) -> bool:
    """Record *events* if they may still happen, and return whether they did."""
    try:
        await log.record(*events)
    except TurnOver:
        return False
    return True
