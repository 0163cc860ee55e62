"""Where lines lie in a file."""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from turnfold.rollouts.source import BLOCK_BYTES
from turnfold.rollouts.zstd import MAGIC
from turnfold.tools.byteranges import line_ranges


@given(
    lines=st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), min_size=1),
    ends=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_range_holds_the_line(tmp_path: Path, lines: list[bytes], ends: bool) -> None:
    """Whatever is in a file, each line is found at its range, also a last one without a newline."""
    data = b"\n".join(lines) + b"\n" * ends
    assume(not data.startswith(MAGIC))
    path = tmp_path / "file"
    path.write_bytes(data)
    numbers = range(1, len(lines) + 1 - (not ends and not lines[-1]))
    ranges = line_ranges(str(path), numbers)
    assert [lines[number - 1] for number in numbers] == [data[slice(*ranges[number])] for number in numbers]


@pytest.mark.parametrize("pack", [bytes, zstandard.compress])
def test_ranges_go_across_blocks_and_compression(pack: type[bytes], tmp_path: Path) -> None:
    """Offsets count in the decompressed stream, through any number of blocks."""
    lines = [b"x" * (number % 97) for number in range(10_000)]
    assert sum(map(len, lines)) > 3 * BLOCK_BYTES
    data = b"\n".join(lines) + b"\n"
    path = tmp_path / "file"
    path.write_bytes(pack(data))
    ranges = line_ranges(str(path), [9_999, 1, 5_000, 5_000])
    assert {number: lines[number - 1] for number in (1, 5_000, 9_999)} == {
        number: data[slice(*where)] for number, where in ranges.items()
    }


def test_what_cannot_be_found_is_left_out(tmp_path: Path) -> None:
    """Standard input, a file that is gone, and a line beyond the end have no range."""
    path = tmp_path / "file"
    assert {} == line_ranges("-", [1])
    assert {} == line_ranges(str(path), [1])
    path.write_bytes(b"one\n")
    assert {1: (0, 3)} == line_ranges(str(path), [1, 2])
