"""The arguments of calls, as the model writes them, and what it is told when they make no sense."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Annotated, Literal, TypeVar, cast

import msgspec

from turnfold.core.engine.ports import ToolCall, ToolFailed

T = TypeVar("T")

Milliseconds = Annotated[int, msgspec.Meta(ge=1)]
YieldTime = Annotated[int, msgspec.Meta(ge=0)]
Tokens = Annotated[int, msgspec.Meta(ge=1)]

ESCALATED = "require_escalated"


class Permissions(msgspec.Struct, kw_only=True):
    """What every call that starts a command may say about its confinement. Unknown fields are passed over."""

    workdir: str | None = None
    with_escalated_permissions: bool | None = None
    sandbox_permissions: Literal["use_default", "require_escalated"] | None = None
    justification: str | None = None

    @property
    def escalated(self) -> bool:
        """Whether the model asks for a run without sandbox, in the newer spelling or the older one."""
        return self.sandbox_permissions == ESCALATED or bool(self.with_escalated_permissions)


class Timed(Permissions, kw_only=True):
    """What a call may say about its time. Codex takes `timeout` for `timeout_ms` too."""

    timeout_ms: Milliseconds | None = None
    timeout: Milliseconds | None = None

    @property
    def limit_ms(self) -> int | None:
        """The timeout that was asked for."""
        return self.timeout if self.timeout_ms is None else self.timeout_ms


class ShellArguments(Timed, kw_only=True):
    """Arguments of `shell`."""

    command: list[str]


class ShellCommandArguments(Timed, kw_only=True):
    """Arguments of `shell_command`."""

    command: str
    login: bool = True


class LocalShellAction(msgspec.Struct, kw_only=True):
    """The `action` of a `local_shell_call`. Its `env` and `user` are passed over, as in Codex."""

    command: list[str]
    type: Literal["exec"] = "exec"
    timeout_ms: Milliseconds | None = None
    working_directory: str | None = None


def decoded(call: ToolCall, kind: type[T]) -> T:
    """Return the arguments of a function call. Raises ToolFailed with what is wrong with them."""
    if not isinstance(call.arguments, str):
        raise ToolFailed(f"{call.name}: arguments have to be text that holds a JSON object")
    try:
        return msgspec.json.decode(call.arguments or "{}", type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ToolFailed(f"failed to parse function arguments: {error}") from error


def converted(call: ToolCall, kind: type[T]) -> T:
    """Return the arguments of a call that holds an object, its own or under `action`. Raises ToolFailed."""
    held = call.arguments
    if isinstance(held, Mapping):
        item = cast(Mapping[str, object], held)
        held = item.get("action", item)
    try:
        return msgspec.convert(held, type=kind)
    except msgspec.ValidationError as error:
        raise ToolFailed(f"failed to parse the action of {call.name}: {error}") from error


def checked_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Return *argv*. Raises ToolFailed when it names no program or cannot be passed on."""
    if not argv or not argv[0]:
        raise ToolFailed("command must not be empty: its first element names the program")
    if any("\0" in word for word in argv):
        raise ToolFailed("command must not contain NUL characters")
    return tuple(argv)


def checked_text(text: str, field: str) -> str:
    """Return the text of a shell command. Raises ToolFailed when it is blank or cannot be passed on."""
    if not text.strip():
        raise ToolFailed(f"{field} must not be empty")
    if "\0" in text:
        raise ToolFailed(f"{field} must not contain NUL characters")
    return text


def directory(cwd: str, workdir: str | None) -> str:
    """Return where a command runs: *workdir*, relative to the turn's directory, or that."""
    if workdir and "\0" in workdir:
        raise ToolFailed("workdir must not contain NUL characters")
    return str(PurePath(cwd, workdir)) if workdir else cwd


def cache_key(argv: Sequence[str], cwd: str, *, escalated: bool) -> str:
    """Return what a decision for the session holds for: this command, here, with these permissions."""
    return json.dumps([list(argv), cwd, ESCALATED if escalated else "use_default"], separators=(",", ":"))
