"""U4: whoever waits for the end of a task begins to wait too late."""

from __future__ import annotations

from typing import Any

import trio

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.races import interrupt_work
from turnfold.core.engine.yard import Running, Yard
from turnfold.replay.races import second_interrupt


async def unwind(yard: Any, turn_id: str | None, grace_s: float) -> list[Running]:
    """Wait to be notified of each end; who ends before the wait for it begins notifies nobody."""
    left = yard.of(turn_id)
    await trio.lowlevel.checkpoint()
    with trio.move_on_after(grace_s):
        while left:
            if left[0].done.is_set():
                await trio.sleep_forever()
            await left[0].done.wait()
            left = left[1:]
    for each in left:
        each.abandoned = True
    return list(left)


MUTANT = Mutant(
    name="end-missed",
    hazards=("U4",),
    about="The wait for a task's end is a notification that is missed if the task ends just before.",
    race=interrupt_work,
    shipped=second_interrupt,
    patches=(Patch(Yard, "unwind", unwind),),
)
