"""The exec gate: commands that are run inside a call's shell are stopped and judged before they run."""

from turnfold.core.engine.gate.stopwatch import Stopwatch

__all__ = ["Stopwatch"]
