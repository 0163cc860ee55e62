"""Events of commands: each attempt to run one for a call, and those intercepted inside a shell."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class ExecBegan(Event):
    """A command of a call was started.

    app-server `item/started` of type `commandExecution`; own log. Never in a rollout.
    """

    kind: ClassVar[str] = "exec_began"

    call_id: str
    """Id of the call."""

    attempt: int = 1
    """1, or 2 for the retry without sandbox."""

    turn_id: str | None = None
    """Turn of the call."""

    command: str | None = None
    """The command as one shell line."""

    cwd: str | None = None
    """Directory in which it runs."""

    sandbox: str | None = None
    """Own log: sandbox around it; `none` without one."""

    process_id: str | None = None
    """Id of a process that outlives the call that started it."""


@attrs.frozen(kw_only=True, repr=False)
class SandboxDenied(Event):
    """The sandbox stopped an attempt; another one without sandbox may be asked for.

    own log.
    """

    kind: ClassVar[str] = "sandbox_denied"

    call_id: str
    """Id of the call."""

    attempt: int = 1
    """Attempt that was stopped."""

    turn_id: str | None = None
    """Turn of the call."""

    message: str | None = None
    """What the sandbox said."""


@attrs.frozen(kw_only=True, repr=False)
class ExecEnded(Event):
    """A command of a call ended.

    rollout `event_msg` `exec_command_end`; own log.
    """

    kind: ClassVar[str] = "exec_ended"
    version: ClassVar[int] = 2

    call_id: str
    """Id of the call."""

    turn_id: str | None = None
    """Turn of the call."""

    exit_code: int | None = None
    """Exit code of the process; None when it has none."""

    duration_us: int | None = None
    """Duration in microseconds (`duration` with `secs` and `nanos`)."""

    status: str | None = None
    """`completed`, `failed` or `declined`."""

    attempt: int | None = None
    """Own log: 1, or 2 for the retry without sandbox."""

    source: str | None = None
    """Who ran it: `agent`, `user_shell`, `unified_exec_startup`, `unified_exec_interaction`."""

    process_id: str | None = None
    """Id of a process that outlives the call that started it."""

    paused_ms: int | None = None
    """Own log: milliseconds of waiting for decisions, which its timeout does not count."""


@attrs.frozen(kw_only=True, repr=False)
class ExecIntercepted(Event):
    """A command that runs inside the shell of a call was stopped to be judged by the policy.

    own log.
    """

    kind: ClassVar[str] = "exec_intercepted"

    approval_id: str
    """Id of the interception: its own, or the call's id for the outermost command."""

    call_id: str
    """Call whose shell it is."""

    turn_id: str | None = None
    """Turn of the call."""

    program: str
    """The program, as an absolute path."""

    argv: tuple[str, ...] = ()
    """Its arguments, the first being the name it was called by."""

    verdict: str
    """Of the policy: `allow`, `prompt` or `forbid`."""


@attrs.frozen(kw_only=True, repr=False)
class InterceptionEnded(Event):
    """It was decided what becomes of an intercepted command.

    own log.
    """

    kind: ClassVar[str] = "interception_ended"

    approval_id: str
    """Id of the interception."""

    call_id: str
    """Call whose shell it is."""

    action: str
    """`run` (in the sandbox), `escalate` (as the call's permissions ask) or `deny`."""

    decision: str | None = None
    """One of `REVIEW_DECISIONS`; None when nobody was asked."""

    source: str | None = None
    """One of `DECISION_SOURCES`."""

    message: str | None = None
    """Text of a denial, such as `User denied execution`."""

    hook_message: str | None = None
    """Message of the hook that denied, where the text is a fixed one and would lose it."""

    paused_ms: int | None = None
    """Milliseconds of waiting, which the command's timeout does not count."""
