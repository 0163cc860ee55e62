"""The document of `turnfold explore --list --format json`: the races that come with turnfold."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.races/1"
"""Grows by optional fields; anything else gives it another number."""


class RaceEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One race."""

    name: str
    """As `turnfold explore` takes it. With `+cancelled` behind it the session is cancelled from outside meanwhile, with
    `+given-up` its clients are."""
    about: str
    """What meets what."""


class RacesDocument(msgspec.Struct, kw_only=True, frozen=True):
    """All of them, by name."""

    schema: Literal["turnfold.races/1"]
    races: tuple[RaceEntry, ...]
