"""What searching costs: states generated a second, beside bare calls of `decide`.

    python -P tests/bench/search.py

A *generated* state is what model checkers count: a command was decided, every check that concerns the decision was
made, and the state after it was looked up among those known (by identity if nothing changed, else by its key). Most of
them are known already. *Distinct* states are those that were visited. The reference of the same run decides the same
commands in the same states, and does nothing else. All figures are per second of processor time, of one core.
"""

from __future__ import annotations

import time

from turnfold.core.decide import decide
from turnfold.replay.search.session import (
    ABORTS_END,
    Alphabet,
    Bounds,
    SessionLeadsTo,
    SessionSearched,
    search_promise,
    search_session,
)

ROUNDS = 3
WANTED = 20_000
"""Generated states a second that the search is to reach."""


def row(name: str, found: SessionSearched | SessionLeadsTo, seconds: float) -> str:
    """A line about a search and what it took."""
    outcome = "every check held" if found.claim.complete else "NOT complete"
    return (
        f"{name:30} {found.transitions / seconds:9,.0f} generated/s {found.states / seconds:7,.0f} distinct/s   "
        f"{found.transitions:,} generated, {found.states:,} distinct, depth {found.depth}, {seconds:.2f} s, {outcome}"
    )


def searched(together: int, *, symmetry: bool = True) -> tuple[SessionSearched, float]:
    """Search with the usual alphabet and so many things open; the seconds are those of the best of some rounds."""
    rounds: list[tuple[float, SessionSearched]] = []
    for _ in range(ROUNDS):
        began = time.process_time()
        found = search_session(bounds=Bounds(together=together), symmetry=symmetry)
        rounds.append((time.process_time() - began, found))
    best = min(seconds for seconds, _ in rounds)
    return rounds[-1][1], best


def bare(searched: SessionSearched) -> float:
    """Calls of `decide` a second, over the states and commands of a search; the best of some rounds."""
    alphabet = Alphabet()
    pairs = [(state, alphabet.commands(state)) for state in searched.reached()]
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        count = 0
        for state, commands in pairs:
            for command in commands:
                decide(state, command)
                count += 1
        best = max(best, count / (time.process_time() - began))
    return best


def main() -> None:
    """Measure, and print."""
    one, one_s = searched(1)
    two, two_s = searched(2)
    whole, whole_s = searched(1, symmetry=False)
    reference = bare(two)
    same = "the same commands in the same states as with 2 open"
    print(f"{'bare calls of decide':30} {reference:9,.0f} calls/s   {same}")
    print(row("search, 1 open", one, one_s))
    print(row("search, 2 open", two, two_s))
    print(row("search, 1 open, no symmetry", whole, whole_s))
    began = time.process_time()
    aborts = search_promise(ABORTS_END, one, commands_max=2)
    print(row("aborts end, 2 client commands", aborts, time.process_time() - began))
    speed = two.transitions / two_s
    print(
        f"generated states, 2 open: {speed:,.0f}/s, {speed / reference:.0%} of bare decide; "
        f"wanted: {WANTED:,}/s, {'reached' if speed >= WANTED else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
