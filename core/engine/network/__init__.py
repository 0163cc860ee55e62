"""Network approvals at work: the service that decides about hosts, and the judges that it asks."""

from turnfold.core.engine.network.accounts import Recorder
from turnfold.core.engine.network.bench import Bench, Matter, QuestionHooks
from turnfold.core.engine.network.lease import Lease
from turnfold.core.engine.network.proxy import REASON, REASON_HEADER, Decides, Proxy
from turnfold.core.engine.network.question import CHOICES, Question, RuleSink, Verdict, Waiter
from turnfold.core.engine.network.service import (
    NetworkService,
    Spawn,
    Standing,
    ask_about_all,
    no_environment,
)

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
]
