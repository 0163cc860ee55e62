"""Write the JSON Schemas of the machine formats: `python -P -m turnfold.tools.formatdocs`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from turnfold.tools.documents import DOCUMENTS
from turnfold.tools.fieldnotes import field_notes
from turnfold.tools.generated import write

FOLDER = Path("tools/documents")
OWNED = (FOLDER, "*.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_files() -> Mapping[Path, str]:
    """Return the text of every schema file by its path within the checkout."""
    return {
        FOLDER / f"{name}.schema.json": json.dumps(document_schema(name), indent=2, ensure_ascii=False) + "\n"
        for name in DOCUMENTS
    }


def document_schema(name: str) -> Mapping[str, Any]:
    """Return the schema of a document of `DOCUMENTS`, with the notes of its classes as descriptions."""
    module = importlib.import_module(f"turnfold.tools.documents.{name}")
    made = msgspec.json.schema(getattr(module, DOCUMENTS[name]))
    for part_name, part in made["$defs"].items():
        notes = field_notes(getattr(module, part_name))
        for field, schema in part.get("properties", {}).items():
            if field in notes:
                schema["description"] = notes[field]
    return {"$schema": DIALECT, "$id": module.SCHEMA_ID, **made}


def main() -> None:
    """Write all of them, and remove those of formats that are no more."""
    write(schema_files(), owned=OWNED)


if __name__ == "__main__":
    main()
