"""Programs on this machine: the real `Processes`, and what keeps the output of one within bounds."""

from turnfold.core.engine.process.output import HeadTail, OutputCapture, Spill
from turnfold.core.engine.process.system import SystemProcesses

__all__ = ["HeadTail", "OutputCapture", "Spill", "SystemProcesses"]
