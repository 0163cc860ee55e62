"""Programs on this machine: the real `Processes`, and what keeps the output of one within bounds."""

from turnfold.core.engine.process.output import BYTES_PER_TOKEN, HeadTail, OutputCapture, Spill
from turnfold.core.engine.process.system import SystemProcesses

__all__ = ["BYTES_PER_TOKEN", "HeadTail", "OutputCapture", "Spill", "SystemProcesses"]
