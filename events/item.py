"""Events of items: the parts of a turn as the app-server shows them."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class ItemEvent(Event):
    """What the start and the end of an item have in common."""

    turn_id: str | None = None
    """Turn of the item."""

    item_id: str | None = None
    """The item's id, the same at start and end; for a command it is the call's id."""

    item_type: str
    """Type as the source spells it: `userMessage` (app-server), `UserMessage` (rollout)."""

    status: str | None = None
    """`inProgress`, `completed`, `failed` or `declined`, for the types that have one."""

    text: str | None = None
    """Text of a message, or of its first part that has one."""

    started_at_ms: int | None = None
    """Start in unix milliseconds."""

    thread_id: str | None = None
    """Session of the item."""


@attrs.frozen(kw_only=True, repr=False)
class ItemStarted(ItemEvent):
    """An item began.

    app-server `item/started`. Never in a rollout.
    """

    kind: ClassVar[str] = "item_started"


@attrs.frozen(kw_only=True, repr=False)
class ItemCompleted(ItemEvent):
    """An item ended.

    rollout `event_msg` `item_completed` (plans; in paginated files every item); app-server `item/completed`.
    """

    kind: ClassVar[str] = "item_completed"

    completed_at_ms: int | None = None
    """End in unix milliseconds."""
