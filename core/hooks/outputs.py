"""How a hook's program ended, and what that means."""

from typing import Literal

import attrs

from turnfold.events import HookEntry

Status = Literal["completed", "failed", "blocked", "stopped"]
"""How a run ended; a subset of `events.RUN_STATUSES`."""

Decision = Literal["allow", "deny", "block", "stop"]
"""What a run wants.

`allow` and `deny` answer a request for permission. `block` keeps one thing from happening: a tool call, a prompt,
the end of a turn; of a tool that ran, its output is replaced. `stop` ends the processing as a whole.
"""


@attrs.frozen(kw_only=True)
class HookExit:
    """What the program of a hook left behind."""

    code: int | None
    """Exit code; None when there is none, as after a signal."""
    stdout: str = ""
    stderr: str = ""
    error: str | None = None
    """Why it could not be run to its end, such as `hook timed out after 5s`; counts before the exit code."""


@attrs.frozen(kw_only=True)
class Outcome:
    """What one run means. A failed one has exactly one entry of kind `error` and wants nothing (B6)."""

    status: Status = "completed"
    entries: tuple[HookEntry, ...] = ()
    """What it has to say to a person, in order."""
    decision: Decision | None = None
    message: str | None = None
    """Why it decided so, and what the model is told of it; None when it does not say."""
    interrupt: bool = False
    """Whether its `deny` is to interrupt the turn."""
    contexts: tuple[str, ...] = ()
    """Texts to add to the model's context."""
    updated_input: object = None
    """PreToolUse: arguments to call the tool with instead; None for no change."""
    updated_output: object = None
    """PostToolUse: output to tell the model instead; None for no change."""
