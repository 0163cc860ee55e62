"""The work of `turnfold explore`: what is to be explored, doing it, and its report as a document."""

from turnfold.tools.explore.command import BUDGET, STRATEGY, Request, run
from turnfold.tools.explore.exploring import Interrupted, Onlooker, Wish, explored, seeded
from turnfold.tools.explore.replaying import replayed, rollout_files
from turnfold.tools.explore.targets import Target, all_races, target_for_token, target_of
from turnfold.tools.explore.telling import document_of, interrupted_document

__all__ = [
    "BUDGET",
    "Interrupted",
    "Onlooker",
    "Request",
    "STRATEGY",
    "Target",
    "Wish",
    "all_races",
    "document_of",
    "explored",
    "interrupted_document",
    "replayed",
    "rollout_files",
    "run",
    "seeded",
    "target_for_token",
    "target_of",
]
