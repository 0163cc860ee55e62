"""A session goes on behind what Codex wrote into its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.engine.running import OPTIONS, run
from turnfold.core.engine import Parts, open_session
from turnfold.core.engine.fakes import Say, ScriptedModel, TrioClock
from turnfold.core.results import Done, Started
from turnfold.replay import Resumed, read_back, verify
from turnfold.rollouts.recorder import Recorder

BEGUN_US = 1_780_304_400_000_000

PARTS: dict[str, Any] = {"role": "user", "content": [{"type": "input_text", "text": "to Codex"}]}
ANSWER: dict[str, Any] = {"role": "assistant", "content": [{"type": "output_text", "text": "from Codex"}]}
CODEX: tuple[tuple[str, dict[str, Any]], ...] = (
    ("event_msg", {"type": "task_started", "turn_id": "theirs", "model_context_window": 1000}),
    (
        "turn_context",
        {
            "turn_id": "theirs",
            "cwd": "/work",
            "approval_policy": "never",
            "sandbox_policy": {"type": "read-only"},
            "model": "m",
        },
    ),
    ("response_item", {"type": "message", **PARTS}),
    ("event_msg", {"type": "user_message", "message": "to Codex", "images": []}),
    ("event_msg", {"type": "agent_message", "message": "from Codex"}),
    ("response_item", {"type": "message", **ANSWER}),
    ("event_msg", {"type": "task_complete", "turn_id": "theirs", "last_agent_message": "from Codex"}),
)
"""A turn as Codex appends it to a log without ordinals."""


def append(path: Path) -> None:
    """Let Codex have a turn."""
    with path.open("a", encoding="utf-8") as file:
        for second, (kind, payload) in enumerate(CODEX):
            at = f"2026-06-01T10:00:{second:02}.000Z"
            file.write(json.dumps({"timestamp": at, "type": kind, "payload": payload}) + "\n")


async def talk(
    path: Path, model: ScriptedModel, text: str, back: Resumed | None = None, rolled_back: int = 0
) -> None:
    """Have one turn with ours in a new log at *path*, or in that which was read back from there."""
    journal = Recorder.create(path) if back is None else Recorder.resume(path)
    parts = Parts(journal=journal, clock=TrioClock(BEGUN_US if back is None else BEGUN_US + 7_200_000_000))
    log, state = ((), None) if back is None else (back.envelopes, back.state)
    async with open_session(model, OPTIONS, parts, verify="live", resume=log, state=state) as session:
        if rolled_back:
            assert isinstance(await session.roll_back(rolled_back), Done)
        started = await session.submit(text)
        assert isinstance(started, Started)
        await session.finished(started.turn_id)


def said(model: ScriptedModel) -> list[str]:
    """The texts of the last request."""
    items: list[Any] = list(model.requests[-1].items)
    return [item["content"][0]["text"] for item in items]


@pytest.mark.covers("G3")
@pytest.mark.findings(
    "TF322", "TF323", always=False, why="what Codex wrote is given to the rules as if a session of ours had"
)
@pytest.mark.parametrize(
    ("rolled_back", "expected"),
    [
        (0, ["one", "first", "to Codex", "from Codex", "two"]),
        (1, ["one", "first", "two"]),
        (2, ["two"]),
    ],
)
def test_ours_goes_on_behind_codex(tmp_path: Path, rolled_back: int, expected: list[str]) -> None:
    """The model is given each message of Codex's turn once, and a rollback takes that turn for one of the user's."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        model = ScriptedModel([[Say("first")], [Say("second")]])
        await talk(path, model, "one")
        append(path)
        await talk(path, model, "two", read_back(path), rolled_back)
        assert expected == said(model)

    run(main)
    assert () == verify(path).findings
