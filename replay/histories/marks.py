"""Times and ids, made from the history alone: the same text gives the same bytes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

START_MS: Final = 1_780_304_400_000
"""When every history begins: 2026-06-01T09:00:00Z, in milliseconds since the epoch."""

STEP_MS: Final = 250
"""How long a statement takes."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(at_ms: int) -> str:
    """Milliseconds since the epoch as Codex writes them: `2026-06-01T09:00:00.000Z`."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03}Z"


def uuid7(at_ms: int, name: str) -> str:
    """A UUID of version 7 for that time, whose random part is a digest of *name*."""
    time, digest = f"{at_ms:012x}", hashlib.sha256(name.encode()).hexdigest()
    variant = "89ab"[int(digest[3], 16) % 4]
    return f"{time[:8]}-{time[8:]}-7{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"
