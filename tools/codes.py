"""Codes as users name them: `TF304`, its name `second-terminal`, or a family such as `TF3`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from turnfold.replay.invariants import registry
from turnfold.rollouts import DAMAGE_KINDS
from turnfold.tools.exits import Complaint


def names_by_code() -> Mapping[str, str]:
    """Every code, of rules and of damage, with its name."""
    names = {code: kind.name for code, kind in DAMAGE_KINDS.items()}
    names |= {code: rule.name() for code, rule in registry().items()}
    return dict(sorted(names.items()))


def resolve(words: Iterable[str]) -> frozenset[str]:
    """The codes that *words* stand for; a word may hold several, with commas between them.

    Raises:
        Complaint: a word stands for none.
    """
    return frozenset(code for word in words for part in word.split(",") for code in _codes(part.strip()))


def _codes(word: str) -> frozenset[str]:
    known = names_by_code()
    found = {code for code, name in known.items() if name == word.lower()}
    if word.upper().startswith("TF"):
        found |= {code for code in known if code.startswith(word.upper())}
    if not found:
        close = difflib.get_close_matches(word, [*known, *known.values()], n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise Complaint(f"no rule is called {word!r}; {hint}`turnfold rule --all` lists them")
    return frozenset(found)
