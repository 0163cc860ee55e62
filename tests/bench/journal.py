"""How fast the recorder is, by durability, and how fast its log is folded: `python tests/bench/journal.py [FOLDER]`.

FOLDER should be on a real disk: where a file system lives in memory, waiting for the disk costs nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from turnfold.core import fold
from turnfold.events import (
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
from turnfold.replay.events import located_of
from turnfold.rollouts import Reader, open_source
from turnfold.rollouts.recorder import Recorder, lines_of

GROUP = 40
"""Events that one commit takes: about what a turn with some calls records."""
BURST = 20
"""Events that are appended before somebody else has a turn."""
ROUNDS = 5
AT_US = 1_780_304_400_000_000


def log(turns: int) -> list[Envelope]:
    """Turns with three calls each."""
    events: list[Event] = [SessionMetaRecorded(session_id="s", created_at_text="2026-06-01T09:00:00.000Z")]
    for turn in range(turns):
        turn_id = f"turn-{turn}"
        events += [TurnStarted(turn_id=turn_id), UserInputRecorded(message="go on", turn_id=turn_id)]
        for number in range(3):
            call_id = f"{turn_id}-{number}"
            events += [
                ToolCallRequested(call_id=call_id, name="shell", call_type="function_call", arguments="{}"),
                ToolCallOutput(call_id=call_id, call_type="function_call", output="done " * 20),
            ]
        usage = TokenUsage(input_tokens=turn, total_tokens=turn)
        events += [
            MessageRecorded(role="assistant", text="It is done.", parts=1, turn_id=turn_id),
            TokenUsageReported(total=usage, last=usage),
            TurnCompleted(turn_id=turn_id),
        ]
    return [
        Envelope(session_id="s", seq=seq, at_us=AT_US + seq * 1000, event=event)
        for seq, event in enumerate(events)
    ]


async def record(path: Path, envelopes: list[Envelope], durability: str, group: int) -> None:
    """Record all, with a commit for each group; for a group of 0 commits take whatever came while the disk was busy."""
    recorder = Recorder.create(path, durability=durability)

    async def append_all() -> None:
        for number, envelope in enumerate(envelopes, start=1):
            recorder.append(envelope)
            if group and number % group == 0:
                await recorder.commit()
            elif number % BURST == 0:
                await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(append_all)
        await trio.lowlevel.checkpoint()
        while not group and (recorder.pending or nursery.child_tasks):
            await recorder.commit()
            await trio.lowlevel.checkpoint()
    await recorder.aclose()


def rate(count: int, run: Callable[[], object]) -> float:
    """Events per second of one run."""
    begun = time.perf_counter()
    run()
    return count / (time.perf_counter() - begun)


def folded(path: Path) -> None:
    """The state of a log, from its bytes."""
    with open_source(path) as source:
        fold(item.envelope for item in located_of(Reader(source, twins=False)))


def recording(folder: Path, durability: str, group: int, turns: int) -> float:
    """Events per second into a new file."""
    envelopes = log(turns)
    path = folder / f"{durability}-{group}-{time.perf_counter_ns()}.jsonl"

    async def main() -> None:
        await record(path, envelopes, durability, group)

    run: Callable[[], Awaitable[None]] = main
    return rate(len(envelopes), lambda: trio.run(run))


def main(folder: Path) -> None:
    """Print the figures."""
    cases = {
        "none": ("none", GROUP, 2000),
        "flush, every event": ("flush", 1, 2000),
        f"flush, {GROUP} a commit": ("flush", GROUP, 2000),
        "fsync, every event": ("fsync", 1, 40),
        f"fsync, {GROUP} a commit": ("fsync", GROUP, 400),
        "fsync, what came meanwhile": ("fsync", 0, 2000),
    }
    rates: dict[str, float] = {}
    for name, (durability, group, turns) in cases.items():
        rates[name] = statistics.median(recording(folder, durability, group, turns) for _ in range(ROUNDS))
        print(f"{name:28} {rates[name]:10,.0f} events/s")
    ratio = rates["fsync, what came meanwhile"] / rates["fsync, every event"]
    print(f"group commit is {ratio:.1f} times as fast as one wait for the disk per event")
    envelopes = log(2000)
    encoding = rate(len(envelopes), lambda: [lines_of(envelope) for envelope in envelopes])
    print(f"{'lines alone':28} {encoding:10,.0f} events/s")
    path = folder / "fold.jsonl"
    path.write_bytes(b"".join(line for envelope in envelopes for line in lines_of(envelope)))
    reading = statistics.median(rate(len(envelopes), lambda: folded(path)) for _ in range(ROUNDS))
    print(f"{'fold, from bytes':28} {reading:10,.0f} events/s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else os.curdir) as made:
        main(Path(made))
