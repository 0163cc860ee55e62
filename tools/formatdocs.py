"""Write the JSON Schemas of the machine formats: `python -P -m turnfold.tools.formatdocs`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from turnfold.tools import documents
from turnfold.tools.fieldnotes import field_notes
from turnfold.tools.generated import write

FOLDER = Path("tools/documents")
OWNED = (FOLDER, "*.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_files() -> Mapping[Path, str]:
    """Return the text of every schema file by its path within the checkout."""
    schema = verify_schema()
    return {FOLDER / "verify.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"}


def verify_schema() -> Mapping[str, Any]:
    """Return the schema of `turnfold verify --format json`, with the notes of the classes as descriptions."""
    made = msgspec.json.schema(documents.VerifyDocument)
    for name, part in made["$defs"].items():
        notes = field_notes(getattr(documents, name))
        for field, schema in part.get("properties", {}).items():
            if field in notes:
                schema["description"] = notes[field]
    return {"$schema": DIALECT, "$id": documents.SCHEMA_ID, **made}


def main() -> None:
    """Write all of them, and remove those of formats that are no more."""
    write(schema_files(), owned=OWNED)


if __name__ == "__main__":
    main()
