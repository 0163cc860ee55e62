"""What goes into a turn besides the model's own words: input of the user, mail, contexts of hooks."""

from turnfold.core.engine.ports import Desk
from turnfold.core.engine.turn.hooks import TurnHooks
from turnfold.core.engine.turn.kit import Kit
from turnfold.core.state import PendingInput
from turnfold.events import (
    InputDropped,
    ItemCompleted,
    ItemStarted,
    MailRecorded,
    MessageRecorded,
    UserInputRecorded,
)


class TurnInputs:
    """Takes accepted input into the turn, in the order of its acceptance."""

    def __init__(self, kit: Kit, desk: Desk, hooks: TurnHooks) -> None:
        self._kit = kit
        self._desk = desk
        self._hooks = hooks
        self.unseen: list[str] = []
        """Ids of inputs that are recorded and that no request has given to the model."""

    @property
    def waiting(self) -> list[PendingInput]:
        """Input that this turn is to take."""
        ours = {None, self._desk.turn_id}
        return [entry for entry in self._desk.state.inputs if entry.turn_id in ours]

    async def take(self) -> bool:
        """Record all input that waits, each after its hooks (§2.5/49). Whether the model has something new to read."""
        anything = await self._take_mail()
        while waiting := self.waiting:
            anything |= await self._take(waiting[0])
        return anything

    async def _take(self, entry: PendingInput) -> bool:
        folded = await self._hooks.prompt(entry.text or "")
        if folded.decision is not None:
            dropped = InputDropped(
                input_id=entry.input_id or "", reason="blocked", turn_id=self._desk.turn_id
            )
            await self._desk.record(dropped, *self._contexts(folded.contexts))
            return False
        await self._desk.record(*self._recorded(entry), *self._contexts(folded.contexts))
        if entry.input_id is not None:
            self.unseen.append(entry.input_id)
        return True

    def _recorded(self, entry: PendingInput) -> list[ItemStarted | ItemCompleted | UserInputRecorded]:
        """The item's start and end, then the message itself (F13, §2.3/35)."""
        now_ms, item_id = self._desk.now_us() // 1000, self._desk.new_id("item")
        turn_id = self._desk.turn_id
        start = ItemStarted(
            turn_id=turn_id, item_id=item_id, item_type="UserMessage", text=entry.text, started_at_ms=now_ms
        )
        end = ItemCompleted(
            turn_id=turn_id,
            item_id=item_id,
            item_type="UserMessage",
            text=entry.text,
            started_at_ms=now_ms,
            completed_at_ms=now_ms,
        )
        extra: dict[str, object] = {} if entry.content is None else {"content": entry.content}
        message = UserInputRecorded(message=entry.text, turn_id=turn_id, input_id=entry.input_id, extra=extra)
        return [start, end, message]

    async def _take_mail(self) -> bool:
        """Mail is taken until the final answer is visible; then it waits for the next turn (§1.1 of the upstream)."""
        state = self._desk.state
        mail = () if state.answered else state.mail
        for each in mail:
            await self._desk.record(
                MailRecorded(
                    mail_id=each.mail_id,
                    trigger_turn=each.trigger_turn,
                    sender=each.sender,
                    text=each.text,
                    turn_id=self._desk.turn_id,
                )
            )
        return bool(mail)

    async def add_contexts(self, texts: tuple[str, ...]) -> None:
        """Tell the model what hooks want it to know."""
        if texts:
            await self._desk.record(*self._contexts(texts))

    def _contexts(self, texts: tuple[str, ...]) -> list[MessageRecorded]:
        return [
            MessageRecorded(role="developer", text=text, parts=1, turn_id=self._desk.turn_id)
            for text in texts
        ]

    def seen(self) -> tuple[str, ...]:
        """Ids of the inputs that the request which is about to start gives to the model for the first time."""
        ids, self.unseen = tuple(self.unseen), []
        return ids
