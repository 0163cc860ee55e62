"""Twins: Codex records a message once for the model and once for clients, in either order; our log has items too."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

REMEMBERED = 8
"""Messages of one form that may wait for their twins; in files there is at most one, by the same speaker."""


class Form(Enum):
    """The forms of a message, of which a log has two."""

    FOR_MODEL = auto()
    FOR_CLIENTS = auto()
    AS_ITEM = auto()


class Twins:
    """Tells the second of two twins from a message that says the same again."""

    def __init__(self) -> None:
        self._waiting = {form: deque[tuple[str, int]](maxlen=REMEMBERED) for form in Form}

    def is_second(self, form: Form, speaker: str, text: str) -> bool:
        """Whether this message is the twin of one that came before in another form."""
        key = (speaker, hash(text))
        for other, waiting in self._waiting.items():
            if other is not form and key in waiting:
                waiting.remove(key)
                return True
        self._waiting[form].append(key)
        return False

    def forget(self) -> None:
        """A turn has begun or ended: no twin stands on the other side of that."""
        for waiting in self._waiting.values():
            waiting.clear()
