"""The text of `turnfold diff`: up to where two sessions are the same, how they differ there, what follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from rich.text import Text

from turnfold.tools.documents.diff import DiffDocument, DifferenceEntry, RecordEntry, TurnEntry
from turnfold.tools.render.prose import MARK, QUIET, counted, safe

TURNS_MAX = 10
STYLE_A, STYLE_B = "red", "green"


def diff_lines(document: DiffDocument) -> Iterator[Text]:
    """All that there is to say of two sessions."""
    yield _headline(document)
    yield from _notes(document)
    if not document.same:
        yield from _parting(document)
    yield from _turns(document)


def _headline(document: DiffDocument) -> Text:
    what = counted(document.common, document.compared.removesuffix("s"))
    if document.same:
        return Text.assemble(("same", "green"), f"  {what}: ", _names(document))
    if document.prefix:
        short, long = (document.a, document.b) if document.prefix == "a" else (document.b, document.a)
        said = (f"{safe(short)} is the beginning of {safe(long)}", "yellow")
        return Text.assemble(said, (f"  {what} in common", QUIET))
    return Text.assemble(("different", "yellow"), f"  after {what} in common: ", _names(document))


def _names(document: DiffDocument) -> Text:
    return Text.assemble((safe(document.a), MARK), " and ", (safe(document.b), MARK))


def _notes(document: DiffDocument) -> Iterator[Text]:
    if document.compared == "events":
        text = "the files are of different kinds: only events that both can show were compared"
        yield Text(f"  {text}", style=QUIET)
    for name, damaged in ((document.a, document.damaged_a), (document.b, document.damaged_b)):
        if damaged:
            places = counted(damaged, "damaged place")
            yield Text(f"  {safe(name)}: {places} passed over; `turnfold verify` names them", style=QUIET)


def _parting(document: DiffDocument) -> Iterator[Text]:
    if document.last_common_a is not None:
        yield Text()
        yield _record("=", document.a, document.last_common_a, QUIET)
        if document.last_common_b is not None:
            yield _record("=", document.b, document.last_common_b, QUIET)
    yield Text()
    yield _record("-", document.a, document.first_a, STYLE_A)
    yield _record("+", document.b, document.first_b, STYLE_B)
    for difference in document.differences:
        yield from _difference(difference)
    for sign, name, following, style in (
        ("-", document.a, document.next_a, STYLE_A),
        ("+", document.b, document.next_b, STYLE_B),
    ):
        if following:
            yield Text()
            yield from (_record(sign, name, record, style) for record in following)


def _record(sign: str, name: str, record: RecordEntry | None, style: str) -> Text:
    if record is None:
        return Text.assemble((f"  {sign} ", style), (safe(name), MARK), ("  ends here", QUIET))
    return Text.assemble(
        (f"  {sign} ", style),
        (f"{safe(name)}:{record.line}", MARK),
        (f"  {safe(record.kind)}", style),
        (f"  {safe(record.text)}" if record.text else "", QUIET),
    )


def _difference(difference: DifferenceEntry) -> Iterator[Text]:
    yield Text(f"      {safe(difference.path)}")
    yield Text(f"        - {_value(difference.a)}", style=STYLE_A)
    yield Text(f"        + {_value(difference.b)}", style=STYLE_B)


def _value(value: object) -> str:
    if value is None:
        return "(nothing)"
    text = msgspec.json.encode(value).decode()
    return safe(text if len(text) <= 200 else f"{text[:200]}…")


def _turns(document: DiffDocument) -> Iterator[Text]:
    if not (document.turns_a or document.turns_b):
        return
    yield Text()
    if document.turns_a == document.turns_b:
        counts = counted(document.turns_a, "turn") + " in each"
    else:
        counts = f"{counted(document.turns_a, 'turn')} and {document.turns_b:,}"
    if not document.turns:
        yield Text(f"  {counts}, with the same statuses", style=QUIET)
        return
    yield Text(f"  {counts}; they differ in:")
    yield from _statuses(document.turns)


def _statuses(turns: Sequence[TurnEntry]) -> Iterator[Text]:
    for turn in turns[:TURNS_MAX]:
        yield Text.assemble(
            (f"    turn {turn.position}  ", QUIET),
            (turn.a or "none", STYLE_A),
            " → ",
            (turn.b or "none", STYLE_B),
        )
    if len(turns) > TURNS_MAX:
        yield Text(f"    and {len(turns) - TURNS_MAX:,} more", style=QUIET)
