"""A turn at work."""

from turnfold.core.engine.turn.desk import IllegalStep, SessionDesk, TurnDesk
from turnfold.core.engine.turn.hooks import PermissionPort, TurnHooks
from turnfold.core.engine.turn.kit import Kit
from turnfold.core.engine.turn.task import TurnTask

__all__ = ["IllegalStep", "Kit", "PermissionPort", "SessionDesk", "TurnDesk", "TurnHooks", "TurnTask"]
