"""What every event is: a frozen value that says one thing happened."""

from collections.abc import Mapping
from typing import ClassVar

import attrs


@attrs.frozen(kw_only=True, repr=False)
class Part:
    """A frozen value with named fields that keeps the fields it does not know.

    One `__repr__` serves all: to generate a hundred of them takes longer than to verify a small file.
    """

    extra: Mapping[str, object] = attrs.field(factory=dict[str, object], hash=False)
    """Fields that this version does not know, as plain JSON values; they are written back as they came."""

    def __repr__(self) -> str:
        """Name the class and the fields that hold something: `TurnStarted(turn_id='a')`."""
        told = [(field.name, getattr(self, field.name)) for field in attrs.fields(type(self))]
        held = ", ".join(f"{name}={value!r}" for name, value in told if value not in (None, {}, ()))
        return f"{type(self).__name__}({held})"


@attrs.frozen(kw_only=True, repr=False)
class Event(Part):
    """Something that happened in a session. Who, when and in which order is said by the envelope.

    The second paragraph of each class says where the event comes from: `rollout` names record type and tag in
    a Codex rollout file, `app-server` a method of its JSON-RPC protocol, `own log` what our engine writes.
    """

    kind: ClassVar[str]
    """Tag of the class in our own log: the class name in snake case. Unique, and never reused."""

    version: ClassVar[int] = 1
    """Version of the fields. Raised, with an upcaster, whenever an older payload would mean otherwise."""
