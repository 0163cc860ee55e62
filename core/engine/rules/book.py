"""The rules of a session, as its engine asks them."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from turnfold.core.approvals import CommandVerdict
from turnfold.core.engine.approvals import AmendmentFailed
from turnfold.core.engine.rules.read import RulesUnreadable, read_rules
from turnfold.core.engine.rules.write import RuleNotWritten, append_rule
from turnfold.core.execpolicy import (
    NO_RULES,
    Decision,
    RuleError,
    Ruleset,
    network_rule_text,
    prefix_rule_text,
    proposed_prefix,
)


class RuleBook:
    """Judges commands by rules, and takes in the rules that a person accepts.

    Args:
        ruleset: what was loaded.
        home: folder whose `rules/default.rules` gets accepted rules; None: none can be kept.
        resolve_host_executables: whether rules on the name of a program hold for its absolute path.
    """

    def __init__(
        self,
        ruleset: Ruleset = NO_RULES,
        *,
        home: str | Path | None = None,
        resolve_host_executables: bool = True,
    ) -> None:
        self._ruleset = ruleset
        self._file = None if home is None else Path(home) / "rules" / "default.rules"
        self._resolve = resolve_host_executables

    @property
    def ruleset(self) -> Ruleset:
        """All rules that hold now."""
        return self._ruleset

    def judge(self, argv: Sequence[str]) -> CommandVerdict:
        """Return what the rules say of a command, each part of a plain shell script counted.

        Where they say nothing, and a rule can be kept, the amendment `["word", ...]` is offered.
        """
        verdict = self._ruleset.judge(argv, resolve_host_executables=self._resolve)
        if verdict.decision is None:
            prefix = proposed_prefix(self._ruleset, argv, resolve_host_executables=self._resolve)
            return CommandVerdict(amendment=None if prefix is None or self._file is None else list(prefix))
        decision = "forbid" if verdict.decision is Decision.FORBIDDEN else verdict.decision.value
        return CommandVerdict(decision=decision, reason=verdict.justification)

    async def add(self, amendment: object) -> None:
        """Keep an accepted rule: it is in the file, and holds from now on.

        *amendment* is a list of words, whose commands are allowed, or `{"host", "protocol", "action": "allow" |
        "deny"}`. Raises AmendmentFailed, which says why nothing was kept.
        """
        if self._file is None:
            raise AmendmentFailed("this session has no folder in which rules could be kept")
        try:
            line = _line(amendment)
            added = read_rules(str(self._file), line)
            await append_rule(self._file, line)
        except (RuleError, RuleNotWritten, RulesUnreadable) as error:
            raise AmendmentFailed(str(error)) from error
        self._ruleset = self._ruleset.merged(added)


def _line(amendment: object) -> str:
    match amendment:
        case {"host": str(host), "protocol": str(protocol), "action": str(action)}:
            return network_rule_text(host, protocol, action)
        case list() | tuple():
            words = cast("Sequence[object]", amendment)
            if all(isinstance(word, str) for word in words):
                return prefix_rule_text(cast("Sequence[str]", words))
        case _:
            pass
    raise RuleError(
        f"{amendment!r:.80} is no amendment. It is a list of words, or an object with host, protocol and action"
    )
