"""Write the JSON Schemas of what hooks read and answer: `python -P -m turnfold.tools.hookdocs`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from turnfold.core.hooks.schema import files
from turnfold.tools.generated import write

FOLDER = Path("core/hooks/schemas")
OWNED = (FOLDER, "*.schema.json")


def schema_files() -> Mapping[Path, str]:
    """Return the text of every schema file by its path within the checkout."""
    return {
        FOLDER / name: json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for name, schema in files().items()
    }


def main() -> None:
    """Write all of them, and remove those of events that are no more."""
    write(schema_files(), owned=OWNED)


if __name__ == "__main__":
    main()
