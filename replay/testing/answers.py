"""Strategies for what comes from outside: the ends of hook programs, and the answers of people to questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
from hypothesis import strategies as st

from turnfold.core.commands import Answer
from turnfold.core.hooks import HookEvent, HookExit
from turnfold.events import APPROVAL_KINDS

if TYPE_CHECKING:
    from turnfold.core.engine.fakes import Program

_E: Final = HookEvent
_BLOCKING: Final = frozenset(
    {_E.PRE_TOOL_USE, _E.POST_TOOL_USE, _E.USER_PROMPT_SUBMIT, _E.STOP, _E.SUBAGENT_STOP}
)
"""Events whose hooks may answer `{"decision": "block"}`."""
_STOPPABLE: Final = frozenset(
    {
        _E.POST_TOOL_USE,
        _E.SESSION_START,
        _E.USER_PROMPT_SUBMIT,
        _E.STOP,
        _E.SUBAGENT_STOP,
        _E.PRE_COMPACT,
        _E.POST_COMPACT,
    }
)
"""Events whose hooks may answer `{"continue": false}`."""
_CONTEXTUAL: Final = frozenset(
    {_E.PRE_TOOL_USE, _E.POST_TOOL_USE, _E.SESSION_START, _E.SUBAGENT_START, _E.USER_PROMPT_SUBMIT}
)
"""Events whose hooks may add to what the model is told."""
_TWO: Final = _BLOCKING | {_E.PERMISSION_REQUEST}
"""Events for which exit code 2, with a text on stderr, is an answer."""
_JSON_ONLY: Final = frozenset({_E.STOP, _E.SUBAGENT_STOP, _E.INTERRUPT})
"""Events whose hooks may not print plain text."""
_UNREAD: Final = frozenset({_E.SESSION_END})
"""Events whose hooks may print what they like: nobody reads it."""

_REASONS: Final = st.sampled_from(("no", "not now", "größer 😀"))
_WORDS: Final = st.sampled_from(("well", "ok then", "1"))


_Ends: TypeAlias = Callable[[HookEvent], list[st.SearchStrategy[HookExit]]]


@attrs.frozen
class HookResult:
    """What a hook's program leaves behind, for one event."""

    event: HookEvent
    exit: HookExit

    def program(self, after_s: float = 0) -> Program:
        """A program for `FakeProcesses` that ends so, *after_s* seconds after its start.

        Raises ValueError for a result that no program can have: an error of whoever runs it.
        """
        from turnfold.core.engine.fakes import printing  # who draws commands does not need the engine

        if self.exit.error is not None:
            raise ValueError(f"no program ends by itself with {self.exit.error!r}: let one hang instead")
        return printing(self.exit.stdout, self.exit.stderr, exit_code=self.exit.code, after_s=after_s)


def hook_results(event: HookEvent | None = None) -> st.SearchStrategy[HookResult]:
    """Ends of a hook's program that its contract takes: `interpret` makes a run of each that has not failed.

    Silence, answers in JSON, plain text and exit code 2, as far as *event* allows them; None is any event.
    """
    return _for(event, _good)


def broken_hook_results(event: HookEvent | None = None) -> st.SearchStrategy[HookResult]:
    """Ends of a hook's program that break its contract: `interpret` makes a failed run of each, which decides nothing.

    Errors of the run, exit codes that mean nothing, JSON that is no answer, and fields that are reserved.
    """
    return _for(event, _bad)


def _for(event: HookEvent | None, make: _Ends) -> st.SearchStrategy[HookResult]:
    def results(named: HookEvent) -> st.SearchStrategy[HookResult]:
        return st.builds(HookResult, st.just(named), st.one_of(make(named)))

    return st.sampled_from(HookEvent).flatmap(results) if event is None else results(event)


def _said(**answer: object) -> HookExit:
    return HookExit(code=0, stdout=json.dumps(answer, ensure_ascii=False))


def _specific(event: HookEvent, **fields: object) -> HookExit:
    return _said(hookSpecificOutput={"hookEventName": event.wire, **fields})


def _good(event: HookEvent) -> list[st.SearchStrategy[HookExit]]:
    ends = [
        st.just(HookExit(code=0)),
        st.just(_said()),
        _WORDS.map(lambda text: _said(systemMessage=text)),
    ]
    if event not in _JSON_ONLY:
        ends.append(_WORDS.map(lambda text: HookExit(code=0, stdout=text)))
    if event in _TWO:
        ends.append(_REASONS.map(lambda text: HookExit(code=2, stderr=text)))
    if event in _BLOCKING:
        ends.append(_REASONS.map(lambda text: _said(decision="block", reason=text)))
    if event in _STOPPABLE:
        ends.append(_REASONS.map(lambda text: _said(**{"continue": False, "stopReason": text})))
    if event in _CONTEXTUAL:
        ends.append(_WORDS.map(lambda text: _specific(event, additionalContext=text)))
    return [*ends, *_decisions(event)]


def _decisions(event: HookEvent) -> list[st.SearchStrategy[HookExit]]:
    """Answers that only this event has."""

    def denied(given: tuple[str, bool]) -> HookExit:
        return _specific(event, decision={"behavior": "deny", "message": given[0], "interrupt": given[1]})

    def changed(text: str) -> HookExit:
        return _specific(event, updatedToolOutput=text)

    def refused(text: str) -> HookExit:
        return _specific(event, permissionDecision="deny", permissionDecisionReason=text)

    if event is _E.PERMISSION_REQUEST:
        allowed = _specific(event, decision={"behavior": "allow"})
        return [st.just(allowed), st.tuples(_REASONS, st.booleans()).map(denied)]
    if event is _E.PRE_TOOL_USE:
        rewritten = _specific(event, permissionDecision="allow", updatedInput={"command": "true"})
        return [st.just(rewritten), _REASONS.map(refused)]
    if event is _E.POST_TOOL_USE:
        return [_WORDS.map(changed)]
    return []


def _bad(event: HookEvent) -> list[st.SearchStrategy[HookExit]]:
    ends = [
        st.just(HookExit(code=1)),
        st.integers(3, 255).map(lambda code: HookExit(code=code)),
        st.just(HookExit(code=None)),
        st.just(HookExit(code=None, error="hook timed out after 5s")),
        st.just(HookExit(code=2, stderr=" \n")),
    ]
    if event not in _UNREAD:
        ends.append(st.sampled_from(("{", "[]", '{"surprise": 1}', '{"systemMessage": 1}')).map(_printed))
    if event in _JSON_ONLY:
        ends.append(_WORDS.map(_printed))
    if event in _BLOCKING:
        ends.append(st.just(_said(decision="block", reason=" ")))
    if event in {_E.PERMISSION_REQUEST, _E.PRE_TOOL_USE}:
        reserved: list[dict[str, object]] = [
            {"continue": False},
            {"stopReason": ""},
            {"suppressOutput": True},
        ]
        ends.append(st.sampled_from(reserved).map(lambda answer: _said(**answer)))
    if event is _E.PERMISSION_REQUEST:
        verdicts: list[dict[str, object]] = [
            {"behavior": "allow", "interrupt": True},
            {"behavior": "deny", "updatedInput": {}},
            {"behavior": "allow", "updatedPermissions": []},
            {"behavior": "ask"},
        ]
        ends.append(st.sampled_from(verdicts).map(lambda verdict: _specific(event, decision=verdict)))
    return ends


def _printed(text: str) -> HookExit:
    return HookExit(code=0, stdout=text)


@attrs.frozen(kw_only=True)
class ApprovalAnswer:
    """What somebody answers to a question."""

    decision: str
    message: str | None = None
    amendment: Any = None

    def command(self, approval_id: str) -> Answer:
        """The command that gives this answer to the question of that id."""
        return Answer(
            approval_id=approval_id, decision=self.decision, message=self.message, amendment=self.amendment
        )


_EXEC, _PATCH, _NETWORK, _INTERCEPTED, _PERMISSIONS, _USER_INPUT, _ELICITATION, _DYNAMIC = APPROVAL_KINDS
_DECISIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        _EXEC: ("approved", "denied", "approved_for_session", "approved_execpolicy_amendment", "abort"),
        _PATCH: ("approved", "denied", "approved_for_session", "abort"),
        _NETWORK: ("approved", "denied", "approved_for_session", "network_policy_amendment", "abort"),
        _INTERCEPTED: ("approved", "abort"),
        _PERMISSIONS: ("approved", "denied", "approved_for_session"),
        _USER_INPUT: ("approved", "denied"),
        _ELICITATION: ("approved", "denied"),
        _DYNAMIC: ("approved", "denied", "abort"),
    }
)
"""The decisions that make sense, by the kind of question. The last one interrupts the turn (C4)."""


def decisions_for(kind: str | None) -> tuple[str, ...]:
    """The decisions that make sense for a question of *kind*; those of a command for a kind that nobody knows."""
    return _DECISIONS.get(kind or _EXEC, _DECISIONS[_EXEC])


def approval_answers(kind: str) -> st.SearchStrategy[ApprovalAnswer]:
    """Answers to a question of *kind*: every decision that makes sense there, with what belongs to it.

    Raises ValueError for a kind that is none of `APPROVAL_KINDS`.
    """
    if kind not in _DECISIONS:
        raise ValueError(f"no question is of kind {kind!r}; there are {', '.join(APPROVAL_KINDS)}")
    return st.sampled_from(_DECISIONS[kind]).flatmap(_answers)


def _answers(decision: str) -> st.SearchStrategy[ApprovalAnswer]:
    amendments: st.SearchStrategy[object] = st.none()
    if decision == "approved_execpolicy_amendment":
        amendments = st.sampled_from((["git", "status"], ["ls"]))
    elif decision == "network_policy_amendment":
        hosts = st.sampled_from(("one.example", "two.example"))
        amendments = st.fixed_dictionaries({"host": hosts, "action": st.sampled_from(("allow", "deny"))})
    messages = st.none() | _REASONS if decision == "denied" else st.none()
    return st.builds(ApprovalAnswer, decision=st.just(decision), message=messages, amendment=amendments)


def unknown_approval_answers() -> st.SearchStrategy[ApprovalAnswer]:
    """Answers that no kind of question has: unknown words, and an amendment of the network that says nothing.

    Whoever gets one must deny: what nobody understands lets nothing go.
    """
    words = st.sampled_from(("", "maybe", "APPROVED", "yes", "allow")) | st.text(max_size=5).filter(_unknown)
    empty = st.just(ApprovalAnswer(decision="network_policy_amendment"))
    return st.builds(ApprovalAnswer, decision=words) | empty


_KNOWN: Final = frozenset(word for words in _DECISIONS.values() for word in words)


def _unknown(word: str) -> bool:
    return word not in _KNOWN
