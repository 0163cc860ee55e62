"""From how a hook's program ended to what that means, for every event (B2 to B6)."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from turnfold.core.hooks.compacts import POST_COMPACT, PRE_COMPACT
from turnfold.core.hooks.contract import WHITESPACE, Contract, failed, trimmed
from turnfold.core.hooks.names import SEED_EVENTS, HookEvent
from turnfold.core.hooks.notices import INTERRUPT, SESSION_END
from turnfold.core.hooks.outputs import HookExit, Outcome
from turnfold.core.hooks.permission_request import PERMISSION_REQUEST, PERMISSION_REQUEST_CODEX
from turnfold.core.hooks.post_tool_use import POST_TOOL_USE
from turnfold.core.hooks.pre_tool_use import PRE_TOOL_USE
from turnfold.core.hooks.starts import SESSION_START, SUBAGENT_START
from turnfold.core.hooks.stops import STOP, SUBAGENT_STOP
from turnfold.core.hooks.user_prompt_submit import USER_PROMPT_SUBMIT

SEED: Final = "seed"
"""Profile of the source change set: a denial may interrupt the turn."""

CODEX: Final = "codex"
"""Profile of the releases of Codex: whoever wants to interrupt is refused."""

PROFILES: Final = (SEED, CODEX)

_CONTRACTS: Final[Mapping[HookEvent, Contract[Any]]] = {
    HookEvent.PRE_TOOL_USE: PRE_TOOL_USE,
    HookEvent.PERMISSION_REQUEST: PERMISSION_REQUEST,
    HookEvent.POST_TOOL_USE: POST_TOOL_USE,
    HookEvent.SESSION_START: SESSION_START,
    HookEvent.USER_PROMPT_SUBMIT: USER_PROMPT_SUBMIT,
    HookEvent.STOP: STOP,
    HookEvent.PRE_COMPACT: PRE_COMPACT,
    HookEvent.POST_COMPACT: POST_COMPACT,
    HookEvent.SESSION_END: SESSION_END,
    HookEvent.SUBAGENT_START: SUBAGENT_START,
    HookEvent.SUBAGENT_STOP: SUBAGENT_STOP,
    HookEvent.INTERRUPT: INTERRUPT,
}


def interpret(event: HookEvent, end: HookExit, profile: str = SEED) -> Outcome:
    """Return what the end of a hook's program means for *event*. No output of a program makes it raise.

    An error of the run counts before its exit code, and stdout counts after code 0 only (B6). Stdout that begins
    with `{` or `[` has to be a valid answer; other text, JSON scalars included, is no answer (B5).

    Args:
        profile: one of `PROFILES`. Raises ValueError for others.
    """
    contract = contract_of(event, profile)
    if end.error is not None:
        return failed(end.error)
    if end.code is None:
        return failed(contract.no_code)
    if end.code == 0:
        return _said(contract, end.stdout, known_events(event, profile))
    reason = trimmed(end.stderr)
    if end.code == 2 and contract.two is not None:
        return failed(contract.two.error) if reason is None else contract.two.means(reason)
    if contract.stderr_explains and reason is not None:
        return failed(reason)
    return failed(f"hook exited with code {end.code}")


def contract_of(event: HookEvent, profile: str) -> Contract[Any]:
    """Return the contract of *event*. Raises ValueError for a profile that there is not."""
    if profile not in PROFILES:
        raise ValueError(f"no profile is called {profile!r}; there are {', '.join(PROFILES)}")
    if event is HookEvent.PERMISSION_REQUEST and profile == CODEX:
        return PERMISSION_REQUEST_CODEX
    return _CONTRACTS[event]


def known_events(event: HookEvent, profile: str) -> tuple[HookEvent, ...]:
    """Return the events that an answer to *event* may name: those of the time of the profile, in order."""
    return SEED_EVENTS if profile == SEED and event.since_seed else tuple(HookEvent)


def _said(contract: Contract[Any], stdout: str, known: tuple[HookEvent, ...]) -> Outcome:
    text = stdout.strip(WHITESPACE)
    if not text or not contract.reads:
        return Outcome()
    if not text.startswith(("{", "[")):
        return contract.plain(text)
    try:
        return contract.answered(msgspec.json.decode(text), known)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # Also a lone surrogate, and nesting that is deeper than the decoder goes.
        return failed(contract.invalid)
