"""All rules of a session together."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from turnfold.core.execpolicy.shell import plain_commands
from turnfold.core.execpolicy.values import (
    Decision,
    HostExecutable,
    Match,
    NetworkRule,
    PrefixRule,
    Verdict,
    strictest,
)


def _table(executables: Iterable[HostExecutable]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({executable.name: executable.paths for executable in executables})


@attrs.frozen(kw_only=True)
class Ruleset:
    """Rules in the order in which they were written, those of lower layers first."""

    rules: tuple[PrefixRule, ...] = ()
    """On commands. All of them count; their order only orders what is reported."""

    executables: tuple[HostExecutable, ...] = ()
    """Where programs are; of two on the same name the later one holds."""

    network: tuple[NetworkRule, ...] = ()
    """On hosts; of two on the same host and protocol the later one holds."""

    def merged(self, other: "Ruleset") -> "Ruleset":
        """Return these rules with those of *other* behind them."""
        return Ruleset(
            rules=self.rules + other.rules,
            executables=self.executables + other.executables,
            network=self.network + other.network,
        )

    def evaluate(self, argv: Sequence[str], *, resolve_host_executables: bool = False) -> Verdict:
        """Judge one command by its words, as Codex does: all rules that match, and the strictest of them.

        Args:
            argv: program and arguments.
            resolve_host_executables: whether rules on a name hold for the absolute path of a program, if no rule
                names that path: any path, or those of `host_executable` when it lists the name.
        """
        words = tuple(argv)
        exact = self._matches(words, None)
        matches = exact or (self._matches_by_name(words) if resolve_host_executables else ())
        return Verdict(decision=strictest(match.decision for match in matches), matches=matches)

    def judge(self, argv: Sequence[str], *, resolve_host_executables: bool = False) -> Verdict:
        """Judge a command that may be a shell script, by each command in it.

        A rule against one of them counts for all. The whole is allowed only when rules allow every one. A script that
        is not plain is judged by its own words, `bash -lc ...`, so rules on what it runs do not see it.
        """
        commands = plain_commands(argv)
        if commands is None:
            return self.evaluate(argv, resolve_host_executables=resolve_host_executables)
        verdicts = [
            self.evaluate(words, resolve_host_executables=resolve_host_executables) for words in commands
        ]
        decision = strictest(verdict.decision for verdict in verdicts if verdict.decision is not None)
        if decision is Decision.ALLOW and not all(verdict.decision for verdict in verdicts):
            decision = None
        return Verdict(
            decision=decision, matches=tuple(match for verdict in verdicts for match in verdict.matches)
        )

    def host_decision(self, host: str, protocol: str) -> Decision | None:
        """Return what the rules say of a host; None when none is about it. The last rule holds, so a later answer of
        the user replaces an earlier one.

        Raises RuleError for what is no host or no protocol.
        """
        asked = NetworkRule(host=host, protocol=protocol, decision=Decision.PROMPT)
        return next(
            (
                rule.decision
                for rule in reversed(self.network)
                if (rule.host, rule.protocol) == (asked.host, asked.protocol)
            ),
            None,
        )

    def _matches(self, words: tuple[str, ...], resolved: str | None) -> tuple[Match, ...]:
        return tuple(
            Match(
                prefix=words[: len(rule.pattern)],
                decision=rule.decision,
                justification=rule.justification,
                resolved_program=resolved,
            )
            for rule in self.rules
            if rule.matches(words)
        )

    def _matches_by_name(self, words: tuple[str, ...]) -> tuple[Match, ...]:
        if not words or not words[0].startswith("/"):
            return ()
        path = words[0]
        name = path.rpartition("/")[2]
        listed = _table(self.executables).get(name)
        if not name or (listed is not None and path not in listed):
            return ()
        return self._matches((name, *words[1:]), path)


NO_RULES: Final = Ruleset()
"""No rules: no command is decided about."""
