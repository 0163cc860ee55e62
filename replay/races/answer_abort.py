"""The answer to an approval meets an abort."""

from turnfold.core.engine.fakes import CallTool
from turnfold.core.results import Done
from turnfold.events import ApprovalRequested, ApprovalResolved
from turnfold.replay.lab import Lab, race


@race("answer-abort", {"go": [[CallTool("shell_command", {"command": "make"})]]})
async def answer_abort(lab: Lab) -> None:
    """One client interrupts while another answers: an answer that is accepted is in the log, a refused one is not."""
    told: list[object] = []

    async def approve() -> None:
        told.append(await lab.answer("approved"))

    await lab.begin()
    await lab.seen(ApprovalRequested)
    await lab.race(user=lab.interrupt, approver=approve)
    if told:
        resolved = any(isinstance(envelope.event, ApprovalResolved) for envelope in lab.journal.appended)
        assert resolved is isinstance(told[0], Done)
