"""What `turnfold verify` takes, beside a bare typed decode of the same lines, each as a whole process.

    python -P tests/bench/verify.py [--lines 256000] [--pairs 7] [--files 240]

Prints: the speed of `verify` with all rules as a share of the bare decode's (median over alternating pairs), its peak
memory, how two workers compare with one on many files, and what the smallest commands take.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
TURNFOLD = (sys.executable, "-P", "-m", "turnfold.tools")
REFERENCE = (sys.executable, "-P", str(HERE / "reference.py"))
GENERATE = (sys.executable, "-P", str(HERE / "generate.py"))


def seconds(*command: str) -> float:
    """Wall time of one whole process."""
    begun = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def peak_mb(*command: str) -> float:
    """Largest resident size of one process, its children not counted, in MB."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def alternate(pairs: int, one: Sequence[str], other: Sequence[str]) -> tuple[list[float], list[float]]:
    """Time two commands in turns, so that both meet the same machine."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(pairs):
        ours.append(seconds(*one))
        theirs.append(seconds(*other))
    return ours, theirs


def one_large_file(folder: Path, lines: int, pairs: int) -> None:
    path = folder / "large.jsonl"
    seconds(*GENERATE, "--lines", str(lines), "--out", str(path))
    size = path.stat().st_size / 1e6
    ours, bare = alternate(pairs, [*TURNFOLD, "verify", str(path)], [*REFERENCE, str(path)])
    share = statistics.median(b / o for o, b in zip(ours, bare, strict=True))
    print(f"one file of {size:.0f} MB, {lines:,} lines:")
    print(
        f"  verify {statistics.median(ours):.3f} s, bare decode {statistics.median(bare):.3f} s: {share:.2f} of it"
    )
    print(f"  peak memory {peak_mb(*TURNFOLD, 'verify', str(path)):.0f} MB")


def many_files(folder: Path, files: int, pairs: int) -> None:
    many = folder / "many"
    seconds(*GENERATE, "--many", str(many), "--files", str(files), "--lines", "2000")
    one, two = alternate(
        pairs, [*TURNFOLD, "verify", "-j", "1", str(many)], [*TURNFOLD, "verify", "-j", "2", str(many)]
    )
    gain = statistics.median(a / b for a, b in zip(one, two, strict=True))
    print(f"{files} files of 2,000 lines:")
    print(
        f"  one worker {statistics.median(one):.3f} s, two {statistics.median(two):.3f} s: {gain:.2f} times"
    )


def small_commands(folder: Path, pairs: int) -> None:
    path = folder / "small.jsonl"
    seconds(*GENERATE, "--lines", "200", "--out", str(path))
    version, nothing = alternate(3 * pairs, [*TURNFOLD, "--version"], [sys.executable, "-P", "-c", ""])
    small, _ = alternate(3 * pairs, [*TURNFOLD, "verify", str(path)], [sys.executable, "-P", "-c", ""])
    bare = statistics.median(nothing)
    print(f"an empty Python process {bare:.3f} s:")
    for name, times in (("--version", version), ("verify of 200 lines", small)):
        print(f"  {name} {statistics.median(times):.3f} s, {statistics.median(times) / bare:.1f} times that")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=256_000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--files", type=int, default=240)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_large_file(folder, options.lines, options.pairs)
        many_files(folder, options.files, options.pairs)
        small_commands(folder, options.pairs)


if __name__ == "__main__":
    main()
