"""The network service when nobody waits any more, when a turn ends, and when something breaks."""

import pytest
import trio
import trio.testing

from tests.core.engine.network.lab import WEB, Hooks, Say, laboratory, run
from turnfold.core.engine.approvals import AmendmentFailed
from turnfold.core.engine.network import Verdict
from turnfold.core.lifecycle import HookRunPhase
from turnfold.core.network import Target
from turnfold.events import (
    ApprovalRequested,
    ApprovalResolved,
    Event,
    HookClosed,
    NetworkAccessRequested,
    NetworkCallFinished,
    NetworkDecisionMade,
    WarningRaised,
)


def test_a_question_that_nobody_waits_for_is_withdrawn() -> None:
    """The question is closed in the log while the turn runs, and the next request asks anew."""

    async def claim() -> None:
        async with laboratory() as lab:
            with trio.move_on_after(5):
                await lab.service.request(WEB)
            await trio.testing.wait_all_tasks_blocked()
            assert ["denied"] == [each.decision for each in lab.of(ApprovalResolved)]
            assert ({}, {}) == (lab.desk.state.hosts, lab.desk.state.approvals)
            with trio.move_on_after(5):
                await lab.service.request(WEB)
            assert 2 == len(lab.of(ApprovalRequested))

    run(claim)


def test_a_call_that_ends_takes_its_open_question_along() -> None:
    """A hook that still runs is closed, so that the turn can end; its request is denied."""

    async def claim() -> None:
        verdicts: list[bool] = []
        async with laboratory(hooks=Hooks(gate=trio.Event())) as lab:

            async def ask() -> None:
                verdicts.append((await lab.service.request(WEB)).allowed)

            async with lab.calling():
                lab.nursery.start_soon(ask)
                await trio.testing.wait_all_tasks_blocked()
                assert [HookRunPhase.RUNNING] == [each.phase for each in lab.desk.state.hook_runs.values()]
            await trio.testing.wait_all_tasks_blocked()
            assert [False] == verdicts
            assert ["abandoned"] == [each.reason for each in lab.of(HookClosed)]
            assert [None] == [each.outcome for each in lab.of(NetworkCallFinished)]

    run(claim)


def test_settle_closes_what_no_call_owns() -> None:
    """Before a turn completes, the questions of requests without an owner are withdrawn."""

    async def claim() -> None:
        async with laboratory() as lab:
            lab.nursery.start_soon(lab.service.request, WEB)
            await trio.testing.wait_all_tasks_blocked()
            await lab.service.settle("another turn")
            assert 1 == len(lab.desk.state.hosts)
            await lab.service.settle("turn-1")
            assert {} == lab.desk.state.hosts

    run(claim)


@pytest.mark.covers("F6")
def test_an_abort_denies_without_a_word() -> None:
    """While the turn is being aborted, the waiting request is denied and nothing is recorded about it."""

    async def claim() -> None:
        verdicts: list[bool] = []
        async with laboratory() as lab:

            async def ask() -> None:
                verdicts.append((await lab.service.request(WEB)).allowed)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask)
                await trio.testing.wait_all_tasks_blocked()
                await lab.desk.interrupt(by="client")
                said = len(lab.desk.log)
                await lab.service.settle("turn-1")
            assert ([False], said) == (verdicts, len(lab.desk.log))

    run(claim)


def test_an_aborted_call_is_forgotten() -> None:
    """A lease that is cancelled records nothing, and owns no later request."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say("allow"))) as lab:
            with trio.move_on_after(1):
                async with lab.calling():
                    await trio.sleep_forever()
            await lab.service.request(WEB)
            assert [] == lab.of(NetworkCallFinished)
            assert [None] == [each.call_id for each in lab.of(NetworkAccessRequested)]

    run(claim)


class Broken(Hooks):
    """Hooks that break."""

    async def permission(self, *_args: object, **_fields: object) -> Say:
        """Break."""
        raise OSError("no such shell")


def test_what_breaks_in_a_judge_denies() -> None:
    """The failure is the message of the denial."""

    async def claim() -> None:
        async with laboratory(hooks=Broken()) as lab:
            verdict = await lab.service.request(WEB)
            assert (False, True) == (verdict.allowed, "no such shell" in str(verdict.message))
            assert ["deny"] == [each.decision for each in lab.of(NetworkDecisionMade)]

    run(claim)


class Full:
    """A place for rules that takes none."""

    async def add(self, amendment: object) -> None:
        """Refuse."""
        raise AmendmentFailed(f"the disk is full, {amendment} is lost")


def test_a_rule_that_cannot_be_kept_is_a_warning() -> None:
    """The warning comes before the decision, and the decision stands for the session."""

    async def claim() -> None:
        rule = {"host": "a", "action": "allow"}
        async with laboratory(user="network_policy_amendment", amendment=rule, rules=Full()) as lab:
            assert (await lab.service.request(WEB)).allowed
            told: list[type[Event]] = [type(event) for event in lab.desk.log[-2:]]
            assert [WarningRaised, NetworkDecisionMade] == told

    run(claim)


def test_the_configuration_goes_first() -> None:
    """What it allows or denies is not asked about."""

    async def claim() -> None:
        async with laboratory(standing=lambda target: "allow" if target.port == 80 else "deny") as lab:
            assert Verdict(allowed=True) == await lab.service.request(WEB)
            assert not (await lab.service.request(Target.of("http", "a", 81))).allowed
            assert ["network_access_refused"] == lab.kinds()

    run(claim)
