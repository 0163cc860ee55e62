"""The exec gate of a session: programs that rules want judged are stopped inside the shells that run them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from turnfold.core.engine.gate import open_gate
from turnfold.core.engine.network import Bench
from turnfold.core.engine.plugs.commands import GuardOf
from turnfold.core.engine.plugs.plug import Interior
from turnfold.core.engine.rules import RuleBook
from turnfold.core.engine.tools import Guard
from turnfold.core.execpolicy import Decision, Ruleset


def exec_gate(book: RuleBook, path: str) -> GuardOf:
    """Return what guards the shells of a session by the rules of *book* (requirements E1 to E3).

    A program is stopped by a wrapper of its name that comes first on the PATH of commands. Who calls it by its
    absolute path, or puts another PATH together, is not stopped: the gate asks, the sandbox confines.

    Args:
        path: the PATH of commands.
    """

    @asynccontextmanager
    async def guard(interior: Interior) -> AsyncGenerator[Guard]:
        bench = Bench(terms=interior.terms, hooks=interior.hooks, reviews=interior.reviews)
        async with open_gate(guarded_names(book.ruleset), path, book, bench) as gate:
            yield gate

    return guard


def guarded_names(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the names of the programs that some rule wants asked about or forbids, in order."""
    strict = (rule for rule in ruleset.rules if rule.decision is not Decision.ALLOW)
    programs = (word for rule in strict for word in rule.pattern[0])
    return tuple(sorted({program.rpartition("/")[2] for program in programs}))
