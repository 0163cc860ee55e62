"""Strategies by name, for command lines and marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from turnfold.replay.explore.cancellations import EveryCancellation
from turnfold.replay.explore.strategies import DelayBounded, Pct, RandomWalk, RoundRobin
from turnfold.replay.explore.strategy import Divisible

STRATEGY_FORMS: Final[Mapping[str, str]] = {
    "dfs:D": "every schedule with at most D delays, e.g. dfs:2; dfs:all has no limit",
    "pct:D:SEED": "random priorities for faults of depth D; without the seed it is 0",
    "random:SEED": "any candidate, equally likely",
    "cancel": "the default schedule, each scope cancelled after each step; cancel:outer has the outermost only",
    "round-robin": "one schedule, each task in its turn",
}
"""How a strategy is written → what it is."""

_NUMBER: Final = r"(\d{1,18})"


def _dfs(delays: str) -> Divisible:
    return DelayBounded(None if delays == "all" else int(delays))


def _pct(depth: str, seed: str | None) -> Divisible:
    return Pct(int(depth), int(seed or 0))


def _random(seed: str) -> Divisible:
    return RandomWalk(int(seed))


def _cancel(outer: str | None) -> Divisible:
    return EveryCancellation(outermost=1 if outer else None)


_PARSERS: Final[Mapping[str, Callable[..., Divisible]]] = {
    r"dfs:(\d{1,18}|all)": _dfs,
    rf"pct:{_NUMBER}(?::{_NUMBER})?": _pct,
    rf"random:{_NUMBER}": _random,
    r"cancel(:outer)?": _cancel,
    r"round-robin": RoundRobin,
}


def strategy_of(text: str) -> Divisible:
    """Return a new strategy for its name, as `STRATEGY_FORMS` has them; e.g. `dfs:2`.

    Raises:
        ValueError: it is none of the forms, or its number makes no sense; the message has the forms.
    """
    for pattern, make in _PARSERS.items():
        found = re.fullmatch(pattern, text.strip(), re.ASCII)
        if found is not None:
            try:
                return make(*found.groups())
            except ValueError as error:
                raise ValueError(f"{text!r} is no strategy: {error}") from error
    forms = "; ".join(f"{form}: {meaning}" for form, meaning in STRATEGY_FORMS.items())
    raise ValueError(f"{text!r} is no strategy. The forms are {forms}")
