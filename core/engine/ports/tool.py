"""Tools of the agent: what the model may call, prepared first and attempted once it is allowed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import attrs

from turnfold.core.engine.ports.desk import Desk
from turnfold.core.engine.ports.process import Command


class ToolFailed(Exception):
    """The call failed; the model is told *message* and the turn goes on."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ToolFatal(Exception):
    """The call failed in a way that ends the turn with an error."""


class ToolInterrupted(Exception):
    """The turn was interrupted from within this call: no output, no end event that claims an outcome."""


class SandboxDenial(Exception):
    """The sandbox stopped the attempt. *output* is what the command had written."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.output = output


@attrs.frozen(kw_only=True)
class ToolCall:
    """A call as the model made it."""

    call_id: str
    name: str
    turn_id: str
    call_type: str = "function_call"
    arguments: object = None
    """Text for function and custom calls, a mapping for `local_shell_call`: as the item holds it, unparsed."""


@attrs.frozen(kw_only=True)
class ToolResult:
    """What the model is told."""

    output: object
    """Text, or a list of content parts."""
    success: bool = True


class Sandbox(Protocol):
    """A confinement for commands."""

    @property
    def name(self) -> str:
        """Goes into `ExecBegan.sandbox`, such as `bubblewrap`."""
        ...

    def confine(self, command: Command) -> Command:
        """Return the command that runs *command* confined."""
        ...

    def denied(self, exit_code: int | None, output: str) -> bool:
        """Whether a command that ended so was probably stopped by the confinement."""
        ...


class Stopwatch(Protocol):
    """The time that a command has used, which stands still while a person decides."""

    def pause(self) -> None:
        """Stop counting. Pauses nest."""
        ...

    def resume(self) -> None:
        """Count on."""
        ...

    @property
    def paused_ms(self) -> int:
        """Milliseconds that were not counted."""
        ...


class NetworkLease(Protocol):
    """A call's registration with the network service."""

    @property
    def env(self) -> Mapping[str, str]:
        """Variables that point a command at the proxy."""
        ...


@attrs.frozen(kw_only=True)
class Attempt:
    """What one attempt of a call is given."""

    number: int
    """1, or 2 for the retry without sandbox."""
    desk: Desk
    sandbox: Sandbox | None = None
    network: NetworkLease | None = None
    allowed_by: str = "config"
    """Who let it go: `config`, `automated_reviewer` or `user`."""


@attrs.frozen(kw_only=True)
class Action:
    """A call whose arguments were understood: what would be done, and how."""

    attempt: Callable[[Attempt], Awaitable[ToolResult]]
    """Does it. Raises ToolFailed, ToolFatal, SandboxDenial, ToolInterrupted."""
    kind: str = "exec"
    """What kind of approval it may need: `exec`, `patch`, or `dynamic_tool` for tools of the embedder."""
    argv: tuple[str, ...] | None = None
    """The command that the policy of commands judges; None when the action is none."""
    hook_command: str | None = None
    """The command as hooks see it; None when hooks have no say in it."""
    justification: str | None = None
    """Why the model wants it, in its words."""
    cwd: str | None = None
    escalated: bool = False
    """Whether the model asks to run it without sandbox (`require_escalated`)."""
    cache_keys: tuple[str, ...] = ()
    """What a decision for the session would hold for."""
    asks: bool | None = None
    """True: always needs approval. False: never. None: the session's policy says."""
    sandboxed: bool = True
    """Whether it can be confined; what can't is attempted once, without sandbox."""
    network: str | None = None
    """`immediate` or `deferred` when it may use the network (when its outcome is taken), else None."""


class Tool(Protocol):
    """Something that the model may call."""

    @property
    def name(self) -> str:
        """Name that the model calls it by."""
        ...

    @property
    def parallel(self) -> bool:
        """Whether its calls may run beside other calls."""
        ...

    def describe(self) -> Mapping[str, object]:
        """Its entry in the `tools` of a model request."""
        ...

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Understand the arguments of *call*. Does no I/O that waits. Raises ToolFailed when they make no sense."""
        ...
