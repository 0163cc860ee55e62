"""Rules as they are written into a file."""

import json
from collections.abc import Sequence
from typing import Final

from turnfold.core.execpolicy.ruleset import Ruleset
from turnfold.core.execpolicy.shell import plain_commands
from turnfold.core.execpolicy.values import Decision, NetworkRule, PrefixRule, RuleError

_TOO_BROAD: Final = frozenset(
    (
        "bash", "sh", "zsh", "fish", "env", "sudo", "doas", "xargs", "nohup", "nice", "time", "timeout", "python",
        "python3", "node", "ruby", "perl", "php", "lua", "eval", "exec", "command", "source", ".",
    )
)  # fmt: skip
"""Programs that run whatever they are given: their name alone would allow everything."""


def prefix_rule_text(prefix: Sequence[str]) -> str:
    """Return the line of a `.rules` file that allows commands beginning with *prefix*.

    Raises RuleError for a prefix without words, or with what a file cannot hold.
    """
    rule = PrefixRule(pattern=tuple((word,) for word in prefix))
    words = ", ".join(_quoted(word) for (word,) in rule.pattern)
    return f'prefix_rule(pattern=[{words}], decision="allow")'


def network_rule_text(host: str, protocol: str, action: str) -> str:
    """Return the line of a `.rules` file that allows or denies a host.

    Args:
        action: `allow` or `deny`.

    Raises RuleError for what is no host, protocol or action.
    """
    if action not in {"allow", "deny"}:
        raise RuleError(f"{action!r} is no action of a network rule. Use 'allow' or 'deny'")
    rule = NetworkRule(host=host, protocol=protocol, decision=Decision.PROMPT)
    return f'network_rule(host={_quoted(rule.host)}, protocol="{rule.protocol}", decision="{action}")'


def _quoted(text: str) -> str:
    """Return *text* as a literal, which JSON and Starlark write alike as long as surrogates are not escaped."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise RuleError(f"{text!r} has half of a surrogate pair, which no file can hold. Leave it out")
    return json.dumps(text, ensure_ascii=False)


def proposed_prefix(
    ruleset: Ruleset, argv: Sequence[str], *, resolve_host_executables: bool = False
) -> tuple[str, ...] | None:
    """Return the words whose rule would let *argv* through next time, to be offered with the question about it.

    The whole command is proposed; of a plain script the one that no rule allows. None when nothing sensible can
    be: for a script that is not plain, when another rule stands against it, when more than one command lacks a rule,
    or when the words would allow nearly everything.
    """
    commands = plain_commands(argv)
    if commands is None:
        return None
    decisions = {
        words: ruleset.evaluate(words, resolve_host_executables=resolve_host_executables).decision
        for words in commands
    }
    lacking = [words for words, decision in decisions.items() if decision is not Decision.ALLOW]
    if len(lacking) != 1 or decisions[lacking[0]] is not None:
        return None
    words = lacking[0]
    too_broad = not words[0] or (len(words) == 1 and words[0].rpartition("/")[2] in _TOO_BROAD)
    return None if too_broad else words
