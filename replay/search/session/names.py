"""Which ids the commands of an alphabet name in a state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from turnfold.core import State

WRONG: Final = "wrong"
"""An id that nothing has ever had."""

TURNS: Final = ("t", "u", "v", "w")
"""Ids of turns. Two are enough: which of them a turn has makes no difference, once the last one is over."""


@attrs.frozen
class Names:
    """Ids, by sort. A value, so that menus can be kept by it."""

    turn: str | None
    """The turn in the slot."""
    other_turns: tuple[str, ...]
    """Turns that are not in the slot, as far as they are named: `WRONG` for all, or every id of the pool too."""
    fresh_turns: tuple[str, ...]
    """Ids for a new turn."""
    inputs: tuple[str | None, ...]
    """Input that was accepted and not used."""
    fresh_inputs: tuple[str, ...]
    """Ids for new input."""
    mail: tuple[str, ...]
    """Mail in the box."""
    fresh_mail: tuple[str, ...]
    """Ids for new mail."""
    calls: tuple[str, ...]
    """Open calls, and new ones."""
    approvals: tuple[str, ...]
    """Open questions."""
    any_approvals: tuple[str, ...]
    """Open questions, and new ones."""
    hook_runs: tuple[str, ...]
    """Open hook runs, and new ones."""
    hosts: tuple[str, ...]
    """Network hosts: known ones, and new ones. `target` makes a key of the ledger of one."""


def pool(sort: str, count: int) -> tuple[str, ...]:
    """The ids of a sort: its letter alone, then with a number."""
    return (sort, *(f"{sort}{number}" for number in range(2, count + 1)))


def hosts(count: int) -> tuple[str, ...]:
    """The hosts of an alphabet. The upper case letter is there because a target is not normalized in every event."""
    return tuple(f"{stem}.example" for stem in pool("Odd", count))


def target(host: str) -> str:
    """The target that the ledger knows a host by."""
    return f"http://{host}:80"


def names_in(state: State, ids: int, *, every_id: bool, taken: frozenset[str]) -> Names:
    """Return what is named in *state*, of pools of *ids* for each sort.

    With *every_id* each id of a pool is named, else those that are in use and the first that is not: the others would
    do the same. Ids of turns in *taken* are not fresh.
    """
    turn = None if state.turn is None else state.turn.turn_id
    every_turn = TURNS[:2] if every_id else ()
    turns = every_turn or TURNS
    known_inputs = tuple(entry.input_id for entry in state.inputs)
    mail = tuple(each.mail_id for each in state.mail)

    def fresh(free: list[str]) -> tuple[str, ...]:
        return tuple(free if every_id else free[:1])

    def known_and_fresh(known: Iterable[str], sort: tuple[str, ...]) -> tuple[str, ...]:
        used = tuple(known)
        return (*used, *fresh([each for each in sort if each not in used]))

    return Names(
        turn=turn,
        other_turns=(WRONG, *(each for each in every_turn if each != turn)),
        fresh_turns=fresh([each for each in turns if each != turn and each not in taken]),
        inputs=known_inputs,
        fresh_inputs=fresh([each for each in pool("i", ids + 1) if each not in known_inputs]),
        mail=mail,
        fresh_mail=fresh([each for each in pool("m", ids + 1) if each not in mail]),
        calls=known_and_fresh(state.calls, pool("c", ids)),
        approvals=tuple(state.approvals),
        any_approvals=known_and_fresh(state.approvals, pool("a", ids)),
        hook_runs=known_and_fresh(state.hook_runs, pool("h", ids)),
        hosts=_hosts(state, ids, every_id=every_id),
    )


def _hosts(state: State, ids: int, *, every_id: bool) -> tuple[str, ...]:
    every = hosts(ids)
    used = tuple(host for host in every if target(host) in state.hosts)
    free = tuple(host for host in every if host not in used)
    return every if every_id else (*used, *free[:1])
