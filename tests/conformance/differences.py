"""The differences that are known, each with its reason. `docs/conformance.md` shows them."""

from __future__ import annotations

from typing import Final

import attrs

from tests.conformance.hook_scenarios import OTHERS, REQUESTS
from tests.conformance.scenario import Scenario
from tests.conformance.scenarios import APPROVALS, CALLS, PLAIN, RACES

SCENARIOS: Final[tuple[Scenario, ...]] = (*PLAIN, *CALLS, *APPROVALS, *RACES, *REQUESTS, *OTHERS)


@attrs.frozen
class Difference:
    """One way in which ours is not like the release."""

    requirement: str
    """Id in docs/requirements.md."""
    codex: str
    """What the release does."""
    ours: str
    """What ours does, and why."""


DIFFERENCES: Final = {
    "interrupting-denial": Difference(
        "C3",
        "A denial with `interrupt:true` fails the hook run, and the user is asked.",
        "The denial counts and the turn is interrupted, as the source change set has it. With "
        '`SessionOptions(profile="codex")` ours fails the run, too (B3).',
    ),
    "hook-run-closed": Difference(
        "B8",
        "A hook run that dies with its turn has a start and no end.",
        "The run is closed by an event, so that every start has an end.",
    ),
    "abort-is-no-answer": Difference(
        "C4",
        "The answer `cancel` ends the question and the command's item before the turn is aborted.",
        "A user's abort interrupts the turn; the question stands for no decision and is dropped behind "
        "`turn_aborted` (F6).",
    ),
    "interrupted-call": Difference(
        "C3",
        "A call that was interrupted often gets an output that says so, depending on the time.",
        "It never gets one: the log closes it by an event, and the request for the model has `aborted` in "
        "the place of the output.",
    ),
    "steer-cuts-in": Difference(
        "F13",
        "Input for a running turn cuts off what the model is saying, which is lost.",
        "The model says what it has begun; the input goes into the next request.",
    ),
    "command-shown-early": Difference(
        "C1",
        "The item of a command opens when its user is asked, and a declined one is closed as declined.",
        "A command begins when it begins: the question names the call, and what was declined never began.",
    ),
    "rejection-wrapped": Difference(
        "C4",
        "The reason of a rejection reaches the model inside the debug text of an error.",
        "The model is told the reason and nothing else.",
    ),
    "compaction-is-no-item": Difference(
        "G2",
        "A compaction is an item that starts and completes.",
        "It is one event. (The wording of the request and of the summary's frame is each engine's own.)",
    ),
    "hook-prompt-is-no-item": Difference(
        "G2",
        "What a Stop hook tells the model to do is an item for clients, too.",
        "Clients see the hook's own events; the model sees the same message.",
    ),
    "patch-is-no-item": Difference(
        "G2",
        "A patch is an item that starts and completes.",
        "It is one event, `PatchApplied`.",
    ),
    "patch-is-no-command": Difference(
        "C1",
        "A patch inside of a command is answered twice framed, as a command that ran a command.",
        "It is answered as a patch.",
    ),
    "context-behind-output": Difference(
        "A1",
        "What tool hooks add stands between a call and its output.",
        "It stands behind the output, so that a call and its output stay together.",
    ),
    "input-kept": Difference(
        "F13",
        "A message that came with a session which its SessionStart hook stops is recorded nowhere.",
        "It is recorded in the turn that it began: accepted input is never lost.",
    ),
    "compaction-not-made": Difference(
        "F7",
        "A compaction that a hook stops ends its turn as interrupted.",
        "Nobody interrupted it: the turn completes, with a warning, and the history stays.",
    ),
    "own-words": Difference(
        "C1",
        "Under the policy never, a command that asks to leave the sandbox is rejected in the release's words.",
        "It is rejected in words that also say what to do instead.",
    ),
    "parser-words": Difference(
        "C3",
        "Arguments that make no sense are answered in the words of the release's JSON parser.",
        "They are answered in the words of ours, behind the same beginning.",
    ),
}


def shown_by(name: str) -> list[str]:
    """Return the names of the scenarios in which a difference is seen."""
    return [
        scenario.name
        for scenario in SCENARIOS
        if any(hunk.why == name for hunk in (*scenario.heard, *scenario.seen))
    ]
