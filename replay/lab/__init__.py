"""Sessions of the engine under exploration.

A `Race` is a scenario for `turnfold.replay.explore`: it opens a session on fakes, lets its clients act at once, and
judges each schedule by the rules that judge files, by the linearizability of the clients' requests, and by what a
reader of its events saw.

    @race("two-steers", {"go": [[Say("so")]]})
    async def two_steers(lab: Lab) -> None:
        "Two clients steer at once."
        await lab.begin()
        await lab.race(one=lambda: lab.steer("left"), other=lambda: lab.steer("right"))

    print(explore(two_steers, Pct(3), budget=1000))
"""

from __future__ import annotations

from turnfold.replay.lab.cast import (
    PLAIN_TOOLS,
    LabJournal,
    Log,
    Play,
    Shell,
    denial,
    hooks_on,
    kept_logs,
    stubborn,
    work,
)
from turnfold.replay.lab.coverage import Coverage, Move, moves_of, moves_with
from turnfold.replay.lab.judging import Outcome, Violated, code_of
from turnfold.replay.lab.lab import Lab
from turnfold.replay.lab.network import network
from turnfold.replay.lab.race import CANCELLED, GIVEN_UP, OPTIONS, QUEUEING, SUFFIXES, Body, Race, race
from turnfold.replay.lab.rollout import logs_of, rollout_bytes, write_rollouts

__all__ = [
    "Body",
    "CANCELLED",
    "Coverage",
    "GIVEN_UP",
    "Lab",
    "LabJournal",
    "Log",
    "Move",
    "OPTIONS",
    "Outcome",
    "PLAIN_TOOLS",
    "Play",
    "QUEUEING",
    "Race",
    "SUFFIXES",
    "Shell",
    "Violated",
    "code_of",
    "denial",
    "hooks_on",
    "kept_logs",
    "logs_of",
    "moves_of",
    "moves_with",
    "network",
    "race",
    "rollout_bytes",
    "stubborn",
    "work",
    "write_rollouts",
]
