"""What happens when the sandbox stops the first attempt."""

from __future__ import annotations

import pytest

from tests.core.engine.approvals.script import (
    COMMAND,
    DENIED_BY_SANDBOX,
    Says,
    ScriptedHooks,
    Stage,
    run,
)
from turnfold.core.engine.approvals import Services
from turnfold.core.engine.ports import Attempt, SandboxDenial, ToolResult
from turnfold.events import ApprovalRequested

GOES = "run:1 ran"
HOOKED = "hook hooked"


@pytest.mark.covers("C2")
def test_the_retry_alone_is_asked_about_when_the_first_attempt_needed_nothing() -> None:
    """Its run id ends in `:retry`, its payload is the usual one, and an allow of the hook unlocks it."""

    async def main() -> None:
        hooks = ScriptedHooks(Says("allow"))
        stage = Stage("on-failure", stops=True, services=Services(hooks=hooks))
        told = await stage.play()
        assert f"1:approved/config {GOES} stopped {HOOKED} fold:allow 2:approved/config run:2 ran" == told
        assert [(COMMAND, "to have it", "c:retry", "c")] == hooks.requests
        assert "ok: done by attempt 2" == stage.outcome
        assert [False, True] == [attempt.sandbox is None for attempt in stage.attempts]

    run(main)


@pytest.mark.covers("C2")
def test_both_requests_of_a_call_are_the_same_to_a_hook() -> None:
    """Where the retry is asked about anew, the payload equals the first's, and only the run id tells them apart."""

    async def main() -> None:
        hooks = ScriptedHooks(Says("allow"), Says("deny", "enough"))
        stage = Stage(stops=True, strict=True, services=Services(hooks=hooks))
        await stage.play()
        first, retry = hooks.requests
        assert ("c", "c:retry") == (first[2], retry[2])
        assert first[:2] == retry[:2]
        assert "failed: enough" == stage.outcome

    run(main)


@pytest.mark.covers("C2")
def test_an_approved_call_is_retried_without_another_question() -> None:
    """What was let go once is not asked about again; the retry has its own decision, by config."""

    async def main() -> None:
        stage = Stage(answers=["approved"], stops=True)
        told = await stage.play()
        assert f"ask:1 answer:approved 1:approved/user {GOES} stopped 2:approved/config run:2 ran" == told

    run(main)


@pytest.mark.covers("C2", "C4")
def test_the_question_about_a_retry_is_a_new_one() -> None:
    """It has an id of its own, says what the sandbox said, and its denial is enforced as the first one's is."""

    async def main() -> None:
        stage = Stage(answers=["approved", "denied"], stops=True, strict=True)
        await stage.play()
        first, retry = stage.of(ApprovalRequested)
        assert ("approval-1", 1, "to have it") == (first.approval_id, first.attempt, first.reason)
        assert ("approval-2", 2, DENIED_BY_SANDBOX) == (retry.approval_id, retry.attempt, retry.reason)
        assert "failed: rejected by user" == stage.outcome

    run(main)


@pytest.mark.covers("C3")
def test_a_hook_may_interrupt_at_the_retry_too() -> None:
    """The denial of the second attempt is recorded, then the abort begins."""

    async def main() -> None:
        stage = Stage(
            "on-failure", stops=True, services=Services(hooks=ScriptedHooks(Says("deny", "x", True)))
        )
        told = await stage.play()
        assert f"1:approved/config {GOES} stopped {HOOKED} fold:deny 2:denied/config abort:hook" == told
        assert "interrupted: tool interrupted" == stage.outcome

    run(main)


@pytest.mark.covers("C2")
@pytest.mark.parametrize("policy", ["never", "on-request"])
def test_where_no_retry_may_be_had_the_denial_is_the_result(policy: str) -> None:
    """The model reads what the command had written, as a failure."""

    async def main() -> None:
        stage = Stage(policy, stops=True)
        assert f"1:approved/config {GOES} stopped" == await stage.play()
        assert "bad: cannot write" == stage.outcome

    run(main)


@pytest.mark.covers("C2")
def test_there_is_no_third_attempt() -> None:
    """A retry that claims to be stopped by a sandbox that it does not have is a failure, and the log stays legal."""

    async def main() -> None:
        stage = Stage("on-failure", answers=["approved"])

        async def attempt(attempt: Attempt) -> ToolResult:
            await stage.attempt(attempt)
            raise SandboxDenial("stopped again")

        await stage.play(attempt=attempt)
        assert "bad: stopped again" == stage.outcome
        assert [1, 2] == [attempt.number for attempt in stage.attempts]

    run(main)


def test_a_denial_without_a_command_is_no_ground_for_a_retry() -> None:
    """A tool that was stopped before it ran anything has failed: the log knows no attempt to repeat."""

    async def main() -> None:
        stage = Stage("on-failure")

        async def attempt(attempt: Attempt) -> ToolResult:
            raise SandboxDenial("no way in")

        assert "1:approved/config" == await stage.play(attempt=attempt)
        assert "bad: no way in" == stage.outcome

    run(main)


def test_a_retry_that_was_approved_for_the_session_is_not_asked_about_again() -> None:
    """The next call with the same keys is confined first as ever, and leaves the sandbox without a question."""

    async def main() -> None:
        services = Services()
        first = Stage("on-failure", answers=["approved_for_session"], stops=True, services=services)
        await first.play(cache_keys=("make",))
        again = Stage("on-failure", stops=True, services=services)
        told = await again.play(cache_keys=("make",))
        assert f"1:approved/config {GOES} stopped 2:approved_for_session/user run:2 ran" == told

    run(main)


@pytest.mark.covers("C2")
def test_in_the_profile_of_the_release_a_hook_cannot_unlock_a_retry() -> None:
    """There its allow is passed over and the user is asked, while its deny counts as ever."""

    async def main() -> None:
        hooks = ScriptedHooks(Says("allow"))
        stage = Stage(
            "on-failure", answers=["denied"], stops=True, profile="codex", services=Services(hooks=hooks)
        )
        told = await stage.play()
        assert told.endswith(f"stopped {HOOKED} fold:allow ask:2 answer:denied 2:denied/user")
        hooks = ScriptedHooks(Says("deny", "no"))
        stage = Stage("on-failure", stops=True, profile="codex", services=Services(hooks=hooks))
        await stage.play()
        assert "failed: no" == stage.outcome

    run(main)
