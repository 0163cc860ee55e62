"""The document of `turnfold rule --format json`."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.rules/1"
"""Grows by optional fields; anything else gives it another number."""


class RuleEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One code, explained."""

    code: str
    """`TF` and three digits."""
    name: str
    """For reading and for `--rule`, e.g. `second-terminal`."""
    severity: Literal["violation", "suspicion", "damage"]
    summary: str
    """The complaint in one line."""
    since: str | None
    """The first version of turnfold that has it."""
    needs: tuple[str, ...]
    """Classes of the events without which it cannot judge."""
    implied_by: tuple[str, ...]
    """Codes whose finding on the same subject makes this one follow."""
    sections: dict[str, str]
    """Headings and their texts in Markdown."""


class RulesDocument(msgspec.Struct, kw_only=True, frozen=True):
    """The rules that were asked for."""

    schema: Literal["turnfold.rules/1"]
    rules: tuple[RuleEntry, ...]
