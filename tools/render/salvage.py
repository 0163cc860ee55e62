"""The text of `turnfold salvage`: what was changed, place by place, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from turnfold.tools.documents.salvage import ChangeEntry, SalvageDocument
from turnfold.tools.render.prose import MARK, QUIET, STYLES, counted, safe


def salvage_lines(document: SalvageDocument) -> Iterator[Text]:
    """Each change with its place in the source, then a line about the copy."""
    width = max((len(_place(document.file, change)) for change in document.changes), default=0)
    for change in document.changes:
        yield _change(document.file, change, width)
    yield _total(document)


def _place(file: str, change: ChangeEntry) -> str:
    return f"{safe(file)}:{change.line}"


def _change(file: str, change: ChangeEntry, width: int) -> Text:
    damage = f"{change.code} {change.name}: " if change.code else ""
    extent = f" (bytes {change.start:,} to {change.end:,})" if change.end > change.start else ""
    return Text.assemble(
        (f"{_place(file, change):<{width}}", MARK),
        f"  {change.action:<10}  ",
        (damage, STYLES["damage"]),
        safe(change.message),
        (extent, QUIET),
    )


def _total(document: SalvageDocument) -> Text:
    size = f"{counted(document.lines, 'line')}, {counted(document.bytes, 'byte')}"
    kinds = ", ".join(f"{count:,} {action}" for action, count in document.counts.items())
    changes = counted(sum(document.counts.values()), "change") + (f" ({kinds})" if kinds else "")
    if document.out is None:
        return Text.assemble(
            (safe(document.file), MARK),
            f": {changes}; the copy would have {size}. Nothing was written: --out FILE names the copy",
        )
    return Text.assemble(
        (safe(document.file), MARK), " → ", (safe(document.out), MARK), f": {changes}; {size}"
    )
