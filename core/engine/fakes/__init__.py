"""Deterministic stand-ins for the ports: what a test or an explored schedule runs the engine on."""

from turnfold.core.engine.fakes.clock import CountedIds, TrioClock
from turnfold.core.engine.fakes.desk import BookDesk

__all__ = ["BookDesk", "CountedIds", "TrioClock"]
