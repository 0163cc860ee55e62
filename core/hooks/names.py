"""Names of hook events in all their spellings, and the ids of hook runs (A1)."""

from enum import Enum, unique
from html import escape
from typing import Final, Literal, Self

import attrs


@unique
class HookEvent(Enum):
    """A point at which hooks run, in the order of every enumeration: the six of the source, then newer ones.

    The value is the name in files and in stdin and stdout, and the one that a person is shown (G2).
    """

    PRE_TOOL_USE = "PreToolUse"
    PERMISSION_REQUEST = "PermissionRequest"
    POST_TOOL_USE = "PostToolUse"
    SESSION_START = "SessionStart"
    USER_PROMPT_SUBMIT = "UserPromptSubmit"
    STOP = "Stop"
    PRE_COMPACT = "PreCompact"
    POST_COMPACT = "PostCompact"
    SESSION_END = "SessionEnd"
    SUBAGENT_START = "SubagentStart"
    SUBAGENT_STOP = "SubagentStop"
    INTERRUPT = "Interrupt"

    def __str__(self) -> str:
        """Return the name for a person."""
        return self.wire

    @property
    def wire(self) -> str:
        """Name in files and in what hooks read and write: `PermissionRequest`."""
        return self.value

    @property
    def snake(self) -> str:
        """Name in core events: `permission_request`."""
        return self.name.lower()

    @property
    def camel(self) -> str:
        """Name in the app-server protocol: `permissionRequest`."""
        return self.value[0].lower() + self.value[1:]

    @property
    def label(self) -> str:
        """Name in run ids and in the names of schemas: `permission-request`."""
        return self.snake.replace("_", "-")

    @property
    def words(self) -> str:
        """Name in running text: `permission request`."""
        return self.snake.replace("_", " ")

    @property
    def scope(self) -> Literal["turn", "thread"]:
        """Whether its runs belong to a turn or to the whole thread (A3)."""
        return "thread" if self in _THREAD else "turn"

    @property
    def matches(self) -> bool:
        """Whether the matcher of a group counts for it; else all handlers run (A3)."""
        return self not in _UNMATCHED

    @property
    def since_seed(self) -> bool:
        """Whether it is one of the six that the source change set knows."""
        return self in SEED_EVENTS

    @classmethod
    def from_wire(cls, name: str) -> Self:
        """Return the event of that `wire` name. Raises ValueError."""
        return cls._named("wire", name)

    @classmethod
    def from_snake(cls, name: str) -> Self:
        """Return the event of that `snake` name. Raises ValueError."""
        return cls._named("snake", name)

    @classmethod
    def from_camel(cls, name: str) -> Self:
        """Return the event of that `camel` name. Raises ValueError."""
        return cls._named("camel", name)

    @classmethod
    def from_label(cls, name: str) -> Self:
        """Return the event of that `label`. Raises ValueError."""
        return cls._named("label", name)

    @classmethod
    def _named(cls, spelling: str, name: str) -> Self:
        names = {str(getattr(event, spelling)): event for event in cls}
        if name not in names:
            raise ValueError(f"no hook event is called {name!r}; there are {', '.join(names)}")
        return names[name]


SEED_EVENTS: Final = tuple(HookEvent)[:6]
"""The events of the source change set, in order."""

_THREAD: Final = frozenset({HookEvent.SESSION_START, HookEvent.SESSION_END, HookEvent.SUBAGENT_START})
_UNMATCHED: Final = frozenset(
    {HookEvent.USER_PROMPT_SUBMIT, HookEvent.STOP, HookEvent.SESSION_END, HookEvent.INTERRUPT}
)


@attrs.frozen(kw_only=True)
class RunId:
    """The parts of the id of a hook run."""

    event: HookEvent
    display_order: int
    """Place of the handler in the configured order, counted from 0."""
    source_path: str
    """File that configured the handler."""
    suffix: str | None = None
    """What the run was about: call id, `<call id>:retry`, approval id, `network#<protocol>#<host>#<port>`."""


def run_id(event: HookEvent, display_order: int, source_path: str, suffix: str | None = None) -> str:
    """Return the id of a run: `<label>:<display order>:<source path>`, and `:<suffix>` where there is one (B8)."""
    head = f"{event.label}:{display_order}:{source_path}"
    return head if suffix is None else f"{head}:{suffix}"


def hook_prompt(run: str, text: str) -> str:
    """Return what a Stop hook sends the model back to work with, in the frame that names its run.

    Codex keeps it as a message in the user's name that is none of the user's, which readers tell by this frame (§3.7).
    """
    return f'<hook_prompt hook_run_id="{escape(run)}">{escape(text, quote=False)}</hook_prompt>'


def parse_run_id(text: str) -> RunId:
    """Take the id of a run apart. Raises ValueError when it does not begin as one.

    Colons separate, and paths and suffixes have some of their own. Label and order are read from the front, the
    suffix from the back, and what is left between them is the path. It works for paths whose last part has no
    colon, such as `C:\\hooks.json`, and for call ids without colons and slashes.
    """
    label, _, rest = text.partition(":")
    order, separator, place = rest.partition(":")
    if not separator or not (order.isascii() and order.isdigit()):
        raise ValueError(f"not the id of a hook run, which is <label>:<number>:<path>[:<suffix>]: {text!r}")
    path, suffix = _path_and_suffix(place)
    return RunId(event=HookEvent.from_label(label), display_order=int(order), source_path=path, suffix=suffix)


_NETWORK: Final = ":network#"
_RETRY: Final = ":retry"


def _path_and_suffix(place: str) -> tuple[str, str | None]:
    # The host of a network request may be an IPv6 address: here colons follow the beginning of the suffix.
    if _NETWORK in place:
        path, _, address = place.rpartition(_NETWORK)
        return path, f"{_NETWORK[1:]}{address}"
    path, call_id = _last_part(place.removesuffix(_RETRY))
    if call_id is not None and place.endswith(_RETRY):
        return path, f"{call_id}{_RETRY}"
    return _last_part(place)


def _last_part(place: str) -> tuple[str, str | None]:
    path, separator, last = place.rpartition(":")
    is_drive = len(path) == 1 and path.isalpha()
    if not separator or is_drive or "/" in last or "\\" in last:
        return place, None
    return path, last
