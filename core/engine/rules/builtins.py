"""The functions that a rules file calls."""

import shlex
from collections.abc import Callable, Sequence
from typing import cast

from turnfold.core.execpolicy import (
    Decision,
    HostExecutable,
    NetworkRule,
    PrefixRule,
    RuleError,
    Ruleset,
    check_examples,
)


class Collector:
    """Collects what a file says.

    Args:
        examples_with: the host executables with which the examples of rules are checked; None to leave them unchecked.
    """

    def __init__(self, examples_with: Sequence[HostExecutable] | None) -> None:
        self._examples_with = examples_with
        self._rules: list[PrefixRule] = []
        self._executables: list[HostExecutable] = []
        self._network: list[NetworkRule] = []

    @property
    def ruleset(self) -> Ruleset:
        """All that was said."""
        return Ruleset(
            rules=tuple(self._rules), executables=tuple(self._executables), network=tuple(self._network)
        )

    def functions(self) -> dict[str, Callable[..., None]]:
        """Return the functions by their names in the file."""

        # Nested functions, so that Python's own complaints about arguments name them as the file does.
        def prefix_rule(
            pattern: object,
            decision: object = None,
            match: object = None,
            not_match: object = None,
            justification: object = None,
        ) -> None:
            rule = PrefixRule(
                pattern=tuple(_alternatives(word) for word in _listed(pattern, "pattern")),
                decision=Decision.ALLOW if decision is None else _decision(decision),
                justification=_optional(justification, "justification"),
            )
            examples = [
                _examples(given, name) for given, name in ((match, "match"), (not_match, "not_match"))
            ]
            if self._examples_with is not None:
                check_examples(rule, self._examples_with, *examples)
            self._rules.append(rule)

        def host_executable(name: object, paths: object) -> None:
            found = tuple(dict.fromkeys(_text(path, "a path") for path in _listed(paths, "paths")))
            self._executables.append(HostExecutable(name=_text(name, "name"), paths=found))

        def network_rule(
            host: object, protocol: object, decision: object, justification: object = None
        ) -> None:
            self._network.append(
                NetworkRule(
                    host=_text(host, "host"),
                    protocol=_text(protocol, "protocol"),
                    decision=Decision.FORBIDDEN if decision == "deny" else _decision(decision),
                    justification=_optional(justification, "justification"),
                )
            )

        return {
            "prefix_rule": prefix_rule,
            "host_executable": host_executable,
            "network_rule": network_rule,
        }


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise RuleError(f"{what} is a string, and not {value!r:.80}. Put it in quotes")
    return value


def _optional(value: object, what: str) -> str | None:
    return None if value is None else _text(value, what)


def _listed(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise RuleError(f"{what} is a list, and not {value!r:.80}. Put it in square brackets")
    return cast("list[object]", value)


def _decision(value: object) -> Decision:
    word = _text(value, "decision")
    try:
        return Decision(word)
    except ValueError:
        raise RuleError(f"{word!r:.80} is no decision. Use one of {', '.join(Decision)}") from None


def _alternatives(word: object) -> tuple[str, ...]:
    if isinstance(word, str):
        return (word,)
    return tuple(
        _text(each, "a word of a pattern") for each in _listed(word, "a word of a pattern with alternatives")
    )


def _examples(value: object, what: str) -> list[list[str]]:
    return [] if value is None else [_example(example, what) for example in _listed(value, what)]


def _example(example: object, what: str) -> list[str]:
    if isinstance(example, str):
        try:
            words = shlex.split(example)
        except ValueError as error:
            raise RuleError(
                f"the example {example!r:.80} cannot be split ({error}). Mend its quotes"
            ) from None
    else:
        words = [_text(word, f"a word in {what}") for word in _listed(example, f"an example in {what}")]
    if not words:
        raise RuleError(f"an example in {what} cannot be empty. Write a command, or take it out")
    return words
