"""Models: what a request is made of, when it is made again, and the clients that make it."""

from turnfold.core.engine.models.prompt import ABORTED, IMAGE_LEFT_OUT, normalize
from turnfold.core.engine.models.responses import ResponsesModel
from turnfold.core.engine.models.retry import Backoff
from turnfold.core.engine.models.script import ScriptError, load_script

__all__ = [
    "ABORTED",
    "Backoff",
    "IMAGE_LEFT_OUT",
    "ResponsesModel",
    "ScriptError",
    "load_script",
    "normalize",
]
