"""What is made from the classes is current: the schemas and the page of events."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events.strategies import PER_CLASS, parts
from turnfold.events import EVENTS, Event, to_payload
from turnfold.tools import eventsdoc, generated, schemas
from turnfold.tools.generated import stale, write

TYPES = {"string": str, "integer": int, "boolean": bool, "null": type(None), "array": list, "object": dict}


def test_schemas_are_current() -> None:
    """The published schemas are those of the classes; `make docs` writes them anew."""
    assert [] == stale(schemas.schema_files(), owned=schemas.OWNED)


def test_the_page_of_events_is_current() -> None:
    """docs/events.md is that of the classes; `make docs` writes it anew."""
    assert [] == stale(eventsdoc.page_files())


def test_generators_write_what_is_missing_and_remove_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A generator makes its folder, writes every file, and removes those that nothing makes any more."""
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    files = {Path("made/a.json"): "a", Path("made/b.json"): "b"}
    owned = (Path("made"), "*.json")
    assert ["made/a.json", "made/b.json"] == stale(files, owned=owned)
    write(files, owned=owned)
    assert [] == stale(files, owned=owned)
    (tmp_path / "made/a.json").write_text("changed")
    (tmp_path / "made/c.json").write_text("in vain")
    (tmp_path / "made/note.txt").write_text("not ours")
    assert ["made/a.json", "made/c.json"] == stale(files, owned=owned)
    write(files, owned=owned)
    assert ["a.json", "b.json", "note.txt"] == sorted(path.name for path in (tmp_path / "made").iterdir())


def test_the_generators_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make docs` writes a page and a schema for each event, and the envelope's."""
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    schemas.main()
    eventsdoc.main()
    assert 1 + len(EVENTS) == len(list((tmp_path / "events/schemas").iterdir()))
    assert (tmp_path / "docs/events.md").read_text("utf-8").startswith("# Events")


def published(name: str) -> Any:
    """Return a schema as an installed package has it."""
    return json.loads((files("turnfold.events") / "schemas" / f"{name}.schema.json").read_text("utf-8"))


def test_each_event_has_a_published_schema() -> None:
    """The schemas are data of the package; each has an id of its own and describes every field."""
    documents = [published(event.kind) for event in EVENTS]
    assert len(EVENTS) == len({document["$id"] for document in documents})
    for document in documents:
        assert all(field["description"] for field in document["properties"].values())


def fits(value: Any, schema: Any, defs: Any) -> bool:
    """Return whether a value keeps a schema, as far as our schemas go."""
    if "$ref" in schema:
        return fits(value, defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return any(fits(value, option, defs) for option in schema["anyOf"])
    if "type" not in schema:
        return True
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if type(value) not in [TYPES[kind] for kind in kinds]:
        return False
    if "items" in schema:
        return all(fits(item, schema["items"], defs) for item in value)
    known = schema.get("properties", {})
    return all(name in value for name in schema.get("required", [])) and all(
        fits(value[name], known[name], defs) for name in known if name in value
    )


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
@settings(max_examples=PER_CLASS)
@given(data=st.data())
def test_what_is_written_keeps_the_schema(event: type[Event], data: st.DataObject) -> None:
    """Whatever payload the codec writes, the published schema allows it."""
    schema = published(event.kind)
    payload = json.loads(json.dumps(to_payload(data.draw(parts(event)))))
    assert fits(payload, schema, schema.get("$defs"))


def test_the_envelope_has_a_schema() -> None:
    """The line around an event is published too, with the ways in which an event gets into a log."""
    schema = published("envelope")
    assert ["seq", "event"] == schema["required"]
    assert ["recorded", "derived", "inferred"] == schema["properties"]["origin"]["enum"]
    assert ["kind", "version", "payload"] == schema["properties"]["event"]["required"]
