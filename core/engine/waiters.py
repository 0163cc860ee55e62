"""Waiters: whoever waits for the answer to a question."""

import trio

from turnfold.events import ApprovalResolved


class Waiters:
    """Open waits by approval id. One that is dropped is never woken: its task is being cancelled.

    A wait that is cancelled alone is forgotten; its question stays open until somebody answers or drops it.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, trio.Event] = {}
        self._answers: dict[str, ApprovalResolved] = {}

    def register(self, approval_id: str) -> None:
        """Be ready for the answer, before the question can be seen."""
        self._waiting[approval_id] = trio.Event()

    async def wait(self, approval_id: str) -> ApprovalResolved:
        """Wait for the answer."""
        try:
            await self._waiting[approval_id].wait()
            return self._answers[approval_id]
        finally:
            self.drop(approval_id)

    def release(self, answer: ApprovalResolved) -> None:
        """Wake whoever waits for it."""
        event = self._waiting.get(answer.approval_id)
        if event is not None:
            self._answers[answer.approval_id] = answer
            event.set()

    def drop(self, approval_id: str) -> None:
        """Forget the wait."""
        self._waiting.pop(approval_id, None)
        self._answers.pop(approval_id, None)
