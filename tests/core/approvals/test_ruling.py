"""Enforcement of a decision, the order of judges, and the retry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.approvals import (
    APPROVED_BY_CONFIG,
    GOES,
    Effect,
    Go,
    HookSay,
    Interrupted,
    Judges,
    Rejected,
    Ruling,
    core_decision,
    enforce,
    hook_ruling,
    judges,
    may_retry,
    network_action,
    parse_policy,
    retry_needs_approval,
    review_denied,
    review_timed_out,
    routes_to_reviewer,
)
from turnfold.events import DECISION_SOURCES, REVIEW_DECISIONS

NO = Rejected("rejected by user")


@pytest.mark.covers("C4")
@pytest.mark.parametrize(
    ("ruling", "effect"),
    [
        (Ruling(decision="approved", source="user"), Go()),
        (Ruling(decision="approved_for_session", source="user"), Go()),
        (Ruling(decision="approved_execpolicy_amendment", source="user"), Go()),
        (
            Ruling(
                decision="network_policy_amendment",
                source="user",
                amendment={"host": "pypi.org", "action": "allow"},
            ),
            Go(),
        ),
        (
            Ruling(
                decision="network_policy_amendment",
                source="user",
                amendment={"host": "pypi.org", "action": "deny"},
            ),
            NO,
        ),
        (Ruling(decision="network_policy_amendment", source="user"), NO),
        (Ruling(decision="denied", source="user"), NO),
        (Ruling(decision="denied", source="user", message="no, thanks"), NO),
        (Ruling(decision="abort", source="user"), NO),
        (Ruling(decision="denied", source="automated_reviewer", message="risky"), Rejected("risky")),
        (Ruling(decision="abort", source="automated_reviewer"), NO),
        (Ruling(decision="denied", source="config", message="hook says no"), Rejected("hook says no")),
        (Ruling(decision="timed_out", source="automated_reviewer", message="late"), Rejected("late")),
        (Ruling(decision="timed_out", source="user"), Rejected(review_timed_out())),
        (Ruling(decision="perhaps", source="user"), NO),
    ],
)
def test_one_place_enforces_every_decision(ruling: Ruling, effect: Effect) -> None:
    """Who approves lets it go; a reviewer's or a hook's text rejects, else the known text; the unknown denies."""
    assert effect == enforce(ruling)


@pytest.mark.covers("C3")
def test_an_interrupting_denial_interrupts() -> None:
    """It is no rejection; who ends the turn follows from who denied."""
    assert Interrupted("hook") == enforce(Ruling(decision="denied", source="config", interrupt=True))
    assert Interrupted("reviewer") == enforce(
        Ruling(decision="denied", source="automated_reviewer", interrupt=True)
    )


@pytest.mark.covers("C4")
@given(
    st.sampled_from(REVIEW_DECISIONS) | st.text(max_size=8),
    st.sampled_from(DECISION_SOURCES),
    st.none() | st.text(max_size=8),
)
def test_only_an_approval_goes(decision: str, source: str, message: str | None) -> None:
    """Without a network amendment exactly three decisions let an attempt go; every rejection has a text."""
    effect = enforce(Ruling(decision=decision, source=source, message=message))
    assert (decision in GOES) is isinstance(effect, Go)
    assert not isinstance(effect, Rejected) or effect.text


def test_the_words_of_clients_are_decisions_of_the_core() -> None:
    """Each word of the app-server protocol has its decision; the core's own words stay."""
    words = "accept acceptForSession acceptWithExecpolicyAmendment applyNetworkPolicyAmendment decline cancel"
    assert [
        "approved",
        "approved_for_session",
        "approved_execpolicy_amendment",
        "network_policy_amendment",
        "denied",
        "abort",
    ] == [core_decision(word) for word in words.split()]
    assert list(REVIEW_DECISIONS) == [core_decision(word) for word in REVIEW_DECISIONS]
    assert network_action("allow") is None


def test_a_denial_of_the_reviewer_tells_its_reason_and_forbids_detours() -> None:
    """The reason is in the text if there is one, and the model is told not to work around it."""
    assert "Its reason: it deletes things Do not" in review_denied(" it deletes things ")
    for text in (review_denied("x"), review_denied(None), review_denied("  ")):
        assert "detour" in text
    assert review_denied(None) == review_denied(" ")


@pytest.mark.covers("C1")
def test_hooks_come_before_reviewer_or_user() -> None:
    """Where there is a payload hooks are asked; after them the reviewer if routed, else the user."""
    assert Judges(hooks=HookSay.ALL, reviewer=True) == judges(payload=True, routed=True, attempt=1)
    assert Judges(hooks=HookSay.ALL, reviewer=False) == judges(payload=True, routed=False, attempt=2)
    assert Judges(hooks=HookSay.NOTHING, reviewer=True) == judges(payload=False, routed=True, attempt=1)
    released = judges(payload=True, routed=False, attempt=2, profile="codex")
    assert Judges(hooks=HookSay.DENY, reviewer=False) == released
    assert HookSay.ALL is judges(payload=True, routed=False, attempt=1, profile="codex").hooks


@pytest.mark.covers("C1", "C2")
@pytest.mark.parametrize(
    ("say", "decision", "ruling"),
    [
        (HookSay.ALL, "allow", APPROVED_BY_CONFIG),
        (HookSay.ALL, "deny", Ruling(decision="denied", source="config", message="m", interrupt=True)),
        (HookSay.ALL, None, None),
        (HookSay.DENY, "allow", None),
        (HookSay.DENY, "deny", Ruling(decision="denied", source="config", message="m", interrupt=True)),
        (HookSay.NOTHING, "allow", None),
        (HookSay.NOTHING, "deny", None),
    ],
)
def test_a_hook_decides_as_far_as_it_has_a_say(
    say: HookSay, decision: str | None, ruling: Ruling | None
) -> None:
    """Its source is config; a decision that it has no say in leaves the question to the next judge."""
    assert ruling == hook_ruling(say, decision, "m", interrupt=True)


def test_only_policies_that_ask_on_request_route_to_the_reviewer() -> None:
    """On-request and granular with the reviewer set; every other combination asks the user."""
    granular = {"granular": {"sandbox_approval": True, "rules": True, "mcp_elicitations": True}}
    for policy in ("on-request", granular):
        assert [True, True, False] == [
            routes_to_reviewer(parse_policy(policy), who)
            for who in ("auto_review", "guardian_subagent", "user")
        ]
    assert [False] * 3 == [
        routes_to_reviewer(parse_policy(policy), "auto_review")
        for policy in ("untrusted", "on-failure", "never")
    ]


@pytest.mark.covers("C2")
def test_the_policy_says_whether_there_is_a_retry() -> None:
    """Not under never, under on-request for patches only, under granular if its switch is on."""
    granular = {"granular": {"sandbox_approval": False, "rules": True, "mcp_elicitations": True}}
    expected = {"untrusted": "yy", "on-failure": "yy", "on-request": "ny", "never": "nn"}
    for policy, letters in expected.items():
        assert letters == "".join("ny"[may_retry(parse_policy(policy), kind)] for kind in ("exec", "patch"))
    assert not may_retry(parse_policy(granular), "patch")


@pytest.mark.covers("C2")
def test_what_was_approved_is_not_asked_about_again() -> None:
    """A first attempt that nobody was asked about, or a strict turn, has its retry asked about."""
    user, hook = Ruling(decision="approved", source="user"), APPROVED_BY_CONFIG
    assert [True, False, False] == [retry_needs_approval(first) for first in (None, user, hook)]
    assert [True, True, True] == [retry_needs_approval(first, strict=True) for first in (None, user, hook)]
    assert [True, False, True] == [
        retry_needs_approval(first, profile="codex") for first in (None, user, hook)
    ]
