"""The examples that a rule brings along, which are its tests."""

import shlex
from collections.abc import Iterable, Sequence

from turnfold.core.execpolicy.ruleset import Ruleset
from turnfold.core.execpolicy.values import HostExecutable, PrefixRule, RuleError


def check_examples(
    rule: PrefixRule,
    executables: Iterable[HostExecutable],
    match: Iterable[Sequence[str]],
    not_match: Iterable[Sequence[str]],
) -> None:
    """Raise RuleError unless *rule* holds for all commands of *match* and for none of *not_match*.

    Absolute paths of programs stand for their names, within what *executables* let them.
    """
    alone = Ruleset(rules=(rule,), executables=tuple(executables))
    for command in not_match:
        if alone.evaluate(command, resolve_host_executables=True).matches:
            raise RuleError(
                f"the rule holds for {shlex.join(command)!r}, which `not_match` says it does not. Narrow the pattern, "
                "or take the example out"
            )
    for command in match:
        if not alone.evaluate(command, resolve_host_executables=True).matches:
            raise RuleError(
                f"the rule does not hold for {shlex.join(command)!r}, which `match` says it does. Widen the pattern, "
                "or take the example out"
            )
