"""Write the page of all events, docs/events.md: `python -P -m turnfold.tools.eventsdoc`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin

import attrs

from turnfold.events import EVENTS, Envelope, Event, HookEntry, Part, TokenUsage
from turnfold.events.schema import summary
from turnfold.tools.fieldnotes import field_notes
from turnfold.tools.generated import write

PAGE = Path("docs/events.md")

_HEAD = """# Events

Everything that can happen in a session. This page is made from the classes in `events/` by `make docs`.

`rollout` names the record type and tag in a Codex rollout file, `app-server` a method of its JSON-RPC
protocol, `own log` what our engine writes. A field that may be `None` is so where its source does not say; a
star marks the fields that every record has. Fields that a version does not know are kept in `extra`.
"""


def events_page() -> str:
    """Return the text of the page."""
    return "\n".join([_HEAD, *_contents(), *_class_lines("## The envelope", Envelope), *_families()])


def _families() -> Iterator[str]:
    for family, events in groupby(EVENTS, key=_family):
        doc = (sys.modules[f"turnfold.events.{family}"].__doc__ or "").strip()
        yield f"## {family}\n\n{doc}\n"
        for event in events:
            yield from _class_lines(
                f"### {event.__name__}", event, tag=f"`{event.kind}`, version {event.version}"
            )
    yield "## Parts\n"
    for part in (HookEntry, TokenUsage):
        yield from _class_lines(f"### {part.__name__}", part)


def _contents() -> Iterator[str]:
    for family, events in groupby(EVENTS, key=_family):
        links = ", ".join(f"[{event.__name__}](#{event.__name__.lower()})" for event in events)
        yield f"* **{family}**: {links}"
    yield ""


def _family(event: type[Event]) -> str:
    return event.__module__.rpartition(".")[2]


def _class_lines(heading: str, part: type[Part], tag: str | None = None) -> Iterator[str]:
    _, _, origin = (part.__doc__ or "").partition("\n\n")
    yield f"{heading}\n"
    yield f"{summary(part)}\n"
    facts = [tag, " ".join(origin.split())]
    if any(facts):
        yield f"{' · '.join(fact for fact in facts if fact)}\n"
    fields = [field for field in attrs.fields(part) if field.name != "extra"]
    if fields:
        yield "| field | type | meaning |\n|---|---|---|"
        notes = field_notes(part)
        for field in fields:
            star = "\\*" if field.default is attrs.NOTHING else ""
            yield f"| `{field.name}`{star} | {_type_name(field.type)} | {notes[field.name]} |"
        yield ""


def _type_name(kind: object) -> str:
    if get_origin(kind) is UnionType:
        return " or ".join(_type_name(option) for option in get_args(kind))
    if get_origin(kind) is tuple:
        return f"tuple of {_type_name(get_args(kind)[0])}"
    if kind is object:
        return "JSON"
    return "None" if kind is type(None) else getattr(kind, "__name__", str(kind))


def page_files() -> Mapping[Path, str]:
    """Return the text of the page by its path within the checkout."""
    return {PAGE: events_page()}


def main() -> None:
    """Write the page."""
    write(page_files())


if __name__ == "__main__":
    main()
