"""Rules files: read as Starlark, amended when a person accepts a rule, and asked by the engine."""

from turnfold.core.engine.rules.book import RuleBook
from turnfold.core.engine.rules.load import LoadedRules, load_rules
from turnfold.core.engine.rules.read import RuleProblem, RulesUnreadable, read_rules
from turnfold.core.engine.rules.write import RuleNotWritten, append_rule

__all__ = [
    "LoadedRules",
    "RuleBook",
    "RuleNotWritten",
    "RuleProblem",
    "RulesUnreadable",
    "append_rule",
    "load_rules",
    "read_rules",
]
