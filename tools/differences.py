"""The result of a comparison in the form of the document: texts cut, and hidden where that is asked for."""

from __future__ import annotations

from itertools import takewhile, zip_longest
from typing import Any, Final

from turnfold.replay.comparing import MISSING, Difference, is_text
from turnfold.replay.difference import Diff, Parting, Place
from turnfold.replay.turn_table import turns
from turnfold.tools.check import shown
from turnfold.tools.documents.diff import SCHEMA_ID, DiffDocument, DifferenceEntry, RecordEntry, TurnEntry
from turnfold.tools.redact import redacted_text

TEXT_CHARS: Final = 80
"""Of a text no more is told."""
LEAD_CHARS: Final = 20
"""Of what two texts have in common, so much is told before they part."""

NOWHERE: Final = Parting(a=None, b=None, differences=(), next_a=(), next_b=())


def document(a: str, b: str, found: Diff, *, redact: bool) -> DiffDocument:
    """Put what was found into the form of the document, and compare the turns of the files *a* and *b*."""
    parting = found.parting or NOWHERE
    last_a, last_b = found.last_common or (None, None)
    statuses_a, statuses_b = ([row.status.value for row in turns(path)] for path in (a, b))

    def entry(place: Place | None) -> RecordEntry | None:
        return _entry(place, redact=redact) if place else None

    return DiffDocument(
        schema=SCHEMA_ID,
        a=shown(a),
        b=shown(b),
        same=found.parting is None,
        compared="events" if found.by_events else "records",
        common=found.common,
        last_common_a=entry(last_a),
        last_common_b=entry(last_b),
        first_a=entry(parting.a),
        first_b=entry(parting.b),
        differences=tuple(_difference(one, redact=redact) for one in parting.differences),
        next_a=tuple(_entry(place, redact=redact) for place in parting.next_a),
        next_b=tuple(_entry(place, redact=redact) for place in parting.next_b),
        prefix=found.prefix,  # type: ignore[arg-type]
        damaged_a=found.damaged[0],
        damaged_b=found.damaged[1],
        turns_a=len(statuses_a),
        turns_b=len(statuses_b),
        turns=tuple(
            TurnEntry(position=position, a=one, b=two)
            for position, (one, two) in enumerate(zip_longest(statuses_a, statuses_b))
            if one != two
        ),
    )


def _entry(place: Place, *, redact: bool) -> RecordEntry:
    text = redacted_text(place.text) if redact and place.text else _cut(place.text)
    return RecordEntry(line=place.line, kind=place.kind, text=text)


def _difference(one: Difference, *, redact: bool) -> DifferenceEntry:
    a, b = (None if value is MISSING else value for value in (one.a, one.b))
    if redact:
        key = one.path.rpartition(".")[2].partition("[")[0]
        a, b = _hidden(key, a), _hidden(key, b)
    elif isinstance(a, str) and isinstance(b, str):
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
        start = max(alike - LEAD_CHARS, 0)
        a, b = _cut(a, start), _cut(b, start)
    else:
        a, b = (_cut(value) if isinstance(value, str) else value for value in (a, b))
    return DifferenceEntry(path=one.path, a=a, b=b)


def _hidden(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return redacted_text(value) if is_text(key, value) else value
    is_scalar = value is None or isinstance(value, int | float)
    return value if is_scalar else redacted_text(repr(value))


def _cut(text: str, start: int = 0) -> str:
    """A piece of *text*, with an ellipsis where something was left out."""
    head = "…" if start else ""
    piece = text[start : start + TEXT_CHARS]
    return head + piece + ("…" if start + TEXT_CHARS < len(text) else "")
