"""Events of a session as a whole: identity, settings, status, journal and shutdown."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class SessionMetaRecorded(Event):
    """The identity record of a session: the first of a file counts, later ones are rewrites or a parent's.

    rollout `session_meta`, and the first line of bare files of 2025; app-server `thread/started`.
    """

    kind: ClassVar[str] = "session_meta_recorded"

    session_id: str
    """The session's own id, which its file name repeats (rollout `id`; app-server `thread.id`)."""

    tree_session_id: str | None = None
    """The payload's field `session_id`: the session at the root of a tree of agents; None in older files."""

    forked_from_id: str | None = None
    """Session whose rows were copied to begin this one; None when it is no fork."""

    forked_from_ordinal: int | None = None
    """First ordinal of the parent that was not copied (`forked_from_ordinal_exclusive`)."""

    parent_thread_id: str | None = None
    """Session of the agent that spawned this one; None for a root session."""

    created_at_text: str | None = None
    """Creation time as written inside the payload (`timestamp`), UTC."""

    cwd: str | None = None
    """Working directory at creation."""

    originator: str | None = None
    """Client that created the session, as it named itself."""

    cli_version: str | None = None
    """Version of the producer, such as `0.104.0`."""

    source: object = attrs.field(default=None, hash=False)
    """Where the session was begun: a string such as `cli`, or a mapping for custom sources and sub-agents."""

    thread_source: str | None = None
    """The newer, plainer spelling of the source (`thread_source`)."""

    history_mode: str | None = None
    """`legacy` or `paginated`; paginated files carry an ordinal on every line. None means legacy."""

    history_base: object = attrs.field(default=None, hash=False)
    """The earlier segment that a reverted or branched file continues; a mapping, kept as it came."""

    history_start_ordinal: int | None = None
    """First ordinal of a sub-agent's own history (`subagent_history_start_ordinal`)."""

    model_provider: str | None = None
    """Provider id that the session was configured with."""

    window_id: str | None = None
    """Id of the first context window (`context_window.window_id`)."""

    agent_depth: int | None = None
    """Distance from the root session in the tree of agents; None for a root session or when unsaid."""

    agent_nickname: str | None = None
    """Name given to a sub-agent."""

    agent_role: str | None = None
    """Role of a sub-agent (`agent_role`, older `agent_type`)."""

    git: object = attrs.field(default=None, hash=False)
    """State of the working copy: a mapping with `commit_hash`, `branch`, `repository_url`, or None."""


@attrs.frozen(kw_only=True, repr=False)
class SessionConfigured(Event):
    """The engine fixed the settings that its behaviour depends on, so that a replay takes the same paths.

    own log; its Codex namesake `session_configured` is never persisted.
    """

    kind: ClassVar[str] = "session_configured"

    session_id: str
    """The session's id."""

    model: str | None = None
    """Model in use."""

    cwd: str | None = None
    """Working directory."""

    approval_policy: object = attrs.field(default=None, hash=False)
    """`untrusted`, `on-failure`, `on-request`, `never`, or a mapping for the granular policy."""

    sandbox_mode: str | None = None
    """Sandbox of ordinary commands, such as `read-only` or `workspace-write`."""

    approvals_reviewer: str | None = None
    """Who is asked for approvals: `user` or `auto_review`."""

    hooks_enabled: bool = False
    """Whether the feature switch of hooks is on; off means no discovery, no hook events, no decisions."""

    hook_handlers: int = 0
    """Number of hook handlers that discovery found."""

    interrupt_marker: bool = True
    """Whether an interruption records the `<turn_aborted>` marker in the history."""

    grace_ms: int | None = None
    """Milliseconds that a cancelled task gets to end by itself."""

    while_aborting: str = "refuse"
    """What happens to input during an abort: `refuse` hands it back, `queue` keeps it for the next turn."""

    flags: tuple[str, ...] = ()
    """Names of behaviours switched on for this log; a log without a flag keeps the old behaviour for ever."""


@attrs.frozen(kw_only=True, repr=False)
class SessionResumed(Event):
    """A session was continued from its log after a pause or a crash.

    own log.
    """

    kind: ClassVar[str] = "session_resumed"

    session_id: str
    """The session's id."""

    through_seq: int | None = None
    """Last `seq` that was read back."""

    open_turn_id: str | None = None
    """Turn that was open where the log ended, closed by inference; None when the session was idle."""


@attrs.frozen(kw_only=True, repr=False)
class SessionRenamed(Event):
    """The session got a name.

    rollout `event_msg` `thread_name_updated`; app-server `thread/name/updated`.
    """

    kind: ClassVar[str] = "session_renamed"

    thread_id: str | None = None
    """Session that was named."""

    name: str | None = None
    """The new name (`thread_name`); None when it was taken away."""


@attrs.frozen(kw_only=True, repr=False)
class SettingsApplied(Event):
    """Settings of the session changed, from now on.

    rollout `event_msg` `thread_settings_applied` (field `thread_settings`).
    """

    kind: ClassVar[str] = "settings_applied"

    thread_id: str | None = None
    """Session that the settings belong to."""

    model: str | None = None
    """Model in use."""

    cwd: str | None = None
    """Working directory."""

    approval_policy: object = attrs.field(default=None, hash=False)
    """`untrusted`, `on-failure`, `on-request`, `never`, or a mapping for the granular policy."""

    approvals_reviewer: str | None = None
    """Who is asked for approvals: `user` or `auto_review`."""

    sandbox_mode: str | None = None
    """Sandbox of commands, such as `workspace-write`."""


@attrs.frozen(kw_only=True, repr=False)
class StatusChanged(Event):
    """What a client is shown of the session's state changed.

    app-server `thread/status/changed`.
    """

    kind: ClassVar[str] = "status_changed"

    status: str
    """`idle`, `active`, `notLoaded` or `systemError` (`status.type`)."""

    flags: tuple[str, ...] = ()
    """What an active session waits for: `waitingOnApproval`, `waitingOnUserInput` (`status.activeFlags`)."""

    thread_id: str | None = None
    """Session whose status it is."""


@attrs.frozen(kw_only=True, repr=False)
class StartupCancelled(Event):
    """An interrupt found no turn and cancelled the work of starting up instead.

    own log.
    """

    kind: ClassVar[str] = "startup_cancelled"

    work: tuple[str, ...] = ()
    """Names of what was cancelled, such as the tool servers that were still starting."""


@attrs.frozen(kw_only=True, repr=False)
class ShutdownBegan(Event):
    """The session was told to end; a running turn is aborted first and no new one starts.

    own log.
    """

    kind: ClassVar[str] = "shutdown_began"

    by: str | None = None
    """Who asked: `client`, `signal`, `closed` (nobody holds the session any more)."""


@attrs.frozen(kw_only=True, repr=False)
class ShutdownCompleted(Event):
    """The session ended; nothing follows.

    own log; app-server `thread/closed`. Codex delivers `shutdown_complete` and never persists it.
    """

    kind: ClassVar[str] = "shutdown_completed"

    abandoned: tuple[str, ...] = ()
    """Ids of the effects that would not stop and were left behind."""


@attrs.frozen(kw_only=True, repr=False)
class SubscriberLagged(Event):
    """A subscriber fell behind its bound and lost events, which it can read again from the journal.

    own log.
    """

    kind: ClassVar[str] = "subscriber_lagged"

    subscriber: str
    """Name of the subscriber."""

    missed: int
    """Number of events that it was not given."""

    first_seq: int | None = None
    """`seq` of the first event missed."""


@attrs.frozen(kw_only=True, repr=False)
class JournalFlushed(Event):
    """All that was appended up to here is durable.

    own log.
    """

    kind: ClassVar[str] = "journal_flushed"

    turn_id: str | None = None
    """Turn whose abort waits for this flush; None for a flush of another occasion."""

    through_seq: int | None = None
    """Last `seq` that is durable."""


@attrs.frozen(kw_only=True, repr=False)
class JournalFailed(Event):
    """The journal could not be written; what was not written is kept and tried again.

    own log.
    """

    kind: ClassVar[str] = "journal_failed"

    message: str
    """The error's text."""

    pending: int | None = None
    """Number of events that are not durable yet."""

    turn_id: str | None = None
    """Turn whose abort waits for this flush; None for another occasion."""


@attrs.frozen(kw_only=True, repr=False)
class RequestAnswered(Event):
    """The server answered a request of the client.

    app-server, the response to a client's request.
    """

    kind: ClassVar[str] = "request_answered"

    request_kind: str | None = None
    """Method of the request, such as `turn/interrupt`; None when the request was not seen."""

    request_id: str
    """JSON-RPC id of the request, as text."""

    turn_id: str | None = None
    """Turn named in the answer, or in the request when the answer names none."""

    error_code: int | None = None
    """JSON-RPC error code, such as -32600; None when the request succeeded."""

    error_message: str | None = None
    """The error's text; None when the request succeeded."""
