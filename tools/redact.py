"""Leaving out what a session says: its texts become their length and hash; ids, kinds and numbers stay.

What is not known to be structure is a text, so that a new rule's facts are hidden until somebody looks at them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final, cast

import attrs

from turnfold.events import EVENTS
from turnfold.replay.findings import Finding
from turnfold.replay.invariants import registry

HASH_DIGITS: Final = 8

_STRUCTURAL_FACT: Final = re.compile(
    r"(.*_)?(id|ids|kind|kinds|type|types|status|reason|phase|decision|how|role|event|machine|code|version|dialect"
    r"|window|at|time|timestamp|unit)"
)
"""Names of facts that hold structure: ids, names of kinds, times."""

_TOKEN: Final = re.compile(r"[\w.:+#-]{1,100}")
"""What structure looks like: one word, without spaces and slashes."""

_KINDS: Final = frozenset(event.kind for event in EVENTS)

_SELF_EVIDENT: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|(call|msg|rs|fc|ctc|ws|ig|resp|rollout|turn|item)[_-]\w{1,100}"  # ids with their kind before them
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)?"
    r"|v?\d+\.\d+\.\d+([-+.][\w.]+)?"
    r"|[-+]?\d+(\.\d+)?"
)


def redacted_text(text: str) -> str:
    """`<text 17 chars sha256:ab12cd34>`. Equal texts stay recognisable as equal."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_DIGITS]
    return f"<text {len(text)} chars sha256:{digest}>"


def redacted(finding: Finding) -> Finding:
    """*finding* without the texts of its session."""
    if finding.code not in registry():  # the message of damage may quote what was there; its kind says enough
        return attrs.evolve(finding, facts={})
    facts = {name: redacted_fact(name, value) for name, value in finding.facts.items()}
    return attrs.evolve(finding, facts=facts, subject=redacted_word(finding.subject))


def redacted_fact(name: str, value: object) -> object:
    """One fact of a finding, by its name and its look."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            structural = _STRUCTURAL_FACT.fullmatch(name) is not None and _TOKEN.fullmatch(value) is not None
            return value if structural or _is_self_evident(value) else redacted_text(value)
        case list() | tuple():
            items = cast("Sequence[object]", value)
            return ", ".join(str(redacted_fact(name, item)) for item in items)
        case _:
            return redacted_text(str(value))


def redacted_word(word: str | None) -> str | None:
    """An id or the name of a kind, if it looks like one; else it is a text."""
    return word if word is None or _TOKEN.fullmatch(word) else redacted_text(word)


def _is_self_evident(value: str) -> bool:
    return value in _KINDS or _SELF_EVIDENT.fullmatch(value) is not None
