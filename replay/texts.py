"""What a finding says in words: *claim*, *because*, *however*, from the templates of its rule."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from turnfold.replay.findings import Finding
from turnfold.replay.invariants import registry
from turnfold.rollouts import DAMAGE_KINDS


@attrs.frozen(kw_only=True)
class RenderedText:
    """A finding in sentences, without full stops at their ends."""

    name: str
    """Name of the rule or of the kind of damage, e.g. `second-terminal`."""
    claim: str
    """What is wrong."""
    because: str
    """What makes it wrong; empty where the claim says it all."""
    however: str
    """What could excuse it; of damage: what was done about it. May be empty."""


def render(finding: Finding) -> RenderedText:
    """Put *finding* into words. A fact that a template names and the finding lacks stays a `{placeholder}`.

    Raises:
        KeyError: the code is neither a rule's nor one of damage.
    """
    rule = registry().get(finding.code)
    if rule is None:
        kind = DAMAGE_KINDS[finding.code]
        return RenderedText(
            name=kind.name,
            claim=_clause(str(finding.facts.get("message", kind.meaning))),
            because="",
            however=_clause(str(finding.facts.get("remedy", kind.remedy))),
        )
    claim, because, however = (
        _filled(text, finding.facts) for text in (rule.claim, rule.because, rule.however)
    )
    return RenderedText(name=rule.name(), claim=claim, because=because, however=however)


def _clause(sentence: str) -> str:
    """A sentence as part of another one: `The line is kept.` → `the line is kept`."""
    capital = sentence[:1].isupper() and sentence[1:2].islower()
    return (sentence[:1].lower() + sentence[1:] if capital else sentence).removesuffix(".")


def _filled(template: str, facts: Mapping[str, object]) -> str:
    return _Lenient().vformat(template, (), facts)


class _Lenient(string.Formatter):
    """`str.format`, but what cannot be filled in stays readable: a report must not fail over its wording."""

    def get_value(
        self,
        key: int | str,
        args: Sequence[Any],  # noqa: ARG002  templates name their facts
        kwargs: Mapping[str, Any],
    ) -> Any:
        if key in kwargs:
            value = kwargs[str(key)]
            return "?" if value is None else value
        return _Missing(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        try:
            return str(format(value, format_spec))
        except (TypeError, ValueError):
            return str(value)


class _Missing:
    """Stands for a fact that is not there."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return f"{{{self._name}}}"
