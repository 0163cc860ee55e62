"""What a check says: data first, text from it by `render`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs


class Severity(StrEnum):
    """How sure a finding is that somebody erred."""

    VIOLATION = "violation"
    """A producer's bug: no legal history writes this."""
    SUSPICION = "suspicion"
    """Normally does not happen; counted on real files, with known excuses."""
    DAMAGE = "damage"
    """The bytes are not what was written; what they said is partly unknown."""


class Verdict(StrEnum):
    """What can be said of the order in one session."""

    VALID = "valid"
    """Nothing was found."""
    INVALID = "invalid"
    """At least one violation."""
    UNKNOWN = "unknown"
    """No violation, but something that may be one, or damage or an open end that hides part of the order."""


@attrs.frozen(kw_only=True)
class Witness:
    """A record that a reader must look at to believe a finding."""

    line: int
    """1-based line in the file (the `seq` in a live session)."""
    role: str
    """What the record shows, e.g. `first terminal`."""


@attrs.frozen(kw_only=True)
class Finding:
    """One broken rule, with the records that prove it."""

    code: str
    severity: Severity
    line: int
    """Where the defect shows: the record that should not be here, or the last one that made it inevitable."""
    subject: str | None = None
    """The turn, call, approval or hook run that it is about: findings on one subject can imply each other."""
    facts: Mapping[str, object] = attrs.field(factory=dict[str, object])
    """Values for the rule's text templates."""
    witnesses: tuple[Witness, ...] = ()
    implied_by: str | None = None
    """The code of the finding on the same subject that this one follows from."""
    start: int | None = None
    """First byte of the damage, where it is damage."""
    end: int | None = None
