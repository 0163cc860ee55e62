"""Blocks of whole lines, from files, compressed files and standard input."""

from __future__ import annotations

import io
import os
import sys
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from turnfold.rollouts import Block, Damage, SourceError, open_source
from turnfold.rollouts.zstd import MAGIC

LINES = b'{"timestamp":"t","type":"event_msg","payload":{}}\n' * 4_000


def read(path: str | Path, size: int = 65_536) -> tuple[list[Block], list[Damage]]:
    """Read a whole source."""
    with open_source(path) as source:
        return list(source.blocks(size)), source.damage


def joined(blocks: list[Block]) -> bytes:
    """Return the bytes of all blocks."""
    return b"".join(block.data for block in blocks)


def frame(data: bytes, *, checksum: bool = True) -> bytes:
    """Return one zstd frame."""
    return zstandard.ZstdCompressor(write_checksum=checksum).compress(data)


def noise(size: int) -> bytes:
    """Return lines that hardly compress, so that a frame of them has many blocks."""
    return b"".join(os.urandom(32).hex().encode() + b"\n" for _ in range(size // 65))


@given(lines=st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b""))), tail=st.booleans())
def test_blocks_cover_the_file_exactly(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], tail: bool
) -> None:
    """In order, without gap or overlap, each cut at a newline but the tail, with true line numbers."""
    data = b"\n".join(lines) + (b"" if tail else b"\n")
    assume(not data.startswith(MAGIC))  # such a file is a compressed one, whatever its name
    path = tmp_path_factory.mktemp("blocks") / "file"
    path.write_bytes(data)
    for size in (1, 7, 65_536):
        blocks, damage = read(path, size)
        assert (data, []) == (joined(blocks), damage)
        seen = 0
        for block in blocks:
            assert (seen, data[:seen].count(b"\n") + 1) == (block.offset, block.first_line)
            assert block.final is not block.data.endswith(b"\n")
            assert (block.data.count(b"\n") or 1) == block.lines
            seen += len(block.data)
        assert [] == [block for block in blocks[:-1] if block.final]


def test_an_empty_file_has_no_blocks(tmp_path: Path) -> None:
    """Nothing in, nothing out: whether that is a finding is for others to say."""
    (tmp_path / "empty").touch()
    assert ([], []) == read(tmp_path / "empty")


@pytest.mark.slow
def test_a_line_of_100_mb_is_one_block_in_twice_its_memory(tmp_path: Path) -> None:
    """A long line costs its own length a small number of times, not the square of it."""
    path = tmp_path / "long"
    path.write_bytes(b"a\n" + b"x" * 100_000_000 + b"\nb")
    with open_source(path) as source:
        tracemalloc.start()
        shape = [(len(block.data), block.first_line, block.final) for block in source.blocks()]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert [(2, 1, False), (100_000_001, 2, False), (1, 3, True)] == shape
    assert peak < 260_000_000


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Reading 20 MB, plain or compressed to almost nothing, takes a few blocks of memory."""
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(LINES * 100)
    packed.write_bytes(frame(LINES * 100))
    for path in (plain, packed):
        with open_source(path) as source:
            tracemalloc.start()
            lines = sum(block.lines for block in source.blocks())
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert 400_000 == lines
        assert peak < 2_000_000


def test_a_growing_file_is_read_as_far_as_it_went_when_opened(tmp_path: Path) -> None:
    """And on to the end of the line that was being written then; what comes after is left."""
    path = tmp_path / "live"
    path.write_bytes(b"one\ntw")
    with open_source(path) as source:
        with path.open("ab") as writer:
            writer.write(b"o\nthree\nfo")
        assert b"one\ntwo\n" == joined(list(source.blocks()))
    path.write_bytes(b"one\n")
    with open_source(path) as source:
        with path.open("ab") as writer:
            writer.write(b"two\n")
        assert b"one\n" == joined(list(source.blocks(1)))
        assert [] == source.damage


def test_a_file_that_shrinks_is_damage(tmp_path: Path) -> None:
    """What was still there is kept, and the place named where reading stopped."""
    path = tmp_path / "shrinking"
    path.write_bytes(LINES)
    with open_source(path) as source:
        blocks = source.blocks(1_000)
        first = next(blocks)
        os.truncate(path, 60_000)
        seen = len(first.data) + sum(len(block.data) for block in blocks)
    [damage] = source.damage
    assert ("TF015", seen, seen) == (damage.code, damage.start, damage.end)
    assert 1_201 == damage.line


def test_a_file_that_is_replaced_is_damage_and_one_that_is_removed_is_not(tmp_path: Path) -> None:
    """The open file is read to its end in both cases; only in the first is another one there now."""
    path = tmp_path / "file"
    for replaced in (True, False):
        path.write_bytes(LINES)
        with open_source(path) as source:
            if replaced:
                (tmp_path / "new").write_bytes(LINES)
                (tmp_path / "new").replace(path)
            else:
                path.unlink()
            assert LINES == joined(list(source.blocks()))
        assert (["TF015"] if replaced else []) == [damage.code for damage in source.damage]


def test_compression_is_told_by_the_first_bytes(tmp_path: Path) -> None:
    """A wrong name changes nothing, in either direction."""
    (tmp_path / "packed.jsonl").write_bytes(frame(LINES))
    (tmp_path / "plain.jsonl.zst").write_bytes(LINES)
    for name in ("packed.jsonl", "plain.jsonl.zst"):
        blocks, damage = read(tmp_path / name)
        assert (LINES, []) == (joined(blocks), damage)


def test_frames_one_after_another_are_one_stream(tmp_path: Path) -> None:
    """With and without checksum, skippable ones between them, and a line that runs across."""
    path = tmp_path / "frames.zst"
    skippable = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    path.write_bytes(frame(b"one\ntw") + skippable + frame(b"o\n", checksum=False) + frame(b""))
    blocks, damage = read(path)
    assert (b"one\ntwo\n", []) == (joined(blocks), damage)


@pytest.mark.parametrize("cut", [5, 8, 60_000, -1])
def test_a_cut_frame_gives_up_what_came_before(tmp_path: Path, cut: int) -> None:
    """All whole compressed blocks are kept, and the place is named in the decompressed stream."""
    data = noise(600_000)
    path = tmp_path / "cut.zst"
    path.write_bytes(frame(data)[:cut])
    blocks, [damage] = read(path)
    kept = joined(blocks)
    assert data.startswith(kept)
    assert ("TF013", len(kept), kept.count(b"\n") + 1) == (damage.code, damage.start, damage.line)
    if cut == -1:
        assert data == kept


def test_a_broken_frame_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    """What stands before the fault and the whole of the next frame are kept."""
    data = noise(600_000)
    packed = bytearray(frame(data))
    packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "broken.zst"
    path.write_bytes(bytes(packed) + frame(b"\nnext\n"))
    blocks, damage = read(path)
    assert ["TF013"] == [one.code for one in damage]
    assert joined(blocks).endswith(b"\nnext\n")


def test_a_wrong_checksum_loses_nothing(tmp_path: Path) -> None:
    """The content is all there before the checksum is looked at."""
    packed = bytearray(frame(LINES))
    packed[-1] ^= 0xFF
    (tmp_path / "wrong.zst").write_bytes(bytes(packed))
    blocks, [damage] = read(tmp_path / "wrong.zst")
    assert (LINES, "TF013") == (joined(blocks), damage.code)


def test_bytes_after_the_last_frame_are_damage(tmp_path: Path) -> None:
    """They are named, not passed over in silence."""
    (tmp_path / "more.zst").write_bytes(frame(LINES) + b"plain text")
    blocks, [damage] = read(tmp_path / "more.zst")
    assert (LINES, "TF013") == (joined(blocks), damage.code)


@given(data=st.binary(max_size=200), at=st.integers(0, 400), byte=st.integers(1, 255))
def test_no_change_to_a_compressed_file_raises(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int, byte: int
) -> None:
    """A flipped byte anywhere gives blocks, damage, or both; never an exception."""
    packed = bytearray(frame(data) + frame(b"next\n"))
    packed[at % len(packed)] ^= byte
    path = tmp_path_factory.mktemp("flip") / "file.zst"
    path.write_bytes(bytes(packed))
    read(path)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads bytes from standard input, compressed or not; there has to be one."""
    for data in (LINES, frame(LINES)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert LINES == joined(read("-")[0])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match="no standard input"):
        read("-")


def test_what_cannot_be_opened_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """The message names the file, what is wrong and what to do."""
    with pytest.raises(SourceError, match=r"absent: No such file or directory; check the path"):
        read(tmp_path / "absent")
    with pytest.raises(SourceError, match=r"Is a directory; name a file in it"):
        read(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """The message points at the permissions."""
    path = tmp_path / "secret"
    path.touch(mode=0o000)
    with pytest.raises(SourceError, match="check its permissions"):
        read(path)
