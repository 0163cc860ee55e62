"""U9: an event can be seen before it is durable."""

from __future__ import annotations

from typing import Any

import trio

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.races import abort_submit
from turnfold.core.commands import FlushEnded
from turnfold.core.engine.actor import Actor
from turnfold.replay.races import submit_abort


async def flush(actor: Any, turn_id: str) -> None:
    """Flush for an abort, and take what comes meanwhile as flushed with it."""
    await actor._journal.flush()
    while True:
        try:
            asked = actor._receive.receive_nowait()
        except trio.WouldBlock:
            break
        for step in actor._take(asked):
            await actor._release(step)
    actor.post(FlushEnded(turn_id=turn_id, through_seq=actor.state.seq))


MUTANT = Mutant(
    name="seen-before-durable",
    hazards=("U9",),
    about="Commands that come during the flush of an abort are carried out as if that flush held their events.",
    race=abort_submit,
    shipped=submit_abort,
    patches=(Patch(Actor, "_flush", flush),),
)
