"""Hazard 5: an interrupted call has no row."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, rows, staying
from tests.mutants.races import interrupt_call
from turnfold.events import ToolCallRequested
from turnfold.replay.races import deny_interrupt_finish

MUTANT = Mutant(
    name="late-call-left-open",
    hazards=("H5",),
    about="An abort closes the calls that it knew of when it began; one that is recorded behind that gets no end.",
    race=interrupt_call,
    shipped=deny_interrupt_finish,
    # A call that comes late is recorded, and not entered among those that are open.
    patches=(rows(staying(ToolCallRequested)),),
)
