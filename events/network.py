"""Events of network access: a blocked host is asked about once, the answer stays with call and session."""

from typing import ClassVar, Final

import attrs

from turnfold.events.base import Event

NETWORK_DECISIONS: Final = ("allow_once", "allow_session", "deny", "deny_session")
"""Decisions about a host; those with `session` hold until the session ends."""

NETWORK_OUTCOMES: Final = ("denied_by_user", "denied_by_policy", "interrupted")
"""Outcomes of a call's network access; the first and the last are final."""


@attrs.frozen(kw_only=True, repr=False)
class NetworkEvent(Event):
    """What the events of one network target have in common; the target is the key that decisions hold for."""

    host: str
    """Host name in lower case."""

    protocol: str
    """`http`, `https`, `socks5-tcp` or `socks5-udp`."""

    port: int
    """Port number."""

    @property
    def target(self) -> str:
        """`<protocol>://<host>:<port>`, such as `http://codex-network-test.invalid:80`."""
        return f"{self.protocol}://{self.host}:{self.port}"


@attrs.frozen(kw_only=True, repr=False)
class NetworkCallRegistered(Event):
    """A call that may use the network was registered, so that a blocked host can be laid to its account.

    own log.
    """

    kind: ClassVar[str] = "network_call_registered"

    registration_id: str
    """Id of the registration."""

    call_id: str
    """Id of the call."""

    turn_id: str | None = None
    """Turn of the call."""

    command: str | None = None
    """Command of the call as one shell line."""

    mode: str = "immediate"
    """`immediate` (outcome taken when the call finishes) or `deferred` (when its process ends)."""


@attrs.frozen(kw_only=True, repr=False)
class NetworkCallFinished(Event):
    """A registered call ended, and the outcome of its network access was taken.

    own log.
    """

    kind: ClassVar[str] = "network_call_finished"

    registration_id: str
    """Id of the registration."""

    call_id: str
    """Id of the call."""

    outcome: str | None = None
    """One of `NETWORK_OUTCOMES`; None when nothing was denied."""

    message: str | None = None
    """Text that rejects the call."""


@attrs.frozen(kw_only=True, repr=False)
class NetworkAccessRequested(NetworkEvent):
    """A command wants to reach a host that is neither allowed nor denied yet.

    own log.
    """

    kind: ClassVar[str] = "network_access_requested"

    call_id: str | None = None
    """Call that owns the request; None when no single call does."""

    turn_id: str | None = None
    """Turn of the request."""

    command: str | None = None
    """The owning call's command, or `network-access <target>`."""

    shared: bool = False
    """Whether it joined an open question about the same target instead of asking again."""


@attrs.frozen(kw_only=True, repr=False)
class NetworkDecisionMade(NetworkEvent):
    """A target was decided upon, for all that wait for it.

    own log.
    """

    kind: ClassVar[str] = "network_decision_made"

    decision: str
    """One of `NETWORK_DECISIONS`."""

    source: str
    """One of `DECISION_SOURCES`."""

    call_id: str | None = None
    """Call that owned the question; None when no single call did."""

    turn_id: str | None = None
    """Turn of the question."""

    message: str | None = None
    """Message of whoever denied."""

    interrupt: bool = False
    """Whether the deciding hook wants the turn interrupted."""


@attrs.frozen(kw_only=True, repr=False)
class NetworkOutcomeRecorded(NetworkEvent):
    """A denial was laid to the account of a call; outcomes of the user and of an interruption are final.

    own log.
    """

    kind: ClassVar[str] = "network_outcome_recorded"

    call_id: str
    """Call that has the outcome."""

    outcome: str
    """One of `NETWORK_OUTCOMES`."""

    message: str | None = None
    """Message of the policy or of the hook."""

    turn_id: str | None = None
    """Turn of the call."""


@attrs.frozen(kw_only=True, repr=False)
class NetworkAccessRefused(NetworkEvent):
    """A connection was refused.

    own log.
    """

    kind: ClassVar[str] = "network_access_refused"

    reason: str = "not_allowed"
    """Reason that the client of the connection is told."""

    call_id: str | None = None
    """Call that owned the request; None when no single call did."""

    turn_id: str | None = None
    """Turn of the request."""
