"""Tools of the embedder: an async function with typed parameters becomes something that the model can call."""

from turnfold.core.engine.owntools.function import FunctionTool, tool

__all__ = ["FunctionTool", "tool"]
