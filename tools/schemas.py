"""Write the JSON Schemas of the events: `python -P -m turnfold.tools.schemas`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from turnfold.events import EVENTS
from turnfold.events.schema import Schema, envelope_schema, event_schema
from turnfold.tools.fieldnotes import field_notes
from turnfold.tools.generated import write

FOLDER = Path("events/schemas")
OWNED = (FOLDER, "*.schema.json")


def schema_files() -> Mapping[Path, str]:
    """Return the text of every schema file by its path within the checkout."""
    schemas = {event.kind: event_schema(event, field_notes) for event in EVENTS}
    schemas["envelope"] = envelope_schema(field_notes)
    return {FOLDER / f"{name}.schema.json": _text(schema) for name, schema in schemas.items()}


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all of them, and remove those of kinds that are no more."""
    write(schema_files(), owned=OWNED)


if __name__ == "__main__":
    main()
