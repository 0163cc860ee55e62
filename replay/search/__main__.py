"""The deep searches of the session's pure core: `python -P -m turnfold.replay.search`. Takes some minutes.

Prints each search with its claim. Exit code 1: one found a counter-example, or did not come to its end.
"""

from __future__ import annotations

import sys
import time

from turnfold.replay.search.session import deep


def main() -> int:
    """Make all deep searches; return the exit code."""
    sound = True
    began = time.perf_counter()
    for found in deep():
        print(f"{time.perf_counter() - began:.0f} s: {found}\n", flush=True)  # noqa: T201  this is a program
        sound = sound and found.failure is None and found.claim.complete
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
