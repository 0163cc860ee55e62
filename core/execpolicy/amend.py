"""Rules as they are written into a file."""

import json
from collections.abc import Sequence

from turnfold.core.execpolicy.values import Decision, NetworkRule, PrefixRule, RuleError


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
