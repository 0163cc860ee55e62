"""Where lines lie in a file, in bytes: a second reading that looks only at the lines asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from turnfold.rollouts import SourceError, open_source
from turnfold.rollouts.source import STDIN, Block

Range = tuple[int, int]


def line_ranges(path: str, lines: Iterable[int]) -> Mapping[int, Range]:
    """First and end byte of each of these lines (from 1), newline not counted.

    A line that cannot be found is left out: standard input cannot be read twice, and a file may be gone by now.
    """
    wanted = sorted(set(lines), reverse=True)  # the next one is last
    found: dict[int, Range] = {}
    if path == STDIN or not wanted:
        return found
    try:
        with open_source(path) as source:
            for block in source.blocks():
                _take(block, wanted, found)
                if not wanted:
                    break
    except SourceError:
        pass  # it could be read a moment ago; the findings stand without the ranges
    return found


def _take(block: Block, wanted: list[int], found: dict[int, Range]) -> None:
    number, start = block.first_line, 0
    while wanted and wanted[-1] < block.first_line + block.lines:
        line = wanted.pop()
        while number < line:
            start = block.data.find(b"\n", start) + 1
            number += 1
        end = block.data.find(b"\n", start)
        found[line] = (block.offset + start, block.offset + (end if end >= 0 else len(block.data)))
