"""The lifecycle of a session as data: machines, phases, tables, and what can be asked of them."""

from turnfold.core.lifecycle.errors import IllegalEvent, SequenceError
from turnfold.core.lifecycle.graph import Edge, alphabet, bridge, edges, reachable
from turnfold.core.lifecycle.joint import (
    BARRIERS,
    FACTS,
    RESETS,
    STATE_TRIGGERED,
    Fact,
    Joint,
    facts,
    resting_places,
    settle,
)
from turnfold.core.lifecycle.keys import KEYS, SEEN_BY, key_of
from turnfold.core.lifecycle.phases import (
    ENDS,
    FIRST,
    PHASES,
    ApprovalPhase,
    CallPhase,
    HookRunPhase,
    Machine,
    NetworkPhase,
    Phase,
    SessionPhase,
    TurnPhase,
)
from turnfold.core.lifecycle.projection import Legality, Possible, Projection, project
from turnfold.core.lifecycle.tables import EVENT_TRIGGERED, INVISIBLE

__all__ = [
    "ApprovalPhase",
    "BARRIERS",
    "CallPhase",
    "ENDS",
    "EVENT_TRIGGERED",
    "Edge",
    "FACTS",
    "FIRST",
    "Fact",
    "HookRunPhase",
    "INVISIBLE",
    "IllegalEvent",
    "Joint",
    "KEYS",
    "Legality",
    "Machine",
    "NetworkPhase",
    "PHASES",
    "Phase",
    "Possible",
    "Projection",
    "RESETS",
    "SEEN_BY",
    "STATE_TRIGGERED",
    "SequenceError",
    "SessionPhase",
    "TurnPhase",
    "alphabet",
    "bridge",
    "edges",
    "facts",
    "key_of",
    "project",
    "reachable",
    "resting_places",
    "settle",
]
