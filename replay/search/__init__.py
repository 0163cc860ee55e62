"""State-space search: a small model checker for pure step functions.

    >>> from turnfold.replay.search import search
    >>> def moves(jugs):
    ...     return ["fill big", "fill small", "empty big", "empty small", "to big", "to small"]
    >>> def step(jugs, command):
    ...     big, small = jugs
    ...     pour = {"to big": min(5 - big, small), "to small": -min(big, 3 - small)}.get(command, 0)
    ...     after = {
    ...         "fill big": (5, small), "fill small": (big, 3), "empty big": (0, small), "empty small": (big, 0),
    ...     }.get(command, (big + pour, small - pour))
    ...     return after, after
    >>> def four(jugs):
    ...     assert jugs[0] != 4, "the big jug holds 4"
    >>> found = search((0, 0), moves, step, key=tuple, always=four)
    >>> found.failure.commands
    ('fill big', 'to small', 'empty small', 'to small', 'fill big', 'to small')

`search` checks safety, breadth-first, so that a counter-example is the shortest there is. `leads_to` checks liveness:
that every fair run reaches a goal. `audit_key` checks that a key merges no states that behave differently.
`turnfold.replay.search.session` searches the core of a session. `docs/search.md` says what is claimed.
"""

from __future__ import annotations

from turnfold.replay.search.audit import KeyAudit, audit_key
from turnfold.replay.search.claim import Claim, Limits
from turnfold.replay.search.leading import LeadsTo, Own, leads_to
from turnfold.replay.search.searching import Check, Node, Searched, SearchError, Tell, search
from turnfold.replay.search.ways import CounterExample, Fault, Step, StepFunction, Way

__all__ = [
    "Check",
    "Claim",
    "CounterExample",
    "Fault",
    "KeyAudit",
    "LeadsTo",
    "Limits",
    "Node",
    "Own",
    "SearchError",
    "Searched",
    "Step",
    "StepFunction",
    "Tell",
    "Way",
    "audit_key",
    "leads_to",
    "search",
]
