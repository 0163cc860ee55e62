"""The network service: who is asked about a host, in which order it is recorded, and what it does to a call."""

import pytest
import trio
import trio.testing

from tests.core.engine.network.lab import WEB, Hooks, Say, laboratory, run
from turnfold.core.engine.approvals import Reviews
from turnfold.core.engine.network import Standing, Verdict
from turnfold.core.engine.ports import Judgement, ReviewRequest, SandboxDenial, ToolFailed, ToolInterrupted
from turnfold.core.network import Target
from turnfold.events import (
    AbortBegan,
    ApprovalRequested,
    ApprovalResolved,
    NetworkAccessRefused,
    NetworkAccessRequested,
    NetworkCallFinished,
    NetworkCallRegistered,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
)


@pytest.mark.covers("D1", "D2", "D3")
def test_a_hook_allows_once() -> None:
    """No question is asked; the hook is told of the owning call's command and of the access."""

    async def claim() -> None:
        hooks = Hooks(Say("allow"))
        async with laboratory(hooks=hooks) as lab:
            async with lab.calling():
                assert Verdict(allowed=True) == await lab.service.request(WEB)
            assert [("curl http://a", WEB.access)] == hooks.told
            assert [
                "permission-request:0:/hooks.json:network#http#codex-network-test.invalid#80"
            ] == hooks.run_ids
            assert [] == lab.of(ApprovalRequested)
            assert ["allow_once"] == [each.decision for each in lab.of(NetworkDecisionMade)]
            assert [("c1", "curl http://a", "immediate")] == [
                (each.call_id, each.command, each.mode) for each in lab.of(NetworkCallRegistered)
            ]

    run(claim)


@pytest.mark.covers("D2")
def test_without_a_single_owner_the_access_is_the_command() -> None:
    """With no call, and with two, the hook sees `network-access <target>`."""

    async def claim() -> None:
        hooks = Hooks(Say("allow"))
        async with laboratory(hooks=hooks) as lab:
            await lab.service.request(WEB)
            async with lab.calling("c1"), lab.calling("c2") as second:
                await lab.service.request(WEB)
                await lab.service.request(WEB, second)
        told = "network-access http://codex-network-test.invalid:80"
        assert [(told, told), (told, told), ("curl http://a", told)] == hooks.told

    run(claim)


@pytest.mark.covers("D3", "D5")
def test_a_hook_denies() -> None:
    """Outcome on the owner, then the decision, then the refusal; the call is rejected with the message."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say("deny", "not this one")), user="approved") as lab:
            with pytest.raises(ToolFailed, match="not this one"):
                async with lab.calling():
                    assert not (await lab.service.request(WEB)).allowed
            assert [
                "network_access_requested",
                "hook_started",
                "hook_completed",
                "hook_decided",
                "network_outcome_recorded",
                "network_decision_made",
                "network_access_refused",
                "network_call_finished",
            ] == lab.kinds()[4:]
            assert ["denied_by_policy"] == [each.outcome for each in lab.of(NetworkOutcomeRecorded)]
            assert ["not_allowed"] == [each.reason for each in lab.of(NetworkAccessRefused)]
            assert {} == lab.desk.state.hosts

    run(claim)


@pytest.mark.covers("D3", "D5")
@pytest.mark.parametrize("owned", [True, False])
def test_a_hook_denies_and_interrupts(owned: bool) -> None:
    """The turn is interrupted with and without an owner, after the outcome and before the refusal."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say("deny", "stop", interrupt=True))) as lab:
            if owned:
                with pytest.raises(ToolInterrupted):
                    async with lab.calling():
                        assert not (await lab.service.request(WEB)).allowed
            else:
                assert not (await lab.service.request(WEB)).allowed
            kinds = lab.kinds("network_call_finished")
            tail = ["network_decision_made", "abort_began", "network_access_refused"]
            assert (["network_outcome_recorded"] if owned else ["hook_decided"]) + tail == kinds[-4:]
            assert ["hook"] == [each.by for each in lab.of(AbortBegan)]
            assert [True] == [each.interrupt for each in lab.of(NetworkDecisionMade)]

    run(claim)


@pytest.mark.covers("D2", "D3", "D5")
@pytest.mark.parametrize(
    ("decision", "amendment", "made", "allowed"),
    [
        ("approved", None, "allow_once", True),
        ("approved_for_session", None, "allow_session", True),
        ("network_policy_amendment", {"host": "a", "action": "allow"}, "allow_session", True),
        ("network_policy_amendment", {"host": "a", "action": "deny"}, "deny_session", False),
        ("denied", None, "deny", False),
        ("decline", None, "deny", False),
    ],
)
def test_the_user_decides(decision: str, amendment: object, made: str, allowed: bool) -> None:
    """What holds for the session is not asked about again; a denial rejects the call."""

    async def claim() -> None:
        hooks = Hooks()
        async with laboratory(hooks=hooks, user=decision, amendment=amendment) as lab:
            call = lab.calling()
            await call.__aenter__()
            assert [allowed] * 2 == [(await lab.service.request(WEB)).allowed for _ in range(2)]
            assert made == lab.of(NetworkDecisionMade)[0].decision
            assert (1 if made.endswith("session") else 2) == len(lab.of(ApprovalRequested)) == len(hooks.told)
            if allowed:
                await call.__aexit__(None, None, None)
            else:
                with pytest.raises(ToolFailed, match="rejected by user"):
                    await call.__aexit__(None, None, None)

    run(claim)


@pytest.mark.covers("D1")
def test_requests_of_one_target_share_the_decision() -> None:
    """One question, however many ask meanwhile; another target has its own."""

    async def claim() -> None:
        verdicts: list[bool] = []
        async with laboratory() as lab:

            async def ask(target: Target) -> None:
                verdicts.append((await lab.service.request(target)).allowed)

            async with trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(ask, WEB)
                nursery.start_soon(ask, Target.of("https", WEB.host, 443))
                await trio.testing.wait_all_tasks_blocked()
                questions = lab.of(ApprovalRequested)
                assert len(questions) == 2
                for question in questions:
                    answer = ApprovalResolved(
                        approval_id=question.approval_id, decision="approved", source="user"
                    )
                    lab.desk.resolve(answer)
            assert [True] * 4 == verdicts
            assert 2 == sum(each.shared for each in lab.of(NetworkAccessRequested))

    run(claim)


class Strict:
    """A reviewer that denies."""

    async def review(self, request: ReviewRequest) -> Judgement:
        """Deny."""
        return Judgement(approved=False, rationale=f"no {request.kind}")


@pytest.mark.covers("D2", "D4")
def test_the_reviewer_stands_in_for_the_user() -> None:
    """It is asked after the hooks, its text rejects the call, and a later policy block does not replace it."""

    async def claim() -> None:
        def standing(target: Target) -> Standing:
            return "deny" if target.port == 1 else "ask"

        async with laboratory(hooks=Hooks(), reviews=Reviews(Strict()), standing=standing) as lab:

            async def call() -> None:
                async with lab.calling():
                    assert not (await lab.service.request(WEB)).allowed
                    assert not (await lab.service.request(Target.of("http", "a", 1))).allowed

            with pytest.raises(ToolFailed, match="no network"):
                await call()
            assert ["denied_by_user"] == [each.outcome for each in lab.of(NetworkOutcomeRecorded)]
            assert 2 == len(lab.of(NetworkAccessRefused))

    run(claim)


@pytest.mark.covers("D4")
def test_a_policy_block_is_laid_to_the_only_active_call() -> None:
    """With none or with two active calls no outcome is recorded; the request is refused all the same."""

    async def claim() -> None:
        async with laboratory(policy="never") as lab:
            await lab.service.request(WEB)
            async with lab.calling("c1"), lab.calling("c2"):
                await lab.service.request(WEB)
            assert [] == lab.of(NetworkOutcomeRecorded)
            with pytest.raises(ToolFailed, match="is not allowed"):
                async with lab.calling("c3"):
                    await lab.service.request(WEB)
            assert ["c3"] == [each.call_id for each in lab.of(NetworkOutcomeRecorded)]
            assert 3 == len(lab.of(NetworkAccessRefused))

    run(claim)


@pytest.mark.covers("D2")
@pytest.mark.parametrize(
    ("policy", "mode"),
    [
        ("never", "workspace-write"),
        ("on-request", "danger-full-access"),
        ({"granular": {"sandbox_approval": False, "rules": True, "mcp_elicitations": True}}, "read-only"),
    ],
)
def test_nobody_is_asked_where_the_terms_forbid_it(policy: object, mode: str) -> None:
    """No hook runs, nobody is asked, and it is no question in the log."""

    async def claim() -> None:
        hooks = Hooks(Say("allow"))
        async with laboratory(hooks=hooks, policy=policy, sandbox_mode=mode, user="approved") as lab:
            assert not (await lab.service.request(WEB)).allowed
            assert ([], ["network_access_refused"]) == (hooks.told, lab.kinds())

    run(claim)


def test_without_a_turn_nobody_can_be_asked() -> None:
    """The request of a process that outlived its turn is denied, and laid to its deferred call."""

    async def claim() -> None:
        async with laboratory(user="approved") as lab:
            async with lab.calling(mode="deferred") as name:
                pass
            lab.running = False
            verdict = await lab.service.request(WEB, name)
            assert not verdict.allowed
            assert ["denied_by_policy"] == [each.outcome for each in lab.of(NetworkOutcomeRecorded)]

    run(claim)


@pytest.mark.covers("D5")
def test_a_deferred_call_is_asked_when_its_process_ends() -> None:
    """Leaving the lease takes no outcome; `finish` does, once."""

    async def claim() -> None:
        async with laboratory(user="denied") as lab:
            lab.desk.request("c1")
            async with lab.service.lease(lab.desk, "c1", "serve", "deferred") as lease:
                pass
            await lab.service.request(WEB, lease.registration_id)
            assert [] == lab.of(NetworkCallFinished)
            with pytest.raises(ToolFailed, match="rejected by user"):
                await lease.finish()
            await lease.finish()
            assert ["denied_by_user"] == [each.outcome for each in lab.of(NetworkCallFinished)]

    run(claim)


@pytest.mark.covers("D5")
def test_an_outcome_takes_the_place_of_a_failure() -> None:
    """A command that the denied connection made fail is rejected with the denial, not with its failure."""

    async def claim() -> None:
        async with laboratory(user="denied") as lab:

            async def call() -> None:
                async with lab.calling():
                    await lab.service.request(WEB)
                    raise SandboxDenial("exit code 7")

            with pytest.raises(ToolFailed, match="rejected by user"):
                await call()
            with pytest.raises(SandboxDenial):
                async with lab.calling("c2"):
                    raise SandboxDenial("exit code 7")

    run(claim)
