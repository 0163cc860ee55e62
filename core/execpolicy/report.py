"""A verdict as JSON."""

from collections.abc import Sequence

from turnfold.core.execpolicy.ruleset import Ruleset
from turnfold.core.execpolicy.values import Match


def report(
    ruleset: Ruleset, argv: Sequence[str], *, resolve_host_executables: bool = False
) -> dict[str, object]:
    """Return what `codex execpolicy check` prints for *argv*, as plain JSON.

    `{"matchedRules": [{"prefixRuleMatch": {"matchedPrefix", "decision", "resolvedProgram"?, "justification"?}}],
    "decision"?}`; what is marked with ? is left out where there is none.
    """
    verdict = ruleset.evaluate(argv, resolve_host_executables=resolve_host_executables)
    found: dict[str, object] = {
        "matchedRules": [{"prefixRuleMatch": _match(match)} for match in verdict.matches]
    }
    if verdict.decision is not None:
        found["decision"] = verdict.decision.value
    return found


def _match(match: Match) -> dict[str, object]:
    told: dict[str, object] = {"matchedPrefix": list(match.prefix), "decision": match.decision.value}
    if match.resolved_program is not None:
        told["resolvedProgram"] = match.resolved_program
    if match.justification is not None:
        told["justification"] = match.justification
    return told
