"""Confinement of commands: bubblewrap on Linux, and an honest refusal where there is none."""

from turnfold.core.engine.sandbox.bubblewrap import Bubblewrap
from turnfold.core.engine.sandbox.denial import likely_denied
from turnfold.core.engine.sandbox.detection import Unavailable, find_sandbox

__all__ = ["Bubblewrap", "Unavailable", "find_sandbox", "likely_denied"]
