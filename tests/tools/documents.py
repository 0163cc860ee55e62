"""Machine output and its published schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema


def validated(name: str, text: str) -> Any:
    """Return the document in *text*, which has to fit the schema published as *name*."""
    document = json.loads(text)
    schema = json.loads((files("turnfold.tools.documents") / f"{name}.schema.json").read_text("utf-8"))
    assert schema["$id"] == document["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    return document
