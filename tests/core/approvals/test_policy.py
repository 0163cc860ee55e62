"""The approval policy: what is one, and whom it lets ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.approvals import POLICY_WORDS, Policy, PolicyError, parse_policy

ON = {"sandbox_approval": True, "rules": True, "mcp_elicitations": False}


@pytest.mark.parametrize(
    ("word", "sandbox", "rules", "reviewable"),
    [
        ("untrusted", True, True, False),
        ("on-failure", True, True, False),
        ("on-request", True, True, True),
        ("never", False, False, False),
    ],
)
def test_a_word_says_who_may_be_asked(word: str, sandbox: bool, rules: bool, reviewable: bool) -> None:
    """Only never closes every question; only on-request routes to a reviewer."""
    policy = parse_policy(word)
    asks = (policy.asks_about_sandbox, policy.asks_about_rules, policy.reviewable)
    assert (sandbox, rules, reviewable) == asks
    assert (word == "never") is policy.never


def test_the_switches_of_the_granular_policy_close_single_questions() -> None:
    """Each switch speaks for its own questions, and what is left out is off."""
    policy = parse_policy({"granular": {**ON, "rules": False}})
    assert (True, False, True) == (policy.asks_about_sandbox, policy.asks_about_rules, policy.reviewable)
    assert policy.granular is not None
    assert (False, False) == (policy.granular.skill_approval, policy.granular.request_permissions)


switches = st.fixed_dictionaries(
    {name: st.booleans() for name in ON},
    optional={name: st.booleans() for name in ("skill_approval", "request_permissions")},
)


@given(st.sampled_from(POLICY_WORDS) | st.fixed_dictionaries({"granular": switches}))
def test_the_log_gives_back_the_policy_that_was_written(raw: object) -> None:
    """What a policy writes into the log parses to the same policy."""
    policy = parse_policy(raw)
    assert policy == parse_policy(policy.wire)
    assert isinstance(policy, Policy)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ("always", "unknown approval policy 'always': use untrusted, on-failure, on-request, never"),
        (None, "a word or a mapping; got None"),
        ({}, "a mapping with the one key 'granular'"),
        ({"granular": ON, "more": 1}, "a mapping with the one key 'granular'"),
        ({"granular": "on"}, "a word or a mapping; got 'on'"),
        (
            {"granular": {**ON, "rule": True}},
            "unknown switch 'rule' of the granular policy: use sandbox_approval",
        ),
        ({"granular": {"rules": True}}, "lacks the switch 'sandbox_approval'"),
        (
            {"granular": {**ON, "rules": 1}},
            "the switch 'rules' of the granular policy is true or false; got 1",
        ),
    ],
)
def test_what_is_no_policy_is_refused_with_the_remedy(raw: object, complaint: str) -> None:
    """The error says what is wrong and what would be right."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(raw)
    assert complaint in str(caught.value)
