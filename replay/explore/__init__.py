"""Exploring the interleavings of a trio program: every schedule up to a bound, or random ones with a bound.

    >>> import trio
    >>> from turnfold.replay.explore import explore
    >>> async def lost_update():
    ...     total = 0
    ...     async def add():
    ...         nonlocal total
    ...         seen = total
    ...         await trio.lowlevel.checkpoint()
    ...         total = seen + 1
    ...     async with trio.open_nursery() as nursery:
    ...         nursery.start_soon(add)
    ...         nursery.start_soon(add)
    ...     assert total == 2, "an update was lost"
    >>> failure = explore(lost_update).failure
    >>> failure.text
    'AssertionError: an update was lost'
    >>> len(failure.tape.deviations)
    1

Works on any async function without parameters that waits by means of trio alone; nothing of turnfold has to be in it.
`docs/exploring.md` says what is explored, and what is not. Importing this needs a trio whose inside is known.
"""

from __future__ import annotations

from turnfold.replay.explore.beside import agreement, parting, side_by_side
from turnfold.replay.explore.cancellations import EveryCancellation
from turnfold.replay.explore.clock import VirtualClock
from turnfold.replay.explore.comparing import Check, first_difference, held_back, judged, signature
from turnfold.replay.explore.explorer import Exploration, Failure, Replayed, explore, replay
from turnfold.replay.explore.frames import only_one, user_frames
from turnfold.replay.explore.inside import UnsupportedTrio
from turnfold.replay.explore.listening import Refused
from turnfold.replay.explore.naming import STRATEGY_FORMS, strategy_of
from turnfold.replay.explore.nearest import Nearest, Neighbour, nearest_passing
from turnfold.replay.explore.parallel import WorkerFailed, explore_in_workers
from turnfold.replay.explore.picture import Step, pictured, steps_of
from turnfold.replay.explore.places import Place
from turnfold.replay.explore.quiet import unexplored
from turnfold.replay.explore.runs import Cancel, Chooser, Deviation, Plan, Run, StepDetail
from turnfold.replay.explore.scenario import name_of
from turnfold.replay.explore.shrink import Shrunk, shrink
from turnfold.replay.explore.stage import Campaign, Limits, Scenario, leaves, perform
from turnfold.replay.explore.strategies import DelayBounded, Pct, RandomWalk, Replay, RoundRobin
from turnfold.replay.explore.strategy import Divisible, Rank, Share, Strategy
from turnfold.replay.explore.tally import Tally
from turnfold.replay.explore.tape import BadToken, Tape, decode, encode, fingerprint, scenario_of, tape_of
from turnfold.replay.explore.watching import Watch
from turnfold.replay.explore.worker import NotLoadable, load_scenario

__all__ = [
    "BadToken",
    "Campaign",
    "Cancel",
    "Check",
    "Chooser",
    "DelayBounded",
    "Deviation",
    "Divisible",
    "EveryCancellation",
    "Exploration",
    "Failure",
    "Limits",
    "Nearest",
    "Neighbour",
    "NotLoadable",
    "Pct",
    "Place",
    "Plan",
    "RandomWalk",
    "Rank",
    "Refused",
    "Replay",
    "Replayed",
    "RoundRobin",
    "Run",
    "STRATEGY_FORMS",
    "Scenario",
    "Share",
    "Shrunk",
    "Step",
    "StepDetail",
    "Strategy",
    "Tally",
    "Tape",
    "UnsupportedTrio",
    "VirtualClock",
    "Watch",
    "WorkerFailed",
    "agreement",
    "decode",
    "encode",
    "explore",
    "explore_in_workers",
    "fingerprint",
    "first_difference",
    "held_back",
    "judged",
    "leaves",
    "load_scenario",
    "name_of",
    "nearest_passing",
    "only_one",
    "parting",
    "perform",
    "pictured",
    "replay",
    "scenario_of",
    "shrink",
    "side_by_side",
    "signature",
    "steps_of",
    "strategy_of",
    "tape_of",
    "unexplored",
    "user_frames",
]
