"""What the id of a hook run is made of: `<label>:<display order>:<source path>[:<suffix>]`.

The label is the hook event in kebab case. The suffix says what the run is about: a call, its retry, an intercepted
command, a network target; runs of a whole turn or session have none. A source path may hold colons itself.
"""

from __future__ import annotations

from typing import Any, Final

DECIDING: Final = ("permission_request", "pre_tool_use")
"""Hook events that may forbid a call."""

RETRY: Final = ":retry"
"""End of the suffix when a call is asked about once more, after the sandbox stopped it."""


def prefix(run: Any) -> str | None:
    """How the id of a run has to begin; None when the record leaves out a part of it."""
    if None in (run.event_name, run.display_order, run.source_path):
        return None
    label = run.event_name.replace("_", "-")
    return f"{label}:{run.display_order}:{run.source_path}"


def suffix(run: Any) -> str:
    """What a run is about, without the mark of a retry; empty when it is about nothing in particular."""
    begin = prefix(run)
    if begin is None or not run.run_id.startswith(begin + ":"):
        return ""
    rest: str = run.run_id[len(begin) + 1 :]
    return rest.removesuffix(RETRY)


def is_well_formed(run: Any) -> bool:
    """Whether the id is the prefix, or the prefix and a suffix."""
    begin = prefix(run)
    return begin is None or run.run_id == begin or run.run_id.startswith(begin + ":")
