"""One call through requirement, judges, decision and attempt."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from tests.core.engine.approvals.script import (
    ARGV,
    CALL,
    COMMAND,
    Book,
    Networks,
    Rules,
    Says,
    ScriptedHooks,
    Stage,
    run,
)
from turnfold.core.approvals import CommandVerdict
from turnfold.core.engine.approvals import Memory, Reviews, Services
from turnfold.core.engine.fakes import BookDesk, ScriptedReviewer
from turnfold.core.engine.ports import Judgement, ToolInterrupted, TurnOver
from turnfold.events import (
    AbortBegan,
    ApprovalRequested,
    ApprovalResolved,
    ToolDecisionRecorded,
    WarningRaised,
)

GOES = "run:1 ran"
HOOKED = "hook hooked"


def reviewed(*answers: Judgement | Exception | None) -> Reviews:
    """Return reviews by a scripted reviewer."""
    return Reviews(ScriptedReviewer(answers))


@pytest.mark.covers("C1")
def test_a_call_that_needs_no_approval_asks_nobody() -> None:
    """Under never a confined command runs at once: no hook, one decision, approved by config."""

    async def main() -> None:
        hooks = ScriptedHooks(Says("deny"))
        stage = Stage("never", services=Services(hooks=hooks, reviews=reviewed(Judgement(approved=False))))
        assert f"1:approved/config {GOES}" == await stage.play()
        assert [] == hooks.requests
        assert "ok: done by attempt 1" == stage.outcome
        assert ["cage"] == [attempt.sandbox and attempt.sandbox.name for attempt in stage.attempts]

    run(main)


@pytest.mark.covers("C1")
def test_a_forbidden_call_is_rejected_without_a_hook_or_a_decision() -> None:
    """The reason of the rule is what the model reads; nothing at all is recorded."""

    async def main() -> None:
        hooks = ScriptedHooks(Says("allow"))
        rules = Rules(CommandVerdict(decision="forbid", reason="no installs here"))
        stage = Stage("untrusted", services=Services(hooks=hooks, commands=rules))
        assert "" == await stage.play()
        assert "failed: no installs here" == stage.outcome
        assert ([], []) == (hooks.requests, stage.attempts)

    run(main)


@pytest.mark.covers("C1", "C7")
def test_an_allow_of_a_hook_lets_the_call_run_without_a_question() -> None:
    """Source config; neither the user nor the reviewer, to whom the turn is routed, hears of it."""

    async def main() -> None:
        for policy in ("untrusted", "on-request"):
            services = Services(
                hooks=ScriptedHooks(Says("allow")), reviews=reviewed(Judgement(approved=False))
            )
            stage = Stage(policy, services=services, approvals_reviewer="auto_review")
            assert f"{HOOKED} fold:allow 1:approved/config {GOES}" == await stage.play(asks=True)
            assert ["config"] == [attempt.allowed_by for attempt in stage.attempts]

    run(main)


@pytest.mark.covers("C3", "C1")
def test_a_deny_of_a_hook_rejects_with_its_message() -> None:
    """The turn goes on, the model reads the hook's text, and nobody else is asked."""

    async def main() -> None:
        stage = Stage(services=Services(hooks=ScriptedHooks(Says("deny", "not on a Friday"))))
        assert f"{HOOKED} fold:deny 1:denied/config" == await stage.play()
        assert "failed: not on a Friday" == stage.outcome
        assert ["not on a Friday"] == [event.message for event in stage.of(ToolDecisionRecorded)]
        assert [] == stage.attempts

    run(main)


@pytest.mark.covers("C3", "F12")
def test_a_deny_with_interrupt_ends_the_turn_after_its_record() -> None:
    """Completed hooks, then denied by config, then the abort; the call ends as interrupted, with no end event."""

    async def main() -> None:
        stage = Stage(services=Services(hooks=ScriptedHooks(Says("deny", "stop it", interrupt=True))))
        assert f"{HOOKED} fold:deny 1:denied/config abort:hook" == await stage.play()
        assert "interrupted: tool interrupted" == stage.outcome
        assert CALL.call_id in stage.desk.state.calls
        assert [] == stage.attempts

    run(main)


@pytest.mark.covers("C1")
@pytest.mark.parametrize("policy", ["on-request", "untrusted"])
def test_hooks_without_a_decision_hand_over_to_reviewer_or_user(policy: str) -> None:
    """The reviewer is asked under on-request when the turn is routed to it; under untrusted it is the user."""

    async def main() -> None:
        services = Services(hooks=ScriptedHooks(Says()), reviews=reviewed(Judgement(approved=True)))
        stage = Stage(policy, answers=["approved"], services=services, approvals_reviewer="auto_review")
        asked = {
            "on-request": "review reviewed:approved 1:approved/automated_reviewer",
            "untrusted": "ask:1 answer:approved 1:approved/user",
        }
        assert f"{HOOKED} fold:None {asked[policy]} {GOES}" == await stage.play(asks=True)

    run(main)


@pytest.mark.covers("C1")
def test_a_turn_routed_to_no_reviewer_asks_the_user() -> None:
    """A session without a reviewer does not let calls through for want of one."""

    async def main() -> None:
        stage = Stage("on-request", answers=["denied"], approvals_reviewer="auto_review")
        assert "ask:1 answer:denied 1:denied/user" == await stage.play(asks=True)

    run(main)


@pytest.mark.covers("C4")
@pytest.mark.parametrize(
    ("decision", "ends"),
    [
        ("approved", "ok: done by attempt 1"),
        ("approved_for_session", "ok: done by attempt 1"),
        ("approved_execpolicy_amendment", "ok: done by attempt 1"),
        ("accept", "ok: done by attempt 1"),
        ("denied", "failed: rejected by user"),
        ("abort", "failed: rejected by user"),
        ("network_policy_amendment", "failed: rejected by user"),
        ("who knows", "failed: rejected by user"),
    ],
)
def test_the_answers_of_the_user_are_enforced(decision: str, ends: str) -> None:
    """Each decision has its effect, and is recorded once; the user's own text does not replace the known one."""

    async def main() -> None:
        answer = ApprovalResolved(approval_id="", decision=decision, source="user", message="nah")
        stage = Stage(answers=[answer])
        await stage.play()
        assert ends == stage.outcome
        assert [(1, "user")] == [(event.attempt, event.source) for event in stage.of(ToolDecisionRecorded)]

    run(main)


@pytest.mark.covers("F6")
def test_a_call_that_waits_for_the_user_decides_nothing_when_it_is_cancelled() -> None:
    """An abort reaches the waiting call as a cancellation: no answer, no decision, no warning follows."""

    async def main() -> None:
        stage = Stage()
        stage.desk = BookDesk()
        stage.desk.request(CALL.call_id)
        with trio.move_on_after(1):
            await stage.play()
        assert "ask:1" == stage.told
        assert ["approval-1"] == list(stage.desk.state.approvals)

    run(main)


def test_what_is_said_after_the_turn_is_over_is_refused() -> None:
    """A decision that comes when the turn is being aborted is not recorded, and the command does not run."""

    async def main() -> None:
        stage = Stage()
        stage.desk = BookDesk()
        stage.desk.request(CALL.call_id)
        async with trio.open_nursery() as nursery:

            async def play() -> None:
                with pytest.raises(TurnOver):
                    await stage.play()

            nursery.start_soon(play)
            await trio.testing.wait_all_tasks_blocked()
            stage.desk.resolve(ApprovalResolved(approval_id="approval-1", decision="approved"))
            stage.desk.say(AbortBegan(turn_id="turn-1", reason="interrupted", by="client"))
        assert "ask:1 answer:approved abort:client" == stage.told
        assert [] == stage.attempts

    run(main)


@pytest.mark.covers("C5")
def test_a_question_says_what_is_wanted_and_what_may_be_answered() -> None:
    """Kind, command, directory, reason, attempt and route; offers follow from what the call allows."""

    async def main() -> None:
        rules = Rules(CommandVerdict(decision="prompt", reason="ask about make", amendment=["make"]))
        stage = Stage("on-request", answers=["denied"], services=Services(commands=rules))
        await stage.play(hook_command=None, cache_keys=("make",))
        assert [
            ApprovalRequested(
                approval_id="approval-1",
                call_id=CALL.call_id,
                turn_id="turn-1",
                approval_kind="exec",
                reason="ask about make",
                command="make install",
                cwd="/work",
                attempt=1,
                route="user",
                choices=(
                    "approved",
                    "approved_execpolicy_amendment",
                    "approved_for_session",
                    "denied",
                    "abort",
                ),
            )
        ] == stage.of(ApprovalRequested)

    run(main)


@pytest.mark.covers("C5")
def test_a_call_without_payload_passes_hooks_over() -> None:
    """A patch gives hooks nothing to judge: the user is asked at once, and no hook ran."""

    async def main() -> None:
        hooks = ScriptedHooks(Says("deny"))
        stage = Stage(answers=["approved"], services=Services(hooks=hooks))
        told = await stage.play(kind="patch", argv=None, hook_command=None)
        assert f"ask:1 answer:approved 1:approved/user {GOES}" == told
        assert [] == hooks.requests
        assert [("patch", None)] == [(ask.approval_kind, ask.command) for ask in stage.of(ApprovalRequested)]

    run(main)


@pytest.mark.parametrize(
    ("policy", "verdict", "facts", "terms"),
    [
        ("on-request", None, {"escalated": True}, {}),
        ("never", "allow", {}, {}),
        ("never", None, {}, {"sandbox_mode": "danger-full-access"}),
        ("never", None, {"sandboxed": False, "argv": None, "kind": "dynamic_tool"}, {}),
    ],
)
def test_an_attempt_may_run_unconfined(
    policy: str, verdict: str | None, facts: dict[str, object], terms: dict[str, Any]
) -> None:
    """By leave, because a rule vouches for it, in a mode without sandbox, or because it cannot be confined."""

    async def main() -> None:
        services = Services(commands=Rules(CommandVerdict(decision=verdict)))
        stage = Stage(policy, answers=["approved"], services=services, **terms)
        await stage.play(**facts)
        assert [None] == [attempt.sandbox for attempt in stage.attempts]

    run(main)


def test_what_was_approved_for_the_session_is_not_asked_again() -> None:
    """The second call with the same keys runs by the user's earlier word; a new session asks again."""

    async def main() -> None:
        memory = Memory()
        first = Stage(answers=["approved_for_session"], services=Services(memory=memory))
        await first.play(cache_keys=("make",))
        again = Stage(services=Services(memory=memory))
        assert f"1:approved_for_session/user {GOES}" == await again.play(cache_keys=("make",))
        wider = Stage(answers=["denied"], services=Services(memory=memory))
        assert "ask:1 answer:denied 1:denied/user" == await wider.play(cache_keys=("make", "sudo"))
        resumed = Stage(answers=["denied"])
        assert "ask:1 answer:denied 1:denied/user" == await resumed.play(cache_keys=("make",))

    run(main)


def test_a_hook_outranks_what_was_approved_for_the_session() -> None:
    """Hooks come first, so a denial counts although the user once said yes."""

    async def main() -> None:
        memory = Memory()
        memory.approvals = memory.approvals.resolved(
            ["make"], ApprovalResolved(approval_id="a", decision="approved_for_session")
        )
        services = Services(memory=memory, hooks=ScriptedHooks(Says("deny", "no")))
        stage = Stage(services=services)
        assert f"{HOOKED} fold:deny 1:denied/config" == await stage.play(cache_keys=("make",))

    run(main)


def test_a_rule_is_kept_before_its_approval_takes_effect() -> None:
    """The sink has the rule of the answer, or else the one that was offered, right after the answer."""

    async def main() -> None:
        for sent, kept in (({"prefix": ["git"]}, {"prefix": ["git"]}), (None, ["make"])):
            stage = Stage(
                "on-request",
                answers=[
                    ApprovalResolved(approval_id="", decision="approved_execpolicy_amendment", amendment=sent)
                ],
            )
            book = Book(stage.desk)
            stage.services = Services(
                commands=Rules(CommandVerdict(decision="prompt", amendment=["make"])), rules=book
            )
            await stage.play()
            assert [(kept, "ApprovalResolved")] == book.kept
            assert "ok: done by attempt 1" == stage.outcome

    run(main)


@pytest.mark.parametrize("problem", ["disk full", "no place for rules", "no rule came with the answer"])
def test_an_approval_stands_though_its_rule_cannot_be_kept(problem: str) -> None:
    """The user is warned, and the call runs."""

    async def main() -> None:
        stage = Stage("on-request", answers=["approved_execpolicy_amendment"])
        offer = None if problem.startswith("no rule") else ["make"]
        stage.services = Services(
            commands=Rules(CommandVerdict(decision="prompt", amendment=offer)),
            rules=None if problem.startswith("no place") else Book(stage.desk, problem),
        )
        told = await stage.play()
        answered = "ask:1 answer:approved_execpolicy_amendment warn 1:approved_execpolicy_amendment/user"
        assert f"{answered} {GOES}" == told
        assert [True] == [problem in (event.message or "") for event in stage.of(WarningRaised)]

    run(main)


@pytest.mark.covers("D1")
def test_each_attempt_registers_with_the_network() -> None:
    """A command that may use the network has a lease in both attempts, under the text that hooks see."""

    async def main() -> None:
        networks = Networks()
        stage = Stage("on-failure", answers=["approved"], stops=True, services=Services(network=networks))
        await stage.play(network="immediate")
        assert [(CALL.call_id, COMMAND, "immediate")] * 2 == networks.leases
        assert [True, True] == [attempt.network is not None for attempt in stage.attempts]
        alone = Stage("never", services=Services(network=Networks()))
        await alone.play(argv=ARGV)
        assert [None] == [attempt.network for attempt in alone.attempts]

    run(main)


def test_what_the_network_ends_a_call_with_is_its_end() -> None:
    """A lease that says interrupted makes the call end as interrupted, though its command had ended well."""

    async def main() -> None:
        services = Services(network=Networks(ToolInterrupted("tool interrupted")))
        stage = Stage("never", services=services)
        await stage.play(network="immediate")
        assert "interrupted: tool interrupted" == stage.outcome

    run(main)
