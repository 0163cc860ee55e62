"""Network approvals at work: the service that decides about hosts, and the judges that it asks.

The names of the proxy are loaded when they are first asked for: it alone needs the package h11.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from turnfold.core.engine.network.accounts import Recorder
from turnfold.core.engine.network.bench import Bench, Matter, QuestionHooks
from turnfold.core.engine.network.lease import Lease
from turnfold.core.engine.network.question import CHOICES, Question, RuleSink, Verdict, Waiter
from turnfold.core.engine.network.service import (
    NetworkService,
    Spawn,
    Standing,
    ask_about_all,
    no_environment,
)
from turnfold.core.engine.network.withdrawal import runs_on, withdrawal

if TYPE_CHECKING:
    from turnfold.core.engine.network.proxy import REASON, REASON_HEADER, Decides, Proxy

__all__ = [
    "Bench",
    "CHOICES",
    "Decides",
    "Lease",
    "Matter",
    "NetworkService",
    "Proxy",
    "Question",
    "QuestionHooks",
    "REASON",
    "REASON_HEADER",
    "Recorder",
    "RuleSink",
    "Spawn",
    "Standing",
    "Verdict",
    "Waiter",
    "ask_about_all",
    "no_environment",
    "runs_on",
    "withdrawal",
]


if not TYPE_CHECKING:  # a type checker that saw it would let any name pass

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module("turnfold.core.engine.network.proxy"), name)
