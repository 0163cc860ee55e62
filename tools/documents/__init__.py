"""What commands print for machines: the documents, each with an id and a published JSON Schema beside it."""

from collections.abc import Mapping
from typing import Final

from turnfold.tools.documents.verify import (
    SCHEMA_ID,
    FileEntry,
    FindingEntry,
    PassedOver,
    Summary,
    Trouble,
    TroubleKind,
    VerifyDocument,
    WitnessEntry,
)

__all__ = [
    "DOCUMENTS",
    "FileEntry",
    "FindingEntry",
    "PassedOver",
    "SCHEMA_ID",
    "Summary",
    "Trouble",
    "TroubleKind",
    "VerifyDocument",
    "WitnessEntry",
]

DOCUMENTS: Final[Mapping[str, str]] = {
    "diff": "DiffDocument",
    "explain": "ExplainDocument",
    "explore": "ExploreDocument",
    "races": "RacesDocument",
    "rules": "RulesDocument",
    "salvage": "SalvageDocument",
    "show": "ShowDocument",
    "timeline": "TimelineDocument",
    "turns": "TurnsDocument",
    "verify": "VerifyDocument",
}
"""Module of each document and its class there; the module has a `SCHEMA_ID`. `tools/formatdocs.py` reads this."""
