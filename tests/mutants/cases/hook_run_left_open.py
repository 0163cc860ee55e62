"""Hazard 7: a hook that started and never ends."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, rows, staying
from tests.mutants.races import interrupt_stop_hook
from turnfold.events import HookStarted
from turnfold.replay.races import steer_interrupt_stop_hook

MUTANT = Mutant(
    name="hook-run-left-open",
    hazards=("H7",),
    about="An abort closes the hook runs that it knew of when it began; one that starts behind that gets no end.",
    race=interrupt_stop_hook,
    shipped=steer_interrupt_stop_hook,
    # A run that starts late is recorded, and not entered among those that are open.
    patches=(rows(staying(HookStarted)),),
)
