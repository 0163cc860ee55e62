"""What all tools that run commands have in common: where and how commands are run."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from types import MappingProxyType
from typing import Final, Protocol

import attrs

from turnfold.core.engine.ports import Attempt, Processes, Stopwatch, ToolCall
from turnfold.core.engine.process import Spill

DEFAULT_TIMEOUT_MS: Final = 10_000
"""Milliseconds for a command whose call names no timeout (as in Codex)."""

MODEL_OUTPUT_TOKENS: Final = 10_000
"""Tokens of output that the model is shown where it does not ask for another number (as in Codex)."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Guard(Protocol):
    """Judges what is run inside the shell of a call: the exec gate."""

    def watch(
        self, call: ToolCall, attempt: Attempt, stopwatch: Stopwatch
    ) -> AbstractAsyncContextManager[Mapping[str, str]]:
        """Guard one attempt; gives the variables that lead its commands to the gate.

        *stopwatch* is to be paused while somebody decides (E3).
        """
        ...


@attrs.frozen(kw_only=True)
class ExecSettings:
    """How commands are run."""

    processes: Processes
    env: Mapping[str, str] = _NOTHING
    """The environment of commands, before what the network lease and the guard add."""
    shell: str = "/bin/sh"
    """The user's shell, which runs command text."""
    spill: Spill | None = None
    """Where output goes that is too long to be shown."""
    default_timeout_ms: int = DEFAULT_TIMEOUT_MS
    output_tokens: int = MODEL_OUTPUT_TOKENS
    """Tokens of output that the model is shown."""
    guard: Guard | None = None

    def guarded(
        self, call: ToolCall, attempt: Attempt, stopwatch: Stopwatch
    ) -> AbstractAsyncContextManager[Mapping[str, str]]:
        """Guard one attempt, if there is a guard."""
        return nullcontext(_NOTHING) if self.guard is None else self.guard.watch(call, attempt, stopwatch)

    def shell_argv(self, text: str, *, shell: str | None = None, login: bool = True) -> tuple[str, ...]:
        """Return the command that runs *text* in a shell, by default the user's as a login shell."""
        return (shell or self.shell, "-lc" if login else "-c", text)
