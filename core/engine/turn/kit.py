"""What the turns of a session have in common."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import attrs

from turnfold.core.approvals import parse_policy
from turnfold.core.engine.approvals import Services, Terms
from turnfold.core.engine.history import History
from turnfold.core.engine.hooks import Hooks
from turnfold.core.engine.kernel import Kernel
from turnfold.core.engine.models import Backoff
from turnfold.core.engine.options import SessionOptions
from turnfold.core.engine.ports import Journal, JournalError, Model, Sandbox, Tool
from turnfold.core.hooks import StartSource
from turnfold.core.state import State

Settler = Callable[[str], Awaitable[None]]


@attrs.define(eq=False)
class Kit:
    """The parts that a turn works with."""

    kernel: Kernel
    options: SessionOptions
    model: Model
    tools: dict[str, Tool]
    history: History
    hooks: Hooks | None
    sandbox: Sandbox | None
    journal: Journal
    backoff: Backoff
    services: Services = attrs.field(factory=Services)
    start_source: StartSource | None = "startup"
    """Why SessionStart hooks are still to be run in the next turn; None when they were."""
    settlers: list[Settler] = attrs.field(factory=list[Settler])
    """Withdraw what is still asked for a turn that is about to complete."""
    transcript_shown: bool = False
    """Whether the journal's file is there for sure."""

    def terms(self, state: State) -> Terms:
        """The terms on which a turn that starts in *state* runs its calls."""
        settings = state.settings
        return Terms(
            policy=parse_policy(settings.approval_policy or self.options.approval_policy),
            sandbox_mode=settings.sandbox_mode or self.options.sandbox_mode,
            sandbox=self.sandbox,
            approvals_reviewer=settings.approvals_reviewer or self.options.approvals_reviewer,
            profile=self.options.profile,
        )

    async def show_transcript(self) -> None:
        """Have the journal's file there, which is made late where nothing was said yet: hooks may read it (B1)."""
        if not self.transcript_shown:
            with suppress(JournalError):
                await self.journal.flush()
            self.transcript_shown = True
