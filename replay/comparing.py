"""Are two JSON values the same, if ids may be others and times do not count?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final, cast

import attrs

from turnfold.replay.record_texts import is_structural

DIFFERENCES_MAX: Final = 20
"""Of one pair of records at most so many are told."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_KEY: Final = re.compile(r"(?:.*_)?ids?|.*Ids?")


class Ignorable(StrEnum):
    """What need not be compared."""

    TIMES = "times"
    """When, and how long."""
    IDS = "ids"
    """Ids of any kind. Where they are compared, they have to agree up to renaming, and not literally."""
    TEXTS = "texts"
    """What was said; but not names, kinds and reasons."""
    TOKENS = "tokens"
    """Token counts and rate limits."""
    IDENTITY = "identity"
    """Who wrote the session, where and with which settings: its `session_meta` records."""


_KEYS: Final = {
    Ignorable.TIMES: re.compile(
        r"timestamp|(?:.*_)?at(?:_ms|_s|_us|_text)?|.*At|duration.*|.*_(?:ms|us)|.*Ms|secs|nanos|current_date|timezone"
    ),
    Ignorable.IDS: _ID_KEY,
    Ignorable.TOKENS: re.compile(r".*_tokens|.*Tokens|rate_limits|rateLimits"),
}


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()
"""Stands for a value that one side does not have."""


@attrs.frozen
class Difference:
    """One value that is not the same on both sides."""

    path: str
    """Down to it, such as `payload.content[0].text`."""
    a: object
    """A scalar, a part of JSON, or `MISSING`."""
    b: object


@attrs.frozen(kw_only=True)
class Manner:
    """How to compare."""

    ignored: frozenset[Ignorable] = frozenset({Ignorable.TIMES})
    literally: bool = False
    """Whether ids have to be the same, and ordinals and sequence numbers count."""
    known_only: bool = False
    """Whether what only one side has is no difference: for two forms of file that do not hold the same fields."""

    def skips(self, key: str, depth: int) -> bool:
        """Whether values under *key*, *depth* levels down, need not be looked at."""
        if depth == 0 and key in ("ordinal", "seq") and not self.literally:
            return True
        return any(one in self.ignored and pattern.fullmatch(key) for one, pattern in _KEYS.items())


class Ids:
    """Which id of one side stands for which of the other: one to one, as they first appear."""

    def __init__(self) -> None:
        self._b_of: dict[object, object] = {}
        self._a_of: dict[object, object] = {}

    def match(self, a: object, b: object) -> bool:
        """Whether these can be the same thing, given all that were matched before."""
        known_b, known_a = self._b_of.setdefault(a, b), self._a_of.setdefault(b, a)
        return known_b == b and known_a == a


@attrs.frozen
class _Pair:
    path: str
    key: str
    depth: int
    a: Any
    b: Any


class Comparison:
    """Compares successive pairs of values; ids are remembered from pair to pair."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._ids = Ids()

    def differences(self, a: object, b: object) -> list[Difference]:
        """The differences of two JSON values, at most `DIFFERENCES_MAX`, in the order of their keys."""
        found: list[Difference] = []
        todo = [_Pair("", "", -1, a, b)]
        while todo and len(found) < DIFFERENCES_MAX:
            pair = todo.pop()
            if _are_alike(pair.a, pair.b):
                todo += reversed(list(self._inside(pair)))
            elif not self._same(pair):
                found.append(Difference(pair.path, pair.a, pair.b))
        return found

    def _inside(self, pair: _Pair) -> Iterator[_Pair]:
        """The pairs that two objects or two arrays hold."""
        a, b, depth = pair.a, pair.b, pair.depth + 1
        if isinstance(a, dict):
            a, b = cast("dict[str, Any]", a), cast("dict[str, Any]", b)
            for key in {**a, **b}:
                if not self._manner.skips(key, depth):
                    path = f"{pair.path}.{key}" if pair.path else key
                    yield _Pair(path, key, depth, a.get(key, MISSING), b.get(key, MISSING))
        else:
            for index, items in enumerate(zip_longest(a, b, fillvalue=MISSING)):
                yield _Pair(f"{pair.path}[{index}]", pair.key, depth, *items)

    def _same(self, pair: _Pair) -> bool:
        a, b = pair.a, pair.b
        lacking = [one is MISSING or one is None for one in (a, b)]
        if any(lacking):
            return all(lacking) or self._manner.known_only
        if isinstance(a, dict | list) or isinstance(b, dict | list):
            return bool(a == b)
        if self._is_id(pair) and not self._manner.literally:
            return Ignorable.IDS in self._manner.ignored or self._ids.match(a, b)
        return bool(a == b) or (Ignorable.TEXTS in self._manner.ignored and is_text(pair.key, a, b))

    @staticmethod
    def _is_id(pair: _Pair) -> bool:
        if _ID_KEY.fullmatch(pair.key):
            return True
        return all(isinstance(one, str) and _UUID.fullmatch(one) for one in (pair.a, pair.b))


def _are_alike(a: object, b: object) -> bool:
    """Whether these are two objects or two arrays."""
    return any(isinstance(a, kind) and isinstance(b, kind) for kind in (dict, list))


def is_text(key: str, *values: object) -> bool:
    """Whether these values under *key* are something that was said."""
    return all(isinstance(one, str) and not is_structural(key.encode(), _raw(one)) for one in values)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
