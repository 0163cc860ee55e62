"""Deterministic stand-ins for the ports: what a test or an explored schedule runs the engine on."""

from turnfold.core.engine.fakes.clock import CountedIds, TrioClock
from turnfold.core.engine.fakes.desk import BookDesk
from turnfold.core.engine.fakes.files import NoFiles
from turnfold.core.engine.fakes.journal import MemoryJournal
from turnfold.core.engine.fakes.model import (
    CallTool,
    Emit,
    End,
    Fail,
    Gate,
    Pause,
    Say,
    ScriptedModel,
    Step,
    Think,
    WaitAt,
)
from turnfold.core.engine.fakes.processes import (
    FakeProcess,
    FakeProcesses,
    Program,
    hanging,
    printing,
)
from turnfold.core.engine.fakes.reviewer import ScriptedReviewer

__all__ = [
    "BookDesk",
    "CallTool",
    "CountedIds",
    "Emit",
    "End",
    "Fail",
    "FakeProcess",
    "FakeProcesses",
    "Gate",
    "MemoryJournal",
    "NoFiles",
    "Pause",
    "Program",
    "Say",
    "ScriptedModel",
    "ScriptedReviewer",
    "Step",
    "Think",
    "TrioClock",
    "WaitAt",
    "hanging",
    "printing",
]
