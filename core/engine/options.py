"""How a session behaves: what is written into its log as its configuration, and what only the process knows."""

from typing import Final

import attrs

from turnfold.core.approvals import parse_policy
from turnfold.core.react import GRACE_MS
from turnfold.events import SessionConfigured, SessionMetaRecorded

ABORTING_CHOICES: Final = ("refuse", "queue")
SANDBOX_MODES: Final = ("read-only", "workspace-write", "danger-full-access")


@attrs.frozen(kw_only=True)
class SessionOptions:
    """Settings of a session. Raises ValueError for a word that nobody knows, with the words that are known."""

    session_id: str | None = None
    """The session's id; None makes a fresh one."""

    cwd: str = "/"
    """Working directory, absolute."""

    model: str = attrs.field(default="default", validator=attrs.validators.min_len(1))
    """Name of the model, as the endpoint knows it."""

    model_provider: str | None = None
    """Name of the model's provider, as Codex's configuration has it: a Codex that resumes the log asks that one."""

    instructions: str = ""
    """The base instructions of every request."""

    effort: str | None = None
    """Effort of reasoning that the model is asked for."""

    context_window: int | None = None
    """Size of the model's context window in tokens."""

    compact_at_tokens: int | None = None
    """Tokens of one request from which on the history is compacted; None never does."""

    approval_policy: object = "on-request"
    """`untrusted`, `on-failure`, `on-request`, `never`, or a mapping for the granular policy."""

    approvals_reviewer: str = attrs.field(
        default="user", validator=attrs.validators.in_(("user", "auto_review"))
    )
    """Who is asked for approvals."""

    sandbox_mode: str = attrs.field(default="workspace-write", validator=attrs.validators.in_(SANDBOX_MODES))
    """Confinement of commands."""

    profile: str = attrs.field(default="seed", validator=attrs.validators.in_(("seed", "codex")))
    """`seed`: hooks may interrupt, as this engine's acceptance list asks; `codex`: as its releases do."""

    hooks_enabled: bool = True
    """Feature switch: off means no discovery, no hook events, no decision (A5)."""

    interrupt_marker: bool = True
    """Whether an interruption leaves `<turn_aborted>` in the history (F4)."""

    grace_ms: int = attrs.field(default=GRACE_MS, validator=attrs.validators.ge(0))
    """Milliseconds that a cancelled effect gets to end by itself (F3)."""

    while_aborting: str = attrs.field(default="refuse", validator=attrs.validators.in_(ABORTING_CHOICES))
    """What becomes of new input during an abort: handed back, or kept for the next turn (F10, hazard 4)."""

    originator: str = "turnfold"
    """Client that creates the session, as it names itself."""

    source: str = "exec"
    """Where the session was begun, as Codex says it: `cli`, `exec`, `vscode`, ..."""

    def __attrs_post_init__(self) -> None:
        parse_policy(self.approval_policy)

    def configured(self, session_id: str, hook_handlers: int) -> SessionConfigured:
        """The event that puts these settings on record."""
        return SessionConfigured(
            session_id=session_id,
            model=self.model,
            cwd=self.cwd,
            approval_policy=self.approval_policy,
            approvals_reviewer=self.approvals_reviewer,
            sandbox_mode=self.sandbox_mode,
            hooks_enabled=self.hooks_enabled,
            hook_handlers=hook_handlers,
            interrupt_marker=self.interrupt_marker,
            grace_ms=self.grace_ms,
            while_aborting=self.while_aborting,
        )

    def identity(self, session_id: str, created_at_text: str, version: str) -> SessionMetaRecorded:
        """The identity record of a new session."""
        return SessionMetaRecorded(
            session_id=session_id,
            created_at_text=created_at_text,
            cwd=self.cwd,
            originator=self.originator,
            cli_version=version,
            source=self.source,
            model_provider=self.model_provider,
        )
