"""Hooks in a session: what they allow, deny and interrupt, in the order that clients see."""

from __future__ import annotations

import json

import attrs
import pytest
import trio

from tests.core.engine.hooks.scene import answer, config, handler
from tests.core.engine.running import OPTIONS, Scene, Script, hooks_of, order, run, scene
from turnfold.core.engine.fakes import (
    CallTool,
    FakeProcesses,
    Program,
    Say,
    ScriptedReviewer,
    hanging,
    printing,
)
from turnfold.core.engine.hooks import Hooks
from turnfold.core.engine.ports import Judgement
from turnfold.core.hooks import HookEvent
from turnfold.events import (
    AbortBegan,
    ApprovalRequested,
    HistoryCompacted,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
    MessageRecorded,
    ReviewStarted,
    ToolCallClosed,
    ToolCallOutput,
    ToolDecisionRecorded,
    TurnAborted,
    TurnCompleted,
    UserInputRecorded,
    WarningRaised,
)
from turnfold.replay.lab import Shell


def calling(*commands: str) -> list[CallTool]:
    """A response that calls the shell."""
    return [CallTool("shell_command", {"command": command}) for command in commands]


def hooks(event: HookEvent, *programs: Program) -> Hooks:
    """Hooks on *event* that are these programs, in order."""
    named = {f"hook-{number}": program for number, program in enumerate(programs)}
    return hooks_of(config(event, *(handler(name) for name in named)), FakeProcesses(named))


def said(stage: Scene, number: int = -1) -> str:
    """What a request gave to the model."""
    return str(stage.model.requests[number].items)


@pytest.mark.covers("C7", "C1")
def test_a_hook_allows_a_command_without_a_question() -> None:
    """It runs, nobody is asked, its output goes to the model, the turn goes on: two requests."""

    async def main() -> None:
        shell = Shell(parallel=True)
        allowed = hooks(HookEvent.PERMISSION_REQUEST, printing(answer("allow")))
        async with scene([calling("make"), [Say("done")]], tools=[shell], hooks=allowed) as stage:
            assert isinstance(await stage.turn(), TurnCompleted)
            assert ["make"] == shell.ran
            assert [] == stage.of(ApprovalRequested)
            assert [("approved", "config")] == [
                (each.decision, each.source) for each in stage.of(ToolDecisionRecorded)
            ]
            assert 2 == len(stage.model.requests)
            assert "ran make" in said(stage)

    run(main)


@pytest.mark.covers("C3", "C1")
def test_a_hook_denies_a_command_and_the_turn_goes_on() -> None:
    """The model is told the hook's message; neither reviewer nor user is asked."""

    async def main() -> None:
        shell, reviewer = Shell(parallel=True), ScriptedReviewer([Judgement(approved=True)])
        denied = hooks(HookEvent.PERMISSION_REQUEST, printing(answer("deny", message="not here")))
        options = attrs.evolve(OPTIONS, approvals_reviewer="auto_review")
        async with scene(
            [calling("make"), [Say("well")]], tools=[shell], hooks=denied, reviewer=reviewer, options=options
        ) as stage:
            assert isinstance(await stage.turn(), TurnCompleted)
            assert [] == shell.ran
            assert [("not here", False)] == [(each.output, each.success) for each in stage.of(ToolCallOutput)]
            assert [] == [*stage.of(ApprovalRequested), *stage.of(ReviewStarted)]
            assert [] == reviewer.requests

    run(main)


@pytest.mark.covers("C3", "F7", "F12", "F5", "C6")
def test_a_hook_interrupts_the_turn() -> None:
    """Hook end, denied by config, abort, `tool interrupted`, `turn_aborted`; the command never ran, nothing follows."""

    async def main() -> None:
        shell = Shell(parallel=True)
        stops = hooks(
            HookEvent.PERMISSION_REQUEST, printing(answer("deny", message="stop it", interrupt=True))
        )
        async with scene([calling("make", "make again"), [Say("no")]], tools=[shell], hooks=stops) as stage:
            turn_id = await stage.begin()
            terminal = await stage.ended(turn_id)
            assert isinstance(terminal, TurnAborted)
            assert ("interrupted", turn_id) == (terminal.reason, terminal.turn_id)
            first = [event for event in stage.log if getattr(event, "call_id", None) == "call-1"]
            assert ["HookCompleted", "HookDecided", "ToolDecisionRecorded", "ToolCallClosed"] == order(
                first, HookCompleted, HookDecided, ToolDecisionRecorded, ToolCallClosed, ToolCallOutput
            )
            decision = stage.of(ToolDecisionRecorded)[0]
            assert ("denied", "config", "stop it") == (decision.decision, decision.source, decision.message)
            assert type(stage.log[stage.log.index(decision) + 1]) is AbortBegan
            assert [("interrupted", "tool interrupted")] * 2 == [
                (event.how, event.message) for event in stage.of(ToolCallClosed)
            ]
            assert ["blocked"] == [event.status for event in stage.of(HookCompleted)][:1]
            assert [] == shell.ran
            assert [] == stage.of(ToolCallOutput)
            assert 1 == len(stage.model.requests)
            assert [] == stage.of(TurnCompleted)

    run(main)


@pytest.mark.covers("F6", "C3")
def test_a_hook_interrupts_while_a_question_is_open() -> None:
    """The question of the call beside it is dropped after `turn_aborted`, and nothing answers it before."""

    async def main() -> None:
        # The first hook run decides nothing, and a person is asked; the second one interrupts.
        verdicts = iter([printing(""), printing(answer("deny", interrupt=True), after_s=5)])
        hooked = hooks_of(
            config(HookEvent.PERMISSION_REQUEST, handler("hook")),
            FakeProcesses(lambda _command: next(verdicts)),
        )
        async with scene(
            [calling("make", "make again")], tools=[Shell(parallel=True)], hooks=hooked
        ) as stage:
            assert isinstance(await stage.turn(), TurnAborted)
            assert 1 == len(stage.of(ApprovalRequested))
            assert ["ApprovalRequested", "AbortBegan", "TurnAborted", "ApprovalDropped"] == [
                name
                for name in (type(event).__name__ for event in stage.log)
                if name
                in {"ApprovalRequested", "ApprovalResolved", "AbortBegan", "TurnAborted", "ApprovalDropped"}
            ]
            assert [] == stage.of(ToolCallOutput)

    run(main)


@pytest.mark.covers("B6", "B7")
def test_a_hook_that_fails_leaves_the_question_to_the_user() -> None:
    """Its run is failed, and the normal approval goes on."""

    async def main() -> None:
        shell = Shell(parallel=True)
        broken = hooks(HookEvent.PERMISSION_REQUEST, printing(stderr="oops", exit_code=1))
        async with scene([calling("make"), [Say("done")]], tools=[shell], hooks=broken) as stage:
            turn_id = await stage.begin()
            await stage.seen(ApprovalRequested)
            await stage.session.answer("approval-1", "approved")
            assert isinstance(await stage.ended(turn_id), TurnCompleted)
            assert ["failed"] == [event.status for event in stage.of(HookCompleted)]
            assert ["make"] == shell.ran

    run(main)


@pytest.mark.covers("A5")
def test_with_the_switch_off_no_hook_runs() -> None:
    """No events of hooks, and no decision by them."""

    async def main() -> None:
        shell = Shell(parallel=True)
        denied = hooks(HookEvent.PERMISSION_REQUEST, printing(answer("deny")))
        options = attrs.evolve(OPTIONS, hooks_enabled=False)
        async with scene(
            [calling("make"), [Say("done")]], tools=[shell], hooks=denied, options=options
        ) as stage:
            turn_id = await stage.begin()
            await stage.seen(ApprovalRequested)
            await stage.session.answer("approval-1", "approved")
            await stage.ended(turn_id)
            assert [] == [*stage.of(HookStarted), *stage.of(HookDecided)]
            assert ["make"] == shell.ran

    run(main)


def test_a_prompt_that_a_hook_blocks_is_dropped() -> None:
    """The model is asked nothing, the turn ends, and the log says what became of the input."""

    async def main() -> None:
        text = json.dumps({"decision": "block", "reason": "not on Sundays"})
        blocked = hooks(HookEvent.USER_PROMPT_SUBMIT, printing(text))
        async with scene([[Say("no")]], hooks=blocked) as stage:
            assert isinstance(await stage.turn(), TurnCompleted)
            assert [] == stage.of(UserInputRecorded)
            assert [] == stage.model.requests

    run(main)


def test_what_a_hook_adds_is_given_to_the_model() -> None:
    """Contexts of SessionStart come once, in the first turn."""

    async def main() -> None:
        text = json.dumps(
            {"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": "the moon is full"}}
        )
        told = hooks(HookEvent.SESSION_START, printing(text))
        async with scene([[Say("one")], [Say("two")]], hooks=told) as stage:
            await stage.turn()
            await stage.turn("again")
            assert "the moon is full" in said(stage, 0)
            assert 1 == len(stage.of(HookStarted))

    run(main)


def test_a_stop_hook_keeps_the_turn_going() -> None:
    """It blocks the end once, what it wants goes to the model, and then the turn ends."""

    async def main() -> None:
        text = json.dumps({"decision": "block", "reason": "run the tests too"})
        verdicts = iter([printing(text), printing("")])
        stops = hooks_of(
            config(HookEvent.STOP, handler("hook")), FakeProcesses(lambda _command: next(verdicts))
        )
        async with scene([[Say("done")], [Say("tested")]], hooks=stops) as stage:
            terminal = await stage.turn()
            assert "tested" == getattr(terminal, "last_agent_message", None)
            assert "run the tests too" in said(stage)
            assert ["user"] == [each.role for each in stage.of(MessageRecorded) if each.role != "assistant"]

    run(main)


def test_hooks_before_a_tool_change_and_block_calls() -> None:
    """A changed input is what runs; a blocked call is told to the model and asks nobody."""

    async def main() -> None:
        shell = Shell(parallel=True)
        output = {
            "hookEventName": "PreToolUse",
            "permissionDecision": "allow",
            "updatedInput": {"command": "ls"},
        }
        deny = {"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": "no"}
        verdicts = iter(
            [
                printing(json.dumps({"hookSpecificOutput": output})),
                printing(json.dumps({"hookSpecificOutput": deny})),
            ]
        )
        hooked = hooks_of(
            config(HookEvent.PRE_TOOL_USE, handler("hook")), FakeProcesses(lambda _command: next(verdicts))
        )
        script: Script = [calling("rm -r /"), calling("rm -r /"), [Say("done")]]
        async with scene(script, tools=[shell], hooks=hooked) as stage:
            turn_id = await stage.begin()
            await stage.seen(ApprovalRequested)
            await stage.session.answer("approval-1", "approved")
            await stage.ended(turn_id)
            assert ["ls"] == shell.ran
            first, second = stage.of(ToolCallOutput)
            assert ("ran ls", True) == (first.output, first.success)
            assert "Command blocked by PreToolUse hook: no. Command: rm -r /" == second.output

    run(main)


@pytest.mark.covers("F5", "F4")
def test_interrupt_hooks_run_before_the_terminal_event() -> None:
    """They see a turn that is marked and flushed, run to their end, and only then `turn_aborted` comes."""

    async def main() -> None:
        told = hooks(HookEvent.INTERRUPT, printing("", after_s=3))
        async with scene([[CallTool("nap", {"seconds": 50})]], hooks=told) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            began = trio.current_time()
            await stage.session.interrupt()
            assert began == trio.current_time()
            await stage.ended(turn_id)
            assert ["JournalFlushed", "HookStarted", "HookCompleted", "TurnAborted"] == [
                name
                for name in (type(event).__name__ for event in stage.log)
                if name in {"JournalFlushed", "HookStarted", "HookCompleted", "TurnAborted"}
            ]

    run(main)


@pytest.mark.covers("F14")
@pytest.mark.parametrize("event", [HookEvent.INTERRUPT, HookEvent.SESSION_END])
def test_hooks_that_hang_at_the_end_do_not_hold_the_session(event: HookEvent) -> None:
    """Hooks have timeouts: an interruption and a shutdown come to their end all the same."""

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 50})]], hooks=hooks(event, hanging())) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            await stage.session.interrupt()
            assert isinstance(await stage.ended(turn_id), TurnAborted)
        assert [] == [*stage.session.state.hook_runs]
        assert len(stage.of(HookStarted)) == len([*stage.of(HookCompleted), *stage.of(HookClosed)])

    run(main)


def test_a_hook_before_a_compaction_can_prevent_it() -> None:
    """The history stays, and the user is told why."""

    async def main() -> None:
        text = json.dumps({"continue": False, "stopReason": "too early"})
        hooked = hooks(HookEvent.PRE_COMPACT, printing(text))
        async with scene([[Say("one")], [Say("two")]], hooks=hooked) as stage:
            await stage.turn()
            result = await stage.session.compact()
            await stage.ended(getattr(result, "turn_id", ""))
            assert 1 == len(stage.model.requests)
            assert [] == stage.of(HistoryCompacted)
            assert ["too early"] == [event.message for event in stage.of(WarningRaised)]

    run(main)
