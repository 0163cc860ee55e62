"""Every way of a call: all combinations of what the judges say, and random scripts of everything."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.engine.approvals.script import CALL, Networks, Rules, Says, ScriptedHooks, Stage, run
from turnfold.core import CallPhase
from turnfold.core.approvals import PROFILES, CommandVerdict
from turnfold.core.engine.approvals import Reviews, Services
from turnfold.core.engine.fakes import ScriptedReviewer
from turnfold.core.engine.ports import Judgement, ReviewFailed
from turnfold.events import (
    REVIEW_DECISIONS,
    AbortBegan,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    ExecBegan,
    HookDecided,
    ReviewStarted,
    SandboxDenied,
    ToolDecisionRecorded,
)

OPEN = {"granular": {"sandbox_approval": True, "rules": True, "mcp_elicitations": True}}
HOOKS = {"none": Says(), "allow": Says("allow"), "deny": Says("deny", "h"), "stop": Says("deny", "h", True)}
REVIEWS: dict[str, Judgement | Exception | None] = {
    "approved": Judgement(approved=True),
    "denied": Judgement(approved=False),
    "timed_out": None,
}
USER = ("approved", "approved_for_session", "denied", "abort")


def expected(hook: str, judge: str, says: str) -> tuple[str, str, str]:
    """Return decision, source and effect (go, reject, stop) of one attempt, from the list of requirements."""
    if hook != "none":
        return {
            "allow": ("approved", "config", "go"),
            "deny": ("denied", "config", "reject"),
            "stop": ("denied", "config", "stop"),
        }[hook]
    return says, judge, "go" if says.startswith("approved") else "reject"


def judges() -> Iterator[tuple[str, str]]:
    """Yield who is asked after the hooks, with all that he may say."""
    yield from (("user", says) for says in USER)
    yield from (("automated_reviewer", says) for says in REVIEWS)


@pytest.mark.covers("C1", "C2", "C3", "C4")
@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize(("hook", "asked"), [*itertools.product(HOOKS, judges())])
def test_each_attempt_is_decided_by_the_first_judge_who_has_a_say(
    hook: str, asked: tuple[str, str], attempt: int
) -> None:
    """Hook by judge by attempt: who decides, what is recorded, and how the call ends."""

    async def main() -> None:
        judge, says = asked
        # To judge the second attempt alone, the first goes by a rule-less skip and the sandbox stops it.
        routed = judge == "automated_reviewer"
        policy = OPEN if routed else ("untrusted" if attempt == 1 else "on-failure")
        stage = Stage(
            policy,
            answers=[says] if judge == "user" else (),
            stops=attempt == 2,
            approvals_reviewer="auto_review",
            services=Services(
                hooks=ScriptedHooks(HOOKS[hook]),
                reviews=Reviews(ScriptedReviewer([REVIEWS[says] if routed else None])),
            ),
        )
        await stage.play(asks=True if routed and attempt == 1 else None)
        decision, source, effect = expected(hook, judge, says)
        decided = [(event.attempt, event.decision, event.source) for event in stage.of(ToolDecisionRecorded)]
        before = [] if attempt == 1 else [(1, "approved", "config")]
        assert [*before, (attempt, decision, source)] == decided
        assert {"go": "ok", "reject": "failed", "stop": "interrupted"}[effect] == stage.outcome.split(":")[0]
        assert (1 if hook == "none" else 0) == len(stage.of(ApprovalRequested)) + len(stage.of(ReviewStarted))
        assert (effect == "stop") is bool(stage.of(AbortBegan))
        assert (effect == "go") is (len(stage.attempts) == attempt)

    run(main)


@attrs.frozen(kw_only=True)
class Script:
    """Everything that bears on a call."""

    policy: object
    mode: str
    verdict: str | None
    facts: dict[str, object]
    hooks: list[Says] | None
    reviews: list[Judgement | Exception | None] | None
    answers: list[str]
    stops: bool
    strict: bool
    profile: str
    network: bool

    def stage(self) -> Stage:
        """Return the stage that it is played on."""
        return Stage(
            self.policy,
            answers=self.answers,
            stops=self.stops,
            sandbox_mode=self.mode,
            approvals_reviewer="auto_review",
            strict=self.strict,
            profile=self.profile,
            services=Services(
                hooks=None if self.hooks is None else ScriptedHooks(*self.hooks),
                reviews=None if self.reviews is None else Reviews(ScriptedReviewer(self.reviews)),
                commands=Rules(CommandVerdict(decision=self.verdict)),
                network=Networks() if self.network else None,
            ),
        )


scripts = st.builds(
    Script,
    policy=st.sampled_from(["untrusted", "on-failure", "on-request", "never", OPEN]),
    mode=st.sampled_from(["read-only", "workspace-write", "danger-full-access"]),
    verdict=st.sampled_from([None, None, "allow", "prompt", "forbid"]),
    facts=st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["exec", "patch"]),
            "asks": st.booleans(),
            "escalated": st.booleans(),
            "sandboxed": st.booleans(),
            "hook_command": st.none(),
            "cache_keys": st.just(("make",)),
            "network": st.sampled_from(["immediate", "deferred"]),
        },
    ),
    hooks=st.none() | st.lists(st.sampled_from(list(HOOKS.values())), min_size=2, max_size=2),
    reviews=st.none()
    | st.lists(
        st.sampled_from([*REVIEWS.values(), ReviewFailed("busy", retryable=True)]), min_size=1, max_size=3
    ),
    answers=st.lists(st.sampled_from(REVIEW_DECISIONS), min_size=2, max_size=2),
    stops=st.booleans(),
    strict=st.booleans(),
    profile=st.sampled_from(PROFILES),
    network=st.booleans(),
)


def laps(log: Sequence[Event]) -> list[list[Event]]:
    """Return the events of each attempt: the second begins where the sandbox had stopped the first."""
    found: list[list[Event]] = [[]]
    for event in log:
        if isinstance(event, SandboxDenied):
            found.append([])
        else:
            found[-1].append(event)
    return found


@pytest.mark.covers("C1", "C2")
@given(scripts)
def test_every_script_leaves_a_legal_log_with_one_decision_an_attempt(script: Script) -> None:
    """Each attempt that is judged or runs has one decision, before it runs; at most one retry; hooks are final.

    The desk folds by the tables, so an order that they refuse fails the test.
    """

    async def main() -> None:
        stage = script.stage()
        await stage.play(**script.facts)
        attempts = laps(stage.desk.log[3:])
        assert len(attempts) <= 2
        for number, lap in enumerate(attempts, 1):
            check_lap(lap, number, seed=script.profile == "seed" or number == 1)
        decided = [event.attempt for event in stage.of(ToolDecisionRecorded)]
        assert [1, 2][: len(decided)] == decided
        asked = [event.approval_id for event in stage.of(ApprovalRequested)]
        assert len(asked) == len(set(asked))
        assert not stage.desk.state.approvals
        assert (stage.outcome.startswith("interrupted")) is bool(stage.of(AbortBegan))
        assert stage.desk.state.calls[CALL.call_id].phase not in {CallPhase.WAITING, CallPhase.REVIEW}

    run(main)


def check_lap(lap: list[Event], number: int, *, seed: bool) -> None:
    """Check what one attempt has recorded. *seed*: an allow of a hook counts."""
    decisions = [at for at, event in enumerate(lap) if isinstance(event, ToolDecisionRecorded)]
    starts = [at for at, event in enumerate(lap) if isinstance(event, ExecBegan)]
    judged = [event for event in lap if isinstance(event, (HookDecided, ReviewStarted, ApprovalResolved))]
    assert len(decisions) <= 1
    assert bool(decisions) or not (starts or judged)
    assert all(at > decisions[0] for at in starts)
    folded = [event for event in lap if isinstance(event, HookDecided)]
    assert len(folded) <= 1
    if folded and (folded[0].decision == "deny" or (folded[0].decision == "allow" and seed)):
        assert not [event for event in lap if isinstance(event, (ApprovalRequested, ReviewStarted))]
        decision = lap[decisions[0]]
        assert isinstance(decision, ToolDecisionRecorded)
        assert "config" == decision.source
        assert number == decision.attempt
