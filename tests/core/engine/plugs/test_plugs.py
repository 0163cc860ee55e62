"""Parts that are plugged into a session: real commands, real sockets."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
import trio

from turnfold.core import fold
from turnfold.core.engine import Parts, SessionOptions, open_session
from turnfold.core.engine.fakes import CallTool, MemoryJournal, Say, ScriptedModel
from turnfold.core.engine.plugs import command_tools, exec_gate, network_approvals
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.engine.rules import RuleBook
from turnfold.core.engine.sandbox import Bubblewrap
from turnfold.core.engine.tools import ExecSettings
from turnfold.core.execpolicy import Decision, PrefixRule, Ruleset
from turnfold.events import (
    ApprovalRequested,
    DiffUpdated,
    Envelope,
    Event,
    ExecBegan,
    ExecEnded,
    ExecIntercepted,
    NetworkAccessRefused,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
    ShutdownCompleted,
    ToolCallOutput,
    TurnAborted,
    TurnCompleted,
)

ASKS_FOR_A_HOST = """
import urllib.error, urllib.request
try:
    urllib.request.urlopen("http://codex-network-test.invalid/", timeout=10)
except urllib.error.HTTPError as error:
    print(error.code, error.headers["x-proxy-error"])
"""


async def session_of(
    model: ScriptedModel,
    cwd: Path,
    answers: Mapping[str, str],
    options: SessionOptions,
    confined: Bubblewrap | RuleBook | None = None,
) -> list[Event]:
    """Run one turn on the tools of this machine, answer questions by their kind, and return the log."""
    journal = MemoryJournal()
    settings = ExecSettings(processes=SystemProcesses(), env=dict(os.environ), shell="/bin/bash")
    guard = exec_gate(confined, os.environ["PATH"]) if isinstance(confined, RuleBook) else None
    sandbox = confined if isinstance(confined, Bubblewrap) else None
    plugs = (command_tools(settings, guard=guard), network_approvals())
    parts = Parts(journal=journal, plugs=plugs, sandbox=sandbox)
    with trio.fail_after(30):
        async with open_session(model, attrs.evolve(options, cwd=str(cwd)), parts) as session:
            news = session.events()
            await session.submit("go")
            async for each in news:
                assert isinstance(each, Envelope)
                event = each.event
                if isinstance(event, ApprovalRequested):
                    await session.answer(event.approval_id, answers[event.approval_kind])
                if isinstance(event, TurnCompleted | TurnAborted):
                    break
    assert fold(journal.appended) == session.state
    return [each.event for each in journal.appended]


FREE = SessionOptions(approval_policy="never", sandbox_mode="danger-full-access")
ASKING = SessionOptions(approval_policy="on-request", sandbox_mode="workspace-write")
NO_ANSWERS: Mapping[str, str] = {}


@pytest.mark.slow
@pytest.mark.covers("D2", "D3", "D5")
def test_a_host_that_the_user_denies_is_refused_and_rejects_the_call(tmp_path: Path) -> None:
    """A real client is told `not_allowed` by the proxy, and the model that its call was rejected by the user."""
    asks = CallTool("shell", {"command": [sys.executable, "-c", ASKS_FOR_A_HOST]})
    model = ScriptedModel([[asks], [Say("done")]])
    log = trio.run(session_of, model, tmp_path, {"exec": "approved", "network": "denied"}, ASKING)
    network = (NetworkOutcomeRecorded, NetworkDecisionMade, NetworkAccessRefused)
    assert list(network) == [type(event) for event in log if isinstance(event, network)]
    (output,) = (event for event in log if isinstance(event, ToolCallOutput))
    assert ("rejected by user", False) == (output.output, output.success)


@pytest.mark.slow
@pytest.mark.covers("C4", "F6")
def test_abort_as_the_answer_about_a_host_interrupts_the_turn(tmp_path: Path) -> None:
    """The user's `abort` resolves nothing: the host is denied once the turn is over, and not before (F6)."""
    asks = CallTool("shell", {"command": [sys.executable, "-c", ASKS_FOR_A_HOST]})
    model = ScriptedModel([[asks], [Say("never")]])
    log = trio.run(session_of, model, tmp_path, {"exec": "approved", "network": "abort"}, ASKING)
    assert 1 == len(model.requests)
    kinds = [
        type(event) for event in log if isinstance(event, TurnAborted | NetworkDecisionMade | ToolCallOutput)
    ]
    assert [TurnAborted, NetworkDecisionMade] == kinds


@pytest.mark.slow
def test_a_process_outlives_its_turn_and_ends_with_the_session(tmp_path: Path) -> None:
    """`exec_command` answers after its yield time; at shutdown the process is killed, and the log says so."""
    model = ScriptedModel(
        [[CallTool("exec_command", {"cmd": "sleep 600", "yield_time_ms": 250})], [Say("done")]]
    )
    log = trio.run(session_of, model, tmp_path, NO_ANSWERS, FREE)
    places = [type(event) for event in log if isinstance(event, ExecBegan | TurnCompleted | ExecEnded)]
    assert [ExecBegan, TurnCompleted, ExecEnded] == places
    assert isinstance(log[-1], ShutdownCompleted)


@pytest.mark.slow
def test_a_patch_run_like_a_program_is_applied_as_a_patch(tmp_path: Path) -> None:
    """A shell command that is nothing but `apply_patch` starts no process and changes the file."""
    patch = "*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch"
    command = f"apply_patch <<'EOF'\n{patch}\nEOF"
    model = ScriptedModel([[CallTool("shell_command", {"command": command})], [Say("done")]])
    log = trio.run(session_of, model, tmp_path, NO_ANSWERS, FREE)
    assert "hello\n" == (tmp_path / "a.txt").read_text()
    assert [] == [event for event in log if isinstance(event, ExecBegan)]
    assert 1 == len([event for event in log if isinstance(event, DiffUpdated)])


@pytest.mark.slow
@pytest.mark.covers("D3")
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap on this machine")
def test_a_command_without_network_reaches_the_proxy_and_nothing_else(tmp_path: Path) -> None:
    """In bubblewrap with an empty network a real client is answered by the proxy; past it there is no way."""
    asks = CallTool("shell", {"command": [sys.executable, "-c", ASKS_FOR_A_HOST]})
    past = "import socket; socket.create_connection(('1.1.1.1', 80), timeout=2)"
    escapes = CallTool("shell", {"command": [sys.executable, "-c", past]})
    model = ScriptedModel([[asks], [escapes], [Say("done")]])
    sandbox = Bubblewrap(mode="workspace-write", workspace=str(tmp_path))
    answers = {"exec": "denied", "network": "denied"}
    log = trio.run(session_of, model, tmp_path, answers, ASKING, sandbox)
    began = [event.sandbox for event in log if isinstance(event, ExecBegan)]
    assert ["bubblewrap", "bubblewrap"] == began
    assert 1 == len([event for event in log if isinstance(event, NetworkAccessRefused)])
    codes = [event.exit_code for event in log if isinstance(event, ExecEnded)]
    assert [0, 1] == codes


@pytest.mark.slow
@pytest.mark.covers("E1", "E2")
@pytest.mark.parametrize(("decision", "code", "made"), [("approved", 0, True), ("denied", 126, False)])
def test_a_program_inside_a_shell_is_stopped_and_asked_about(
    tmp_path: Path, decision: str, code: int, made: bool
) -> None:
    """A rule that wants `touch` asked about holds inside a shell command; the answer decides whether it runs."""
    rule = PrefixRule(pattern=(("touch",),), decision=Decision.PROMPT)
    # Hidden from whoever only reads the command: the shell puts the name together.
    command = "name=touch; $name made"
    model = ScriptedModel([[CallTool("shell_command", {"command": command})], [Say("done")]])
    answers = {"exec": "approved", "intercepted": decision}
    log = trio.run(session_of, model, tmp_path, answers, ASKING, RuleBook(Ruleset(rules=(rule,))))
    assert made == (tmp_path / "made").exists()
    assert [code] == [event.exit_code for event in log if isinstance(event, ExecEnded)]
    assert 1 == len([event for event in log if isinstance(event, ExecIntercepted)])
