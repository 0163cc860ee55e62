"""Output within bounds: head and tail, the file, and the text for the model."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine.ports import Command
from turnfold.core.engine.process import HeadTail, OutputCapture, Spill, SystemProcesses


def fed(data: bytes, limit: int, step: int = 3) -> HeadTail:
    """Return a buffer that took *data* in pieces of *step* bytes."""
    buffer = HeadTail(limit)
    for start in range(0, len(data), step):
        buffer.feed(data[start : start + step])
    return buffer


def captured(pieces: list[bytes], spill: Spill | None, keep_bytes: int = 100) -> OutputCapture:
    """Return a capture that took *pieces* and finished."""

    async def main() -> OutputCapture:
        capture = OutputCapture("call/1", spill, keep_bytes)
        for piece in pieces:
            await capture.feed(piece)
        await capture.finish()
        return capture

    return trio.run(main)


@given(st.binary(max_size=60), st.integers(2, 40), st.integers(1, 9))
def test_head_and_tail_are_kept_however_it_came(data: bytes, limit: int, step: int) -> None:
    """The first and last bytes are those of the whole, whatever the pieces, and the rest is counted."""
    buffer = fed(data, limit, step)
    head = limit // 2
    expected = data if len(data) <= limit else data[:head] + data[len(data) - (limit - head) :]
    assert (expected, len(data), len(data) - len(expected)) == (
        buffer.kept(),
        buffer.total_bytes,
        buffer.omitted_bytes,
    )


@given(st.text(max_size=40), st.integers(1, 5), st.integers(2, 12))
def test_text_taken_in_parts_is_the_whole_text(text: str, step: int, limit: int) -> None:
    """Where a character is cut by the end of a part, it appears whole in the next part, and nothing is lost."""
    data = text.encode()
    seen, rest = "", b""
    for start in range(0, len(data), step):
        part = HeadTail(max(limit, step + 4))
        part.feed(rest + data[start : start + step])
        rest = part.cut_incomplete()
        seen += part.text(100)
    assert (text, b"") == (seen, rest)


@given(st.text(min_size=1, max_size=80), st.integers(0, 60), st.integers(2, 80))
def test_no_character_is_cut_in_two(text: str, max_bytes: int, limit: int) -> None:
    """Shortened text of valid UTF-8 has no replaced character in it."""
    assert text.count("\N{REPLACEMENT CHARACTER}") >= fed(text.encode(), limit).text(max_bytes).count(
        "\N{REPLACEMENT CHARACTER}"
    )


@given(st.binary(max_size=200), st.integers(0, 60), st.integers(2, 80))
def test_the_text_for_the_model_is_bounded(data: bytes, max_bytes: int, limit: int) -> None:
    """Whatever comes in, what is shown has at most the asked-for characters and the note."""
    assert len(fed(data, limit).text(max_bytes)) <= max_bytes + len(
        "Total output lines: 200\n\n…200 tokens truncated…"
    )


def test_short_output_is_shown_as_it_is() -> None:
    """Output within the bound has no note; bytes that are no text are replaced."""
    assert "a\N{REPLACEMENT CHARACTER}b" == fed(b"a\xffb", 100).text(10)


@pytest.mark.parametrize("limit", [20, 1000])
def test_long_output_says_how_much_is_missing(limit: int) -> None:
    """The note in the middle counts the missing tokens of four bytes, whether memory or the bound left them out."""
    data = b"".join(b"line %02d\n" % n for n in range(20))
    assert "Total output lines: 20\n\nline …38 tokens truncated…e 19\n" == fed(data, limit).text(10)[:61]


def test_short_output_makes_no_file(tmp_path: Path) -> None:
    """Output that can be shown whole is not written, and the folder is not made."""
    capture = captured([b"x" * 50], Spill(folder=tmp_path / "out", after_bytes=50))
    assert (None, None, False) == (capture.path, capture.note(), (tmp_path / "out").exists())


@given(pieces=st.lists(st.binary(max_size=40), max_size=8))
def test_long_output_is_in_the_file_whole(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    """From the first byte on, also what came before it was known to be long."""
    data = b"".join(pieces)
    capture = captured(pieces, Spill(folder=tmp_path_factory.mktemp("out"), after_bytes=60))
    if len(data) <= 60:
        assert capture.path is None
    else:
        assert capture.path is not None
        assert data == capture.path.read_bytes()
        assert f"All {len(data)} bytes saved to: {capture.path}" == capture.note()


def test_the_file_is_private_and_named_after_the_call(tmp_path: Path) -> None:
    """Only the user may read it, and a name from outside cannot lead it elsewhere."""
    capture = captured([b"x" * 80], Spill(folder=tmp_path, after_bytes=10))
    assert capture.path is not None
    assert (tmp_path, "call_1-") == (capture.path.parent, capture.path.name[:7])
    assert 0o600 == stat.S_IMODE(capture.path.stat().st_mode)


def test_the_file_ends_at_its_cap(tmp_path: Path) -> None:
    """Beyond the cap nothing is written, and the note says how much is there."""
    capture = captured([b"ab" * 50] * 30, Spill(folder=tmp_path, after_bytes=10, cap_bytes=1_001))
    assert capture.path is not None
    assert b"ab" * 500 + b"a" == capture.path.read_bytes()
    assert f"First 1001 of 3000 bytes saved to: {capture.path}" == capture.note()


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """The capture goes on without its file and says why there is none."""
    (tmp_path / "file").touch()
    capture = captured([b"x" * 80, b"y" * 80], Spill(folder=tmp_path / "file", after_bytes=10))
    assert capture.path is None
    assert f"Output could not be saved: File exists ({tmp_path / 'file'})" == capture.note()
    assert 160 == capture.total_bytes


def test_a_flood_of_output_fills_neither_memory_nor_disk(tmp_path: Path) -> None:
    """Of 200 MB the program writes, it is not held up, memory keeps 1 MiB and the file ends at its cap."""
    size = 200_000_000

    async def main() -> tuple[int | None, OutputCapture]:
        capture = OutputCapture("flood", Spill(folder=tmp_path, cap_bytes=5_000_000))
        command = Command(
            argv=("head", "-c", str(size), "/dev/zero"),
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
        async with SystemProcesses().open(command) as process:
            while (chunk := await process.receive()) is not None:
                await capture.feed(chunk.data)
            await capture.finish()
            return await process.wait(), capture

    code, capture = trio.run(main)
    assert (0, size) == (code, capture.total_bytes)
    assert 1_048_576 < len(capture.text(size)) < 1_048_700
    assert capture.path is not None
    assert 5_000_000 == capture.path.stat().st_size
