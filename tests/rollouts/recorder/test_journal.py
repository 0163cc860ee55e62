"""The recorder is what the engine takes for a journal."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from tests.rollouts.recorder.logs import SHORT, events_in
from turnfold.core.engine.ports import Journal, JournalError
from turnfold.events import Envelope, ToolCallOutput
from turnfold.rollouts.recorder import Recorder
from turnfold.rollouts.recorder.wire import lines_of


@pytest.mark.covers("G1")
def test_a_recorder_is_a_journal(tmp_path: Path) -> None:
    """It fits the port, and its failure is the port's; an event is in the file when its commit returns."""
    path = tmp_path / "log.jsonl"

    async def main() -> None:
        journal: Journal = Recorder.create(path)
        for count, envelope in enumerate(SHORT, start=1):
            journal.append(envelope)
            await journal.commit()
            assert [item.event for item in SHORT[:count]] == events_in(path.read_bytes())
        await journal.aclose()
        journal.append(SHORT[0])
        with pytest.raises(JournalError):
            await journal.flush()

    trio.run(main)


@pytest.mark.parametrize("output", [object(), {"deep": object()}, [object()]])
def test_an_output_that_json_does_not_have_is_kept_as_text(output: object) -> None:
    """Appending never fails, whatever an embedder's tool says."""
    event = ToolCallOutput(call_id="c", call_type="function_call", output=output, turn_id="t")
    envelope = Envelope(session_id="s", seq=1, at_us=0, event=event)
    lines = lines_of(envelope)
    assert 1 == len(lines)
    assert b"object object" in lines[0]
