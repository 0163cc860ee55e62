"""The exec gate with real shells: what is stopped, who decides, what the command is told."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import trio

from tests.core.engine.gate.lab import Box, Hooks, Lab, Ran, Say, laboratory, sh
from turnfold.core.engine.approvals import Reviews
from turnfold.core.engine.gate import STRAY
from turnfold.core.engine.ports import Judgement, ReviewRequest
from turnfold.events import (
    AbortBegan,
    ApprovalRequested,
    ApprovalResolved,
    ExecIntercepted,
    HookClosed,
    InterceptionEnded,
)

DIRNAME = shutil.which("dirname", path="/usr/bin:/bin")
SLEEP = shutil.which("sleep", path="/usr/bin:/bin")


@pytest.mark.covers("E1", "E2")
@pytest.mark.parametrize(("sandbox", "action"), [(None, "escalate"), (Box(), "run")])
def test_what_a_rule_allows_runs(sandbox: Box | None, action: str) -> None:
    """The real program takes the wrapper's place, with its arguments; nobody is asked."""

    async def claim() -> None:
        async with laboratory("allow", sandbox=sandbox) as lab:
            assert Ran(0, "/\n", "") == await lab.shell("ls -d /")
            [stopped], [ended] = lab.of(ExecIntercepted), lab.of(InterceptionEnded)
            assert (shutil.which("ls", path="/usr/bin:/bin"), ("ls", "-d", "/"), "allow") == (
                stopped.program,
                stopped.argv,
                stopped.verdict,
            )
            assert (action, None, "config") == (ended.action, ended.decision, ended.source)

    trio.run(claim)


@pytest.mark.covers("E1")
def test_what_a_rule_forbids_does_not_run() -> None:
    """The reason is on stderr, the exit code is 126, no hook runs."""

    async def claim() -> None:
        hooks = Hooks(Say("allow"))
        async with laboratory("forbid", by="name", hooks=hooks) as lab:
            assert Ran(126, "", "sleep: this is forbidden here\n") == await lab.shell("sleep 0")
            assert ([], ["deny"]) == (hooks.told, [each.action for each in lab.of(InterceptionEnded)])

    trio.run(claim)


@pytest.mark.covers("E1")
@pytest.mark.parametrize(
    "policy",
    ["never", {"granular": {"sandbox_approval": True, "rules": False, "mcp_elicitations": True}}],
)
def test_a_prompt_is_denied_where_nobody_may_be_asked(policy: object) -> None:
    """Without asking, and without a hook."""

    async def claim() -> None:
        hooks = Hooks(Say("allow"))
        async with laboratory(policy=policy, hooks=hooks, user="approved") as lab:
            ran = await lab.shell("sleep 0")
            assert (126, True) == (ran.code, "lets nobody be asked" in ran.err)
            assert ([], []) == (hooks.told, lab.of(ApprovalRequested))

    trio.run(claim)


@pytest.mark.covers("E1", "E2")
def test_a_hook_allows() -> None:
    """It is told the path and the quoted arguments, no description; neither reviewer nor user is asked."""

    async def claim() -> None:
        hooks = Hooks(Say("allow"))
        async with laboratory(hooks=hooks) as lab:
            assert 0 == (await lab.shell("dirname 'a b'")).code
            [stopped], [ended] = lab.of(ExecIntercepted), lab.of(InterceptionEnded)
            assert [(f"{DIRNAME} 'a b'", None)] == hooks.told
            assert [stopped.approval_id] == hooks.suffixes
            assert ("approved", "config", "escalate") == (ended.decision, ended.source, ended.action)
            assert [
                "exec_intercepted",
                "hook_started",
                "hook_completed",
                "hook_decided",
                "interception_ended",
            ] == lab.kinds()

    trio.run(claim)


@pytest.mark.covers("E2")
@pytest.mark.parametrize(
    ("message", "text"), [("not with me", "not with me"), (None, "User denied execution")]
)
def test_a_hook_denies(message: str | None, text: str) -> None:
    """The command is told its message, or that the user denied."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say("deny", message)), user="approved") as lab:
            assert Ran(126, "", f"sleep: {text}\n") == await lab.shell("sleep 0")
            assert [] == lab.of(ApprovalRequested)

    trio.run(claim)


@pytest.mark.covers("E2")
def test_a_hook_denies_and_interrupts() -> None:
    """The decision is abort, the text that of a cancellation, and the hook's message is in the log."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say("deny", "stop it", interrupt=True))) as lab:
            assert Ran(126, "", "sleep: User cancelled execution\n") == await lab.shell("sleep 0")
            [ended], [began] = lab.of(InterceptionEnded), lab.of(AbortBegan)
            assert ("abort", "User cancelled execution", "stop it") == (
                ended.decision,
                ended.message,
                ended.hook_message,
            )
            assert ("hook", ["interception_ended", "abort_began"]) == (began.by, lab.kinds()[-2:])

    trio.run(claim)


@pytest.mark.covers("E1", "E2")
@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ("approved", 0, ""),
        ("denied", 126, "sleep: User denied execution\n"),
        ("abort", 126, "sleep: User cancelled execution\n"),
    ],
)
def test_the_user_decides(answer: str, code: int, text: str) -> None:
    """After the hooks; offered are approved and abort."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say()), user=answer) as lab:
            assert Ran(code, "", text) == await lab.shell("sleep 0")
            [asked], [ended] = lab.of(ApprovalRequested), lab.of(InterceptionEnded)
            assert ("intercepted", f"{SLEEP} 0", ("approved", "abort")) == (
                asked.approval_kind,
                asked.command,
                asked.choices,
            )
            assert (answer, "user") == (ended.decision, ended.source)

    trio.run(claim)


class Strict:
    """A reviewer that denies."""

    async def review(self, request: ReviewRequest) -> Judgement:
        """Deny."""
        return Judgement(approved=False, rationale=f"no {request.command}")


@pytest.mark.covers("E1", "E2")
def test_the_reviewer_stands_in_for_the_user() -> None:
    """Its message is what the command is told."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say()), reviews=Reviews(Strict()), user="approved") as lab:
            ran = await lab.shell("sleep 0")
            assert (126, True, []) == (ran.code, f"no {SLEEP} 0" in ran.err, lab.of(ApprovalRequested))

    trio.run(claim)


@pytest.mark.covers("E3")
def test_the_clock_stands_still_while_it_is_decided() -> None:
    """The pause lasts as long as the decision, and the log says so."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say("allow"), wait_s=0.05)) as lab:
            assert 0 == (await lab.shell("sleep 0")).code
            paused = [each.paused_ms or 0 for each in lab.of(InterceptionEnded)]
            assert lab.stopwatch.paused_ms >= 49
            assert abs(paused[0] - lab.stopwatch.paused_ms) <= 1

    trio.run(claim)


def test_a_login_shell_of_bash_is_guarded_too() -> None:
    """The wrappers are first on PATH after its profile has set it anew."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")

    async def claim() -> None:
        async with laboratory("forbid") as lab:
            assert 126 == (await lab.shell("true; /bin/ls; ls", "bash", "-lc")).code
            assert "ls" == lab.of(ExecIntercepted)[-1].argv[0]

    trio.run(claim)


def test_a_program_that_is_not_there() -> None:
    """The wrapper says so as a shell does, and asks nobody."""

    async def claim() -> None:
        async with laboratory() as lab:
            assert Ran(127, "", "echo-it: command not found\n") == await lab.shell("echo-it")
            assert [] == lab.of(ExecIntercepted)

    trio.run(claim)


async def ask_by_hand(env: Mapping[str, str], said: bytes) -> bytes:
    """Say something to the gate and return its answer."""
    stream = await trio.open_unix_socket(env["TURNFOLD_GATE_SOCKET"])
    async with stream:
        await stream.send_all(said)
        await stream.send_eof()
        return b"".join([piece async for piece in stream])


@pytest.mark.parametrize("said", [b"", b"half", b"{}\n", b"[1]\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_wish_is_denied(said: bytes) -> None:
    """Garbage gets an answer, and the gate goes on."""

    async def claim() -> None:
        async with laboratory("allow") as lab, lab.watching() as env:
            assert b'"action":"deny"' in await ask_by_hand(env, said)
            assert 0 == (await sh("ls -d /", env)).code

    trio.run(claim)


def test_a_wrapper_of_no_command_is_denied() -> None:
    """A token counts as long as its attempt is guarded; without the socket nothing runs at all."""

    async def claim() -> None:
        async with laboratory("allow") as lab:
            async with lab.watching() as env:
                pass
            assert Ran(126, "", f"ls: {STRAY}\n") == await sh("ls", env)
        ran = await sh(f"{env['PATH'].split(':')[0]}/ls", env)
        assert (127, False) == (ran.code, Path(env["TURNFOLD_GATE_SOCKET"]).parent.exists())

    trio.run(claim)


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds that other processes bring about."""
    while not holds():  # noqa: ASYNC110  a book desk tells nobody of its events
        await trio.sleep(0.001)


async def asked(lab: Lab) -> None:
    """Wait until the user has been asked."""
    await until(lambda: lab.of(ApprovalRequested))


def test_a_wrapper_that_dies_takes_its_question_back() -> None:
    """The question is closed in the log, the interception ended, the clock runs on."""

    async def claim() -> None:
        async with laboratory() as lab, lab.watching() as env:
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(sh, "exec sleep 0", env)
                    await asked(lab)
                    scope.cancel()
            await until(lambda: lab.of(InterceptionEnded))
            assert ["denied"] == [each.decision for each in lab.of(ApprovalResolved)]
            assert ({}, ["deny"]) == (
                lab.desk.state.approvals,
                [each.action for each in lab.of(InterceptionEnded)],
            )
            lab.stopwatch.pause()
            lab.stopwatch.resume()

    trio.run(claim)


def test_leaving_denies_what_still_waits() -> None:
    """A background command that asks when its shell is over: nothing stays open in the log."""

    async def claim() -> None:
        async with laboratory(hooks=Hooks(Say(), wait_s=999)) as lab, trio.open_nursery() as nursery:
            async with lab.watching() as env:
                nursery.start_soon(sh, "sleep 0", env)
                await until(lambda: lab.desk.state.hook_runs)
            assert ["abandoned"] == [each.reason for each in lab.of(HookClosed)]
            assert ["deny"] == [each.action for each in lab.of(InterceptionEnded)]

    trio.run(claim)


@pytest.mark.covers("F6")
def test_an_abort_says_nothing() -> None:
    """While the turn is being aborted the wrapper is denied and nothing is recorded."""

    async def claim() -> None:
        async with laboratory() as lab, trio.open_nursery() as nursery:
            async with lab.watching() as env:
                nursery.start_soon(sh, "sleep 0", env)
                await asked(lab)
                await lab.desk.interrupt(by="client")
                said = len(lab.desk.log)
            assert said == len(lab.desk.log)

    trio.run(claim)
