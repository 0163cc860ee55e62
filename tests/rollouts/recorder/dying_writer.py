"""A process that records events without end and says what is acknowledged, until somebody kills it.

Arguments: path, durability, how many events a commit takes.
"""

from __future__ import annotations

import os
import sys

import trio

from tests.rollouts.recorder.logs import META, enveloped
from turnfold.events import Event, MessageRecorded
from turnfold.rollouts.recorder import Recorder


def event(number: int) -> Event:
    """The event that a log has in a place: short and long ones, with and without a copy."""
    if number == 0:
        return META
    role = "assistant" if number % 3 else "user"
    return MessageRecorded(role=role, text=f"{number} " + "ü" * (number * 37 % 600), parts=1)


async def main(path: str, durability: str, batch: int) -> None:
    """Record, and write the number of acknowledged events to standard output after every flush."""
    recorder = Recorder.create(path, durability=durability)
    number = 0
    while True:
        for envelope in enveloped([event(number + step) for step in range(batch)], number):
            recorder.append(envelope)
        number += batch
        await recorder.flush()
        os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    trio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]))
