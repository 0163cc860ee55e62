"""What the engine needs of the world, as protocols: time, ids, journal, model, processes, tools, reviewer."""

from turnfold.core.engine.ports.background import Background
from turnfold.core.engine.ports.clock import Clock, Ids
from turnfold.core.engine.ports.desk import Desk, TurnOver
from turnfold.core.engine.ports.journal import Journal, JournalError
from turnfold.core.engine.ports.model import (
    Delta,
    Item,
    ItemBegan,
    ItemDone,
    Model,
    ModelError,
    ModelEvent,
    ModelRequest,
    ResponseDone,
)
from turnfold.core.engine.ports.process import Chunk, Command, Process, ProcessError, Processes
from turnfold.core.engine.ports.reviewer import Judgement, Reviewer, ReviewFailed, ReviewRequest
from turnfold.core.engine.ports.tool import (
    Action,
    Attempt,
    NetworkLease,
    Sandbox,
    SandboxDenial,
    Stopwatch,
    Tool,
    ToolCall,
    ToolFailed,
    ToolFatal,
    ToolInterrupted,
    ToolResult,
)

__all__ = [
    "Action",
    "Attempt",
    "Background",
    "Chunk",
    "Clock",
    "Command",
    "Delta",
    "Desk",
    "Ids",
    "Item",
    "ItemBegan",
    "ItemDone",
    "Journal",
    "JournalError",
    "Judgement",
    "Model",
    "ModelError",
    "ModelEvent",
    "ModelRequest",
    "NetworkLease",
    "Process",
    "ProcessError",
    "Processes",
    "ResponseDone",
    "ReviewFailed",
    "ReviewRequest",
    "Reviewer",
    "Sandbox",
    "SandboxDenial",
    "Stopwatch",
    "Tool",
    "ToolCall",
    "ToolFailed",
    "ToolFatal",
    "ToolInterrupted",
    "ToolResult",
    "TurnOver",
]
