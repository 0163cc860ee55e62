"""Two answers meet, and one of them ends the turn."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ApprovalRequested
from turnfold.replay.lab import Lab, race


@race("answer-abort-answer", {"go": [[CallTool("shell_command", {"command": "make"})]]})
async def answer_abort_answer(lab: Lab) -> None:
    """One client answers `abort` while another approves: one of them decides."""
    await lab.begin()
    await lab.seen(ApprovalRequested)
    await lab.race(user=lambda: lab.answer("abort"), approver=lambda: lab.answer("approved"))
