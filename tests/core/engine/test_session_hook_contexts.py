"""What hooks want the model to know of a call."""

from __future__ import annotations

import json

import pytest

from tests.core.engine.hooks.scene import handler
from tests.core.engine.running import hooks_of, order, run, scene
from turnfold.core.engine.fakes import CallTool, FakeProcesses, Program, Say, printing
from turnfold.core.hooks.config import HookConfig, HookFile, configure
from turnfold.events import MessageRecorded, ToolCallOutput


def configured(**commands: str) -> HookConfig:
    """One handler for each event."""
    events = {event: [{"hooks": [handler(command)]}] for event, command in commands.items()}
    text = json.dumps({"hooks": events})
    return configure([HookFile(path="/u/hooks.json", source="user", text=text)], bypass_trust=True)


def adding(event: str, context: str, **more: object) -> Program:
    """A program that adds a context."""
    specific = {"hookEventName": event, "additionalContext": context}
    return printing(json.dumps({"hookSpecificOutput": specific, **more}))


@pytest.mark.parametrize("blocked", [False, True])
def test_contexts_of_a_call_follow_its_output(*, blocked: bool) -> None:
    """Each is told to the model right behind the output, that of a hook that blocks the call too."""
    block: dict[str, object] = {"decision": "block", "reason": "no"} if blocked else {}
    programs = {
        "before": adding("PreToolUse", "It is late.", **block),
        "after": adding("PostToolUse", "It is later."),
    }
    expected = ["It is late."] if blocked else ["It is late.", "It is later."]

    async def main() -> None:
        hooks = hooks_of(configured(PreToolUse="before", PostToolUse="after"), FakeProcesses(programs))
        async with scene([[CallTool("nap", {"seconds": 1})], [Say("Good night.")]], hooks=hooks) as stage:
            await stage.turn()
            told = [event.text for event in stage.of(MessageRecorded) if event.role == "developer"]
            assert expected == told
            kinds = order(stage.log, ToolCallOutput, MessageRecorded)
            assert ["ToolCallOutput", *(["MessageRecorded"] * (len(expected) + 1))] == kinds
            roles = [item.get("role") for item in stage.model.requests[1].items[-len(expected) :]]
            assert ["developer"] * len(expected) == roles

    run(main)
