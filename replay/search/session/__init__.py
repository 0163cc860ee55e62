"""The session's pure core under search: its alphabets, when two states count as one, what is checked, what is promised.

    >>> from turnfold.replay.search.session import Alphabet, search_session
    >>> found = search_session(alphabet=Alphabet(families=("input", "interrupts", "phases")))
    >>> found.failure, found.claim.complete
    (None, True)

With a decider of your own: `search_session(decide=mine)`. `docs/search.md` says what is searched, and what is not.
"""

from __future__ import annotations

from turnfold.replay.search.session.alphabet import (
    CLIENTS,
    EVERY,
    USUAL,
    Alphabet,
    configuration,
    resume,
)
from turnfold.replay.search.session.checks import (
    Checking,
    Decided,
    Moved,
    SessionCheck,
    Violated,
    must,
    replayed,
    session_check,
)
from turnfold.replay.search.session.claims import CHECKS, ENDS, TERMINALS
from turnfold.replay.search.session.keys import canonical, exact, plain
from turnfold.replay.search.session.names import TURNS, WRONG, target
from turnfold.replay.search.session.renaming import renamed, swapped
from turnfold.replay.search.session.searches import (
    ABORTS_END,
    PROMISES,
    SHUTDOWNS_END,
    TURNS_BEGIN,
    Bounds,
    Promise,
    SessionLeadsTo,
    SessionSearched,
    deep,
    log_of,
    opened,
    search_promise,
    search_session,
)
from turnfold.replay.search.session.telling import short
from turnfold.replay.search.session.underway import (
    Decide,
    Engine,
    Given,
    React,
    Underway,
    answers,
    resumed,
)
from turnfold.replay.search.session.work import LEAVE, OTHER

__all__ = [
    "ABORTS_END",
    "Alphabet",
    "Bounds",
    "CHECKS",
    "CLIENTS",
    "Checking",
    "Decide",
    "Decided",
    "ENDS",
    "EVERY",
    "Engine",
    "Given",
    "LEAVE",
    "Moved",
    "OTHER",
    "PROMISES",
    "Promise",
    "React",
    "SHUTDOWNS_END",
    "SessionCheck",
    "SessionLeadsTo",
    "SessionSearched",
    "TERMINALS",
    "TURNS",
    "TURNS_BEGIN",
    "USUAL",
    "Underway",
    "Violated",
    "WRONG",
    "answers",
    "canonical",
    "configuration",
    "deep",
    "exact",
    "log_of",
    "must",
    "opened",
    "plain",
    "renamed",
    "replayed",
    "resume",
    "resumed",
    "search_promise",
    "search_session",
    "session_check",
    "short",
    "swapped",
    "target",
]
