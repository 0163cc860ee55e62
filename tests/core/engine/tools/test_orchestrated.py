"""The shell tools under the orchestrator: the whole way of a call, with real programs and a real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from tests.core.engine.tools.shelltools import REAL_ENV, call_of, real_settings
from turnfold.core.approvals import parse_policy
from turnfold.core.engine.approvals import Services, Terms, orchestrate
from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.ports import ToolFailed, ToolResult
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.engine.sandbox import Bubblewrap, find_sandbox
from turnfold.core.engine.tools import ShellCommand
from turnfold.events import ApprovalRequested, ApprovalResolved


def orchestrated(workspace: Path, command: str, answer: str) -> tuple[BookDesk, ToolResult | ToolFailed]:
    """Have *command* go all the way under `on-failure`, a person answering every question with *answer*."""

    def answering(question: ApprovalRequested) -> ApprovalResolved:
        return ApprovalResolved(approval_id=question.approval_id, decision=answer, source="user")

    async def main() -> tuple[BookDesk, ToolResult | ToolFailed]:
        box = await find_sandbox(
            "workspace-write",
            str(workspace),
            SystemProcesses(),
            path=REAL_ENV["PATH"],
            exclude_slash_tmp=True,
        )
        if not isinstance(box, Bubblewrap):
            pytest.skip(str(box))
        desk = BookDesk(answer=answering)
        desk.request("call-1", "shell_command")
        call = call_of("shell_command", command=command, login=False)
        action = ShellCommand(real_settings()).prepare(call, str(workspace))
        terms = Terms(policy=parse_policy("on-failure"), sandbox=box)
        try:
            return desk, await orchestrate(action, call, desk, terms, Services())
        except ToolFailed as failure:
            return desk, failure

    return trio.run(main)


def kinds(desk: BookDesk) -> list[str]:
    """Return the kinds of events since the call was requested."""
    return [event.kind for event in desk.log[3:]]


def test_a_confined_command_runs_and_is_answered(tmp_path: Path) -> None:
    """What stays in the workspace is asked about by nobody."""
    desk, result = orchestrated(tmp_path, "echo hi > made && cat made", "denied")
    assert isinstance(result, ToolResult)
    assert (True, "hi") == (result.success, str(result.output).split("\n")[-2])
    assert ["tool_decision_recorded", "exec_began", "exec_ended"] == kinds(desk)


@pytest.mark.covers("C2")
@pytest.mark.parametrize("answer", ["approved", "denied"])
def test_a_denial_by_the_sandbox_is_asked_about_and_tried_once_more(tmp_path: Path, answer: str) -> None:
    """A person decides whether a command that the sandbox stopped is run without it."""
    (tmp_path / "workspace").mkdir()
    desk, result = orchestrated(tmp_path / "workspace", "echo hi > ../made", answer)
    first = ["tool_decision_recorded", "exec_began", "exec_ended", "sandbox_denied"]
    asked = ["approval_requested", "approval_resolved", "tool_decision_recorded"]
    again = ["exec_began", "exec_ended"] if answer == "approved" else []
    assert [*first, *asked, *again] == kinds(desk)
    assert (answer == "approved", answer == "approved") == (
        isinstance(result, ToolResult),
        (tmp_path / "made").exists(),
    )
