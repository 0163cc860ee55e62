"""A verifier that objects ends the session, at whatever event it objects."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pytest
import trio.testing

from tests.core.engine.running import OPTIONS, nap, run
from turnfold.core.engine import Parts, SessionFailed, open_session
from turnfold.core.engine.fakes import CallTool, CountedIds, MemoryJournal, Say, ScriptedModel, TrioClock
from turnfold.events import (
    Envelope,
    Event,
    ModelRequestStarted,
    SessionConfigured,
    ShutdownBegan,
    ShutdownCompleted,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
)


class Objection(Exception):
    """What the verifier raises."""


@attrs.frozen
class Objects:
    """A verifier that objects to one kind of event."""

    kind: type[Event]

    def recall(self, log: Iterable[Envelope]) -> None:
        """Nothing is recalled."""

    def observe(self, envelope: Envelope) -> None:
        """Object to the kind."""
        if isinstance(envelope.event, self.kind):
            raise Objection(self.kind.__name__)

    def finish(self) -> None:
        """Nothing is left to say."""


@pytest.mark.findings("TF306", "TF402", "TF204", why="the session breaks off at the objection", always=False)
@pytest.mark.parametrize(
    "kind",
    [
        SessionConfigured,
        TurnStarted,
        ModelRequestStarted,
        TurnCompleted,
        TurnAborted,
        ShutdownBegan,
        ShutdownCompleted,
    ],
)
def test_an_objection_ends_the_session_whenever_it_comes(kind: type[Event]) -> None:
    """The caller is told by SessionFailed and never hangs; the journal is closed with what was recorded."""

    async def main() -> None:
        model = ScriptedModel([[Say("done")], [CallTool("nap", {"seconds": 60})]])
        journal = MemoryJournal()
        parts = Parts(tools=(nap,), journal=journal, clock=TrioClock(), ids=CountedIds())
        with pytest.raises(SessionFailed, match=kind.__name__):
            await lived(model, parts, Objects(kind))
        assert journal.closed

    run(main)


async def lived(model: ScriptedModel, parts: Parts, verifier: Objects) -> None:
    """Run a turn that completes and one that is interrupted, and shut down."""
    async with open_session(model, OPTIONS, parts, verify=verifier) as session:
        for interrupted in (False, True):
            await session.submit("go")
            turn = session.state.turn
            if interrupted:
                await trio.testing.wait_all_tasks_blocked()
                await session.interrupt()
            await session.finished("" if turn is None else turn.turn_id)
