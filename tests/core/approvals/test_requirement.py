"""Whether a call needs an approval at all."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.approvals import (
    NO_VERDICT,
    POLICY_WORDS,
    ActionFacts,
    CommandVerdict,
    Forbidden,
    NeedsApproval,
    Requirement,
    Skip,
    parse_policy,
    requirement,
    restricted,
)

COMMAND = ActionFacts()
ESCALATED = ActionFacts(escalated=True)
LOOSE = ActionFacts(confined=False)
ASKS = ActionFacts(asks=True)
QUIET = ActionFacts(asks=False)
PATCH = ActionFacts(kind="patch", command=False, confined=False)
OWN = ActionFacts(kind="dynamic_tool", command=False, confined=False)

CLOSED = {"granular": {"sandbox_approval": False, "rules": False, "mcp_elicitations": False}}
OPEN = {"granular": {"sandbox_approval": True, "rules": True, "mcp_elicitations": False}}
POLICIES: dict[str, object] = {**dict.fromkeys(POLICY_WORDS, ""), "open": OPEN, "closed": CLOSED}


def letter(
    name: str, facts: ActionFacts, verdict: CommandVerdict = NO_VERDICT, mode: str = "workspace-write"
) -> str:
    """Return S(kip), B(ypass of the sandbox too), N(eeds approval) or F(orbidden) under the policy of that name."""
    needed = requirement(parse_policy(POLICIES[name] or name), facts, verdict, mode)
    return ("B" if needed.bypass_sandbox else "S") if isinstance(needed, Skip) else type(needed).__name__[0]


def row(facts: ActionFacts, verdict: CommandVerdict = NO_VERDICT, mode: str = "workspace-write") -> str:
    """Return the letters under all policies: untrusted, on-failure, on-request, never, granular open and closed."""
    return "".join(letter(name, facts, verdict, mode) for name in POLICIES)


@pytest.mark.covers("C1")
@pytest.mark.parametrize(
    ("facts", "confining", "read_only", "unconfined"),
    [
        # The sandbox is what keeps a command harmless; only `untrusted` asks about one that it holds.
        (COMMAND, "NSSSSS", "NSSSSS", "NSSSSS"),
        (ESCALATED, "FFNFNF", "FFNFNF", "NSSSSS"),
        (attrs.evolve(ESCALATED, asks=False), "FFNFNF", "FFNFNF", "SSSSSS"),
        (LOOSE, "NFNFNF", "NFNFNF", "NSSSSS"),
        (ASKS, "NNNFNF", "NNNFNF", "NNNFNF"),
        (QUIET, "SSSSSS", "SSSSSS", "SSSSSS"),
        (PATCH, "NSSSSS", "NNNFNF", "NSSSSS"),
        (OWN, "NSNSNF", "NSNSNF", "NSSSSS"),
    ],
)
def test_the_policy_decides_where_no_rule_does(
    facts: ActionFacts, confining: str, read_only: str, unconfined: str
) -> None:
    """All kinds of actions, under all policies, in all kinds of sandbox modes."""
    assert confining == row(facts)
    assert read_only == row(facts, mode="read-only")
    assert unconfined == row(facts, mode="danger-full-access")


@pytest.mark.covers("C1")
@pytest.mark.parametrize(
    ("decision", "facts", "expected"),
    [
        ("forbid", COMMAND, "FFFFFF"),
        ("forbid", QUIET, "FFFFFF"),
        ("prompt", COMMAND, "NNNFNF"),
        ("prompt", QUIET, "NNNFNF"),
        ("allow", COMMAND, "BBBBBB"),
        ("allow", ESCALATED, "BBBBBB"),
        ("allow", LOOSE, "BBBBBB"),
        ("allow", ASKS, "NNNFNF"),
    ],
)
def test_a_rule_counts_before_the_policy(decision: str, facts: ActionFacts, expected: str) -> None:
    """Forbidden stays forbidden, a prompt is asked where somebody may be asked, an allow lifts the sandbox too."""
    assert expected == row(facts, CommandVerdict(decision=decision))


def test_the_reason_of_a_rule_is_passed_on() -> None:
    """To the model when it forbids, to whoever is asked when it prompts; without one there is a plain text."""
    policy = parse_policy("on-request")
    forbids = CommandVerdict(decision="forbid", reason="not here")
    prompts = CommandVerdict(decision="prompt", reason="be careful")
    assert Forbidden(reason="not here") == requirement(policy, COMMAND, forbids, "read-only")
    assert NeedsApproval(reason="be careful") == requirement(policy, COMMAND, prompts, "read-only")
    assert isinstance(_reason(requirement(policy, COMMAND, CommandVerdict(decision="forbid"), "x")), str)
    assert isinstance(_reason(requirement(policy, COMMAND, CommandVerdict(decision="prompt"), "x")), str)


def _reason(needed: Requirement) -> str | None:
    assert not isinstance(needed, Skip)
    return needed.reason


def test_an_unknown_sandbox_mode_confines() -> None:
    """What nobody knows is not taken for leave."""
    assert [True, True, True, False, False] == [
        restricted(mode)
        for mode in ("read-only", "workspace-write", "new", "danger-full-access", "external-sandbox")
    ]


facts = st.builds(
    ActionFacts,
    kind=st.sampled_from(["exec", "patch", "dynamic_tool"]),
    command=st.booleans(),
    escalated=st.booleans(),
    asks=st.sampled_from([None, True, False]),
    confined=st.booleans(),
)
verdicts = st.builds(CommandVerdict, decision=st.sampled_from([None, "allow", "prompt", "forbid"]))
modes = st.sampled_from(["read-only", "workspace-write", "danger-full-access"])


@given(facts, verdicts, modes)
def test_never_asks_nobody(action: ActionFacts, verdict: CommandVerdict, mode: str) -> None:
    """Under never, and with all granular switches off, whatever is not let through is forbidden."""
    assert letter("never", action, verdict, mode) in "SBF"
    if action.asks is not None or verdict.decision is not None:
        assert letter("closed", action, verdict, mode) in "SBF"


@given(facts, modes, st.sampled_from(list(POLICIES)))
def test_a_command_leaves_the_sandbox_by_leave_only(action: ActionFacts, mode: str, name: str) -> None:
    """In a confining mode no command without a rule goes out unasked, unless it says that it never asks.

    And not even then if the model wants it out.
    """
    command = attrs.evolve(action, command=True)
    if restricted(mode) and letter(name, command, mode=mode) == "S":
        assert command.confined or command.asks is False
        assert not command.escalated
