"""How fast `fold` is, beside a bare loop of `attrs.evolve` in the same run: `python tests/bench/fold.py`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import attrs

from turnfold.core import INITIAL, State, fold
from turnfold.events import (
    ApprovalRequested,
    ApprovalResolved,
    Envelope,
    Event,
    MessageRecorded,
    SessionMetaRecorded,
    TokenUsage,
    TokenUsageReported,
    ToolCallOutput,
    ToolCallRequested,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
)

TURNS = 5_000
ROUNDS = 5


def log(turns: int) -> list[Envelope]:
    """Return a log of turns with three calls each, every one of them asked about."""
    events: list[Event] = [SessionMetaRecorded(session_id="s")]
    for turn in range(turns):
        turn_id = f"turn-{turn}"
        events += [TurnStarted(turn_id=turn_id), UserInputRecorded(message="go")]
        for number in range(3):
            call_id = f"{turn_id}-{number}"
            events += [
                ToolCallRequested(call_id=call_id, name="shell", call_type="function_call"),
                ApprovalRequested(approval_id=call_id, call_id=call_id, approval_kind="exec"),
                ApprovalResolved(approval_id=call_id, call_id=call_id, decision="approved"),
                ToolCallOutput(call_id=call_id, call_type="function_call"),
                MessageRecorded(role="assistant", text="done"),
            ]
        events += [
            TokenUsageReported(total=TokenUsage(input_tokens=turn, total_tokens=turn)),
            TurnCompleted(turn_id=turn_id),
        ]
    return [Envelope(seq=seq, event=event) for seq, event in enumerate(events)]


def evolve_only(envelopes: list[Envelope]) -> State:
    """Return the reference: one `attrs.evolve` per event, and nothing else."""
    state = INITIAL
    for envelope in envelopes:
        state = attrs.evolve(state, seq=envelope.seq)
    return state


def seconds(run: Callable[[list[Envelope]], State], envelopes: list[Envelope]) -> float:
    """Return the time of one run in seconds."""
    begun = time.perf_counter()
    run(envelopes)
    return time.perf_counter() - begun


def main() -> None:
    """Print events per second of both, and the median ratio of alternating pairs."""
    envelopes = log(TURNS)
    pairs = [(seconds(fold, envelopes), seconds(evolve_only, envelopes)) for _ in range(ROUNDS)]
    folded, evolved = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(reference / took for took, reference in pairs)
    print(f"{len(envelopes):,} events, {ROUNDS} pairs, medians")
    print(f"fold           {len(envelopes) / folded:>10,.0f} events/s")
    print(f"attrs.evolve   {len(envelopes) / evolved:>10,.0f} events/s")
    print(f"fold / evolve  {ratio:>10.2f} of the speed")


if __name__ == "__main__":
    main()
