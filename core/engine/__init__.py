"""The engine: a session that runs. The only part of `core` that knows trio."""

from turnfold.core.engine.actor import Verifier
from turnfold.core.engine.feed import BUFFER, News, Streamed, Subscription
from turnfold.core.engine.opening import Parts, SessionFailed, open_session
from turnfold.core.engine.options import SessionOptions
from turnfold.core.engine.session import Session, UnexpectedResult
from turnfold.core.engine.system import NoJournal, RandomIds, WallClock

__all__ = [
    "BUFFER",
    "News",
    "NoJournal",
    "Parts",
    "RandomIds",
    "Session",
    "SessionFailed",
    "SessionOptions",
    "Streamed",
    "Subscription",
    "UnexpectedResult",
    "Verifier",
    "WallClock",
    "open_session",
]
