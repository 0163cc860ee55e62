"""The policy of commands: rules on the first words of a command, judged together, the strictest first. Pure."""

from turnfold.core.execpolicy.amend import network_rule_text, prefix_rule_text, proposed_prefix
from turnfold.core.execpolicy.examples import check_examples
from turnfold.core.execpolicy.report import report
from turnfold.core.execpolicy.ruleset import NO_RULES, Ruleset
from turnfold.core.execpolicy.shell import plain_commands, plain_script
from turnfold.core.execpolicy.values import (
    NETWORK_PROTOCOLS,
    Decision,
    HostExecutable,
    Match,
    NetworkRule,
    PrefixRule,
    RuleError,
    Verdict,
    strictest,
)

__all__ = [
    "Decision",
    "HostExecutable",
    "Match",
    "NETWORK_PROTOCOLS",
    "NO_RULES",
    "NetworkRule",
    "PrefixRule",
    "RuleError",
    "Ruleset",
    "Verdict",
    "check_examples",
    "network_rule_text",
    "plain_commands",
    "plain_script",
    "prefix_rule_text",
    "proposed_prefix",
    "report",
    "strictest",
]
