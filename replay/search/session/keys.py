"""When two states of a session count as one."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import attrs

from turnfold.core import State

EQUAL: Final = (
    "they differ in nothing but sequence numbers, times, tokens, settings, texts, names of tools and of hook events, "
    "and whether the final answer was given: no decision reads these"
)
"""What `plain` leaves out, in words."""

RENAMED: Final = (
    "ids of turns, calls, reviews, questions, hook runs, hosts, input and mail are renamed by the order in which they "
    "stand in the state"
)
"""What `canonical` leaves out besides, in words."""


def plain(state: State) -> Hashable:
    """What a decision may depend on, ids as they are."""
    turn = state.turn
    return (
        state.session,
        None
        if turn is None
        else (turn.turn_id, turn.phase, turn.task_kind, turn.abort_reason, turn.reviewing),
        tuple([(call.call_id, call.phase, call.review_id) for call in state.calls.values()]),
        tuple([(ask.approval_id, ask.call_id, ask.approval_kind) for ask in state.approvals.values()]),
        tuple(state.hook_runs),
        tuple([(host.target, host.phase) for host in state.hosts.values()]),
        tuple([(entry.input_id, entry.turn_id) for entry in state.inputs]),
        tuple([(mail.mail_id, mail.trigger_turn) for mail in state.mail]),
        state.behaviour,
    )


def canonical(state: State) -> Hashable:
    """What a decision may depend on, ids replaced by the order of their appearance.

    The ledgers of a state are ordered, oldest first, so states have equal keys exactly if renaming ids makes one of the
    other: no permutation has to be searched for.
    """
    turn = state.turn
    turns = dict[str | None, int | None]()
    turns[None] = None
    if turn is not None:
        turns[turn.turn_id] = 0
    calls = {call_id: place for place, call_id in enumerate(state.calls)}
    return (
        state.session,
        None if turn is None else (turn.phase, turn.task_kind, turn.abort_reason, turn.reviewing),
        tuple([(call.phase, call.review_id is None) for call in state.calls.values()]) if calls else (),
        _approvals(state, calls) if state.approvals else (),
        len(state.hook_runs),
        tuple([host.phase for host in state.hosts.values()]) if state.hosts else (),
        _inputs(state, turns) if state.inputs else (),
        _mail(state) if state.mail else (),
        state.behaviour,
    )


def _approvals(state: State, calls: dict[str, int]) -> Hashable:
    """Questions; a call that is named here may be over, and is then told from others by its first appearance."""
    return tuple(
        [
            (None if ask.call_id is None else calls.setdefault(ask.call_id, len(calls)), ask.approval_kind)
            for ask in state.approvals.values()
        ]
    )


def _inputs(state: State, turns: dict[str | None, int | None]) -> Hashable:
    ids = dict[str | None, int]()
    return tuple(
        [
            (
                None if entry.input_id is None else ids.setdefault(entry.input_id, len(ids)),
                turns.setdefault(entry.turn_id, len(turns)),
            )
            for entry in state.inputs
        ]
    )


def _mail(state: State) -> Hashable:
    ids = dict[str, int]()
    return tuple([(ids.setdefault(mail.mail_id, len(ids)), mail.trigger_turn) for mail in state.mail])


def exact(state: State) -> Hashable:
    """All of a state but its sequence numbers: what an audit of the keys above begins with."""
    turn = state.turn
    return (
        plain(state),
        None if turn is None else turn.started_at_s,
        tuple([(call.name, call.call_type) for call in state.calls.values()]),
        tuple([(run.event_name, run.call_id) for run in state.hook_runs.values()]),
        tuple([(entry.text, repr(entry.content)) for entry in state.inputs]),
        tuple([(mail.sender, mail.text) for mail in state.mail]),
        state.session_id,
        state.answered,
        state.tokens,
        attrs.astuple(state.settings),
    )
