"""U10: a task that raises leaves its turn without an end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.races import ended, slow
from turnfold.core.engine.causes import in_words
from turnfold.core.engine.fakes import Fail, Say
from turnfold.core.engine.kernel import Kernel
from turnfold.core.engine.turn import TurnTask
from turnfold.core.engine.yard import Running
from turnfold.events import MessageRecorded, WarningRaised
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, Play, race

_guarded = vars(TurnTask)["_guarded"]


async def guarded(task: Any) -> Mapping[str, object] | None:
    """Look out for errors in the work of a turn; not in what is done about input of the last moment."""
    if not task._opened:
        error: Mapping[str, object] | None = await _guarded(task)
        return error
    await task._work()
    return None


def crashed(kernel: Any, running: Running, error: Exception) -> None:
    """Warn, and leave it at that."""
    kernel._note(WarningRaised(message=f"{running.effect_id} failed: {in_words(error)}"))


PLAY: Play = {"go": [[Say("so")], [Fail()]]}


@race("steer-finish-error", PLAY)
async def steer_finish_error(lab: Lab) -> None:
    """A steer that makes the model fail meets the natural end of a turn."""
    with unexplored():
        await lab.begin()
        await lab.seen(MessageRecorded)
    await lab.race(user=slow(lab.steer))
    await ended(lab)


MUTANT = Mutant(
    name="task-ends-silently",
    hazards=("U10",),
    about="An error in the answer to input that came at the last moment ends the task, and the turn stays open.",
    race=steer_finish_error,
    patches=(Patch(TurnTask, "_guarded", guarded), Patch(Kernel, "_crashed", crashed)),
)
