"""Findings in words."""

from __future__ import annotations

import pytest

from turnfold.replay.findings import Finding, Severity
from turnfold.replay.invariants import registry
from turnfold.replay.texts import render
from turnfold.rollouts import DAMAGE_KINDS


def test_a_rules_templates_are_filled_with_the_facts() -> None:
    """Claim, because and however name what was found."""
    finding = Finding(
        code="TF304", severity=Severity.VIOLATION, line=9, facts={"turn_id": "a", "first": 7, "unused": 1}
    )
    text = render(finding)
    assert "second-terminal" == text.name
    assert "turn a ended twice" == text.claim
    assert "7" in text.because
    assert text.however


@pytest.mark.parametrize("code", registry())
def test_a_missing_fact_stays_a_placeholder(code: str) -> None:
    """A report does not fail over its wording, whatever a rule forgot to say."""
    rule = registry()[code]
    text = render(Finding(code=code, severity=rule.severity, line=1))
    assert text.claim
    assert rule.name() == text.name


def test_what_is_not_known_is_a_question_mark() -> None:
    """A fact that is there but unknown reads as such."""
    facts = {"turn_id": None, "first": 7}
    assert (
        "turn ? ended twice"
        == render(Finding(code="TF304", severity=Severity.VIOLATION, line=9, facts=facts)).claim
    )


@pytest.mark.parametrize("code", sorted(DAMAGE_KINDS.keys() - registry().keys()))
def test_damage_says_what_was_done_about_it(code: str) -> None:
    """Damage has its own message, or that of its kind, and its remedy as a clause."""
    bare = render(Finding(code=code, severity=Severity.DAMAGE, line=1))
    assert DAMAGE_KINDS[code].name == bare.name
    assert bare.claim
    assert bare.however
    assert not bare.however.endswith(".")
    told = render(Finding(code=code, severity=Severity.DAMAGE, line=1, facts={"message": "Cut here."}))
    assert "cut here" == told.claim
