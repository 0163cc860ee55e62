from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turnfold.events import TurnContextRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class MalformedTurnContext(
    Invariant, code="TF112", severity=Severity.VIOLATION, since="0.1.0", needs=(TurnContextRecorded,)
):
    """A turn's settings lack one that every version writes, or have it in a wrong form.

    ## What it checks
    Each `turn_context` has a `cwd` and a `model` that are texts, an `approval_policy` that is a text or an object,
    and a `sandbox_policy` that is a text or an object with its type.

    ## Why it matters
    What a command was allowed to do, and where it ran, is said there and nowhere else. A resumed session takes its
    settings from the last one.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"turn_context","payload":{"turn_id":"a","cwd":7,"model":"gpt-5"}}
    ```

    ## What can excuse it
    A version newer than the newest that was studied may say these things otherwise: there it is a suspicion. All
    1,327 contexts of the real files, from 0.34 to 0.169, have all four.
    """

    claim = "the turn's settings have no proper {fields}"
    because = "every version of Codex writes cwd, model, approval_policy and sandbox_policy"
    however = "the line may have been edited by hand"

    @on(TurnContextRecorded)
    def context(self, event: Any, at: int) -> None:
        wrong = [name for name in ("cwd", "model") if not isinstance(getattr(event, name), str)]
        if not isinstance(event.approval_policy, str | Mapping):
            wrong.append("approval_policy")
        if not isinstance(event.sandbox_mode, str):
            wrong.append("sandbox_policy")
        if wrong:
            severity = Severity.SUSPICION if self.session.profile.is_newer_than_known else None
            self.found(at, (at, "the settings"), severity=severity, fields=", ".join(wrong))
