"""The session that `turnfold demo` runs, records, judges and explains."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from turnfold.events import (
    AbortBegan,
    ApprovalDropped,
    ApprovalRequested,
    Event,
    ExecBegan,
    HookCompleted,
    HookStarted,
    ToolCallClosed,
    ToolCallOutput,
    TurnAborted,
)
from turnfold.replay import Verdict, read_back, verify
from turnfold.tools.livedemo import record

EXTRAS = ("h11", "httpx", "httpx_sse", "starlark")
WITHOUT_EXTRAS = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRAS!r}))
from turnfold.tools.cli import main
sys.exit(main(["demo"]))
"""
STORY: tuple[type[Event], ...] = (
    ApprovalRequested,
    HookStarted,
    HookCompleted,
    AbortBegan,
    ToolCallClosed,
    ToolCallClosed,
    TurnAborted,
    ApprovalDropped,
)


@pytest.mark.covers("C3", "F6", "F12")
def test_a_hook_interrupts_while_a_person_is_asked(tmp_path: Path) -> None:
    """Real programs, a real log: the order is the promised one, and the denied command never ran."""
    path = record(tmp_path)
    events = [envelope.event for envelope in read_back(path).envelopes]
    kinds = (*STORY, ToolCallOutput, ExecBegan)
    assert list(STORY) == [type(event) for event in events if isinstance(event, kinds)]
    assert Verdict.VALID is verify(path).verdict


def test_the_demo_needs_no_extra_package() -> None:
    """With the base dependencies alone the tour is whole, the session included."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT_EXTRAS], capture_output=True, text=True, check=False
    )
    assert ("", 0) == (done.stderr, done.returncode)
    assert "Turn 0 was interrupted by a hook" in done.stdout
    assert "the question was withdrawn" in done.stdout
