"""What commands print for machines: the documents, each with an id and a published JSON Schema beside it."""

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
