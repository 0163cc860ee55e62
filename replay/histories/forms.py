"""The forms of rollout that a history can be written in, as what tells them apart."""

from __future__ import annotations

from typing import Final

import msgspec


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of Codex rollout. What a form cannot show is not written in it."""

    name: str
    cli_version: str | None
    """What `session_meta` says; None where it does not say."""
    has_envelope: bool = True
    """Records stand in `{"timestamp", "type", "payload"}`; else items stand alone and there are no events."""
    has_turns: bool = True
    """Turn starts and ends are written, and `turn_id` wherever it belongs."""
    is_paginated: bool = False
    """Every line has an `ordinal`, and `item_completed` stands in place of `user_message` and its like."""


CODEX: Final = Form(name="CODEX", cli_version="0.146.0")
"""`{"timestamp", "type", "payload"}` with turn events, as from Codex 0.104 on."""

PAGINATED: Final = Form(name="PAGINATED", cli_version="0.169.0", is_paginated=True)
"""The same with ordinals and items, as from Codex 0.150 on."""

OLD: Final = Form(name="OLD", cli_version="0.98.0", has_turns=False)
"""The envelope without turn events and turn ids, as before Codex 0.104."""

BARE: Final = Form(name="BARE", cli_version=None, has_envelope=False, has_turns=False)
"""Files of mid 2025: a header, then items without envelope and time, with state rows between."""
