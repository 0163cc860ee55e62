"""The matcher of a group of handlers: which tools, sources or triggers it is for."""

import re
import warnings
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

_ALTERNATIVES: Final = re.compile(r"[A-Za-z0-9_|]+")

TOOL_ALIASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"apply_patch": ("Write", "Edit")})
"""Other names under which matchers know a tool."""


class MatcherError(ValueError):
    """A matcher is no valid regular expression."""


@attrs.frozen
class Matcher:
    """A compiled matcher. Neither names nor a pattern: it takes everything."""

    names: frozenset[str] | None = None
    """Exact alternatives."""

    pattern: re.Pattern[str] | None = None
    """Expression that is searched for."""

    def takes(self, inputs: Iterable[str]) -> bool:
        """Return whether one of *inputs* (the name and its aliases) is meant."""
        if self.names is not None:
            return not self.names.isdisjoint(inputs)
        if self.pattern is not None:
            return any(self.pattern.search(text) is not None for text in inputs)
        return True


def compile_matcher(text: str | None) -> Matcher:
    """Compile a matcher as Codex reads it (A2).

    None, an empty text and `*` take everything. Letters, digits, `_` and `|` alone are a list of exact names.
    Everything else is a regular expression, which is searched for, not anchored. Its language is Python's: what
    only that of Codex has, such as `[[:alpha:]]`, is refused and not misread.

    Raises MatcherError for an expression that is not valid.
    """
    if text is None or text in {"", "*"}:
        return Matcher()
    if _ALTERNATIVES.fullmatch(text):
        return Matcher(names=frozenset(text.split("|")))
    try:
        with warnings.catch_warnings():
            # Python warns of sets within sets, which other engines understand and it does not.
            warnings.simplefilter("error", FutureWarning)
            return Matcher(pattern=re.compile(text))
    except (re.error, OverflowError, RecursionError, FutureWarning) as fault:
        raise MatcherError(str(fault)) from fault
