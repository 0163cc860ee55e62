"""A repaired copy: no damage in it, nothing lost that could be read, and sound lines byte for byte."""

from __future__ import annotations

import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from turnfold.rollouts import Action, Change, Line, Reader, Repair, renumbered, source_of
from turnfold.rollouts.ordinals import with_ordinal
from turnfold.rollouts.samples import sample_names, sample_path
from turnfold.rollouts.zstd import MAGIC

META = b'{"timestamp":"2026-01-01T00:00:00.000Z","type":"session_meta","payload":{"id":"a"}}'
SAID = b'{"timestamp":"2026-01-01T00:00:01.000Z","type":"event_msg","payload":{"type":"user_message","message":"%s"}}'
ONE, TWO = SAID % b"one", SAID % b"two"


def repaired(data: bytes) -> tuple[bytes, list[Change]]:
    """Return the repaired copy and its changes."""
    changes: list[Change] = []
    lines = Repair(source_of(data), changes.append).lines()
    return b"".join(line.data for line in lines), changes


def damage_in(data: bytes) -> list[str]:
    """Return the codes of the damage that a reader meets."""
    return [damage.code for batch in Reader(source_of(data)).batches() for damage in batch.damage]


@pytest.mark.parametrize(
    ("damaged", "copy", "told"),
    [
        (b"%s\n%s\n" % (META, ONE[:50]), META + b"\n", [("TF001", "removed")]),
        (b"%s\n%s" % (META, ONE[:50]), META + b"\n", [("TF002", "removed")]),
        (b"%s\n%s%s\n" % (META, ONE[:50], ONE), b"%s\n%s\n" % (META, ONE), [("TF003", "removed")]),
        (b"%s\n%s%s\n" % (META, ONE, TWO), b"%s\n%s\n%s\n" % (META, ONE, TWO), [("TF004", "split")]),
        (b"%s\n%s%s" % (META, ONE, TWO), b"%s\n%s\n%s" % (META, ONE, TWO), [("TF004", "split")]),
        (SAID % b"\xff", SAID % "\ufffd".encode(), [("TF005", "mended")]),
        (SAID % rb"\ud83d", SAID % rb"\ufffd", [("TF006", "mended")]),
        (b"\0\0%s\n\0\0\n" % META, META + b"\n", [("TF007", "removed"), ("TF007", "removed")]),
        (b"\xef\xbb\xbf" + META, META, [("TF008", "removed")]),
        (META[:-2] + b',"id":"b"}}', META.replace(b'"a"', b'"b"'), [("TF009", "mended")]),
        (b'%s\n{"a":%s1%s}\n' % (META, b"[" * 3_000, b"]" * 3_000), META + b"\n", [("TF010", "removed")]),
        (META + b"\n17\n", META + b"\n", [("TF011", "removed")]),
        (META + b'\n{"a":1}\n', META + b"\n", [("TF011", "removed")]),
        (SAID.replace(b'"%s"', b"[]") + b"\n" + META, META, [("TF012", "removed")]),
        (SAID.replace(b'"%s"', b"NaN"), SAID.replace(b'"%s"', b"null"), [("TF001", "mended")]),
    ],
)
def test_each_kind_of_damage_is_mended(damaged: bytes, copy: bytes, told: list[tuple[str, str]]) -> None:
    """The copy holds what could be read, each record on a line of its own, and says what was done."""
    data, changes = repaired(damaged)
    assert (copy, told) == (data, [(change.code, change.action.value) for change in changes])
    assert [] == damage_in(data)


def test_sound_files_come_out_as_they_are() -> None:
    """Blank lines, CRLF, a last line without newline and foreign spacing are no damage."""
    odd = META + b"\r\n\r\n \n" + ONE.replace(b":", b": ") + b"\n\n" + TWO
    assert (odd, []) == repaired(odd)
    for name in ("clean-with-steer", "paginated", "compacted-and-rolled-back"):
        data = sample_path(name).read_bytes()
        assert (data, []) == repaired(data)


def test_records_keep_the_line_ends_of_their_line() -> None:
    """Records that were joined in a file with CRLF are parted by CRLF."""
    data, _ = repaired(b"%s\r\n%s%s\r\n" % (META, ONE, TWO))
    assert b"%s\r\n%s\r\n%s\r\n" % (META, ONE, TWO) == data


def test_a_broken_compressed_file_comes_out_plain() -> None:
    """What can be decompressed is kept; that bytes are missing is noted, and a cut line left out."""
    plain = b"".join(SAID % str(number).encode() + b"\n" for number in range(60))
    data, changes = repaired(zstandard.compress(plain)[:-20])
    assert "TF013" in {change.code for change in changes if change.action is Action.NOTED}
    assert plain.startswith(data)
    assert (plain, []) == repaired(zstandard.compress(plain))


def test_a_record_of_an_unknown_type_stays() -> None:
    """It may be of a newer version: no reader of ours may decide that it is lost."""
    data = META + b'\n{"timestamp":"2026-01-01T00:00:01.000Z","type":"brand_new","payload":{}}\n'
    assert (data, []) == repaired(data)


INSERTED = st.sampled_from([b"\n", b"{", b'"', b"\0\0", b"\xef\xbb\xbf", rb"\ud800", b"}{"])
EDIT = st.one_of(
    st.tuples(st.just("insert"), st.binary(max_size=6) | INSERTED),
    st.tuples(st.just("delete"), st.integers(1, 300)),
    st.tuples(st.just("cut"), st.just(0)),
)
Edits = list[tuple[float, tuple[str, bytes | int]]]


def mutated(data: bytes, edits: Edits) -> bytes:
    """Return *data* with each edit made at its share of the length."""
    for share, (what, operand) in edits:
        place = int(share * len(data))
        match what, operand:
            case "insert", bytes(inserted):
                data = data[:place] + inserted + data[place:]
            case "delete", int(count):
                data = data[:place] + data[place + count :]
            case _:
                data = data[:place]
    return data


@given(st.sampled_from(sample_names()), st.lists(st.tuples(st.floats(0, 1), EDIT), min_size=1, max_size=5))
def test_whatever_happened_to_a_file_its_copy_is_sound(name: str, edits: Edits) -> None:
    """The copy has no damage, and every line of which no change is told is in it byte for byte, in order."""
    data = mutated(sample_path(name).read_bytes(), edits)
    assume(not data.startswith(MAGIC))
    changes: list[Change] = []
    lines: list[Line] = list(Repair(source_of(data), changes.append).lines())
    copy = b"".join(line.data for line in lines)
    assert not copy or [] == damage_in(
        copy
    )  # where nothing could be saved, that is what is wrong with the copy
    changed = {change.line for change in changes}
    rows = dict(enumerate(data.split(b"\n"), start=1))
    if not rows[len(rows)]:  # what follows the last newline is no line
        del rows[len(rows)]
    sound = [(number, row) for number, row in rows.items() if number not in changed]
    assert sound == [
        (line.number, line.data.removesuffix(b"\n")) for line in lines if line.number not in changed
    ]
    assert sorted(line.number for line in lines) == [line.number for line in lines]


def test_repairing_twice_changes_nothing() -> None:
    """A copy is its own repaired copy."""
    data, _ = repaired(sample_path("torn-lines").read_bytes())
    assert (data, []) == repaired(data)


def numbered(*ordinals: int | None) -> bytes:
    """Return a file with one record for each ordinal."""
    rows = [META, *(SAID % b"x" for _ in ordinals[1:])]
    keys = [b"" if one is None else b'"ordinal":%d,' % one for one in ordinals]
    return b"".join(row.replace(b'Z",', b'Z",' + key, 1) + b"\n" for row, key in zip(rows, keys, strict=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((0, 1, 3), (0, 1, 2)),
        ((0, 1, 1, 2), (0, 1, 2, 3)),
        ((0, 5, 2), (0, 1, 2)),
        ((4, 5), (0, 1)),
        ((0, None, 1), (0, 1, 2)),
        ((None, None, 7, 9), (None, None, 7, 8)),
        ((None, None), (None, None)),
    ],
)
def test_ordinals_rise_by_one(before: tuple[int | None, ...], after: tuple[int | None, ...]) -> None:
    """From the first line that has one on; nothing but the number is touched, and files without stay without."""
    changes: list[Change] = []
    lines = renumbered(Repair(source_of(numbered(*before)), changes.append).lines(), changes.append)
    assert numbered(*after) == b"".join(line.data for line in lines)
    assert sum(one != two for one, two in zip(before, after, strict=True)) == len(changes)
    assert {Action.RENUMBERED} >= {change.action for change in changes}


def test_a_continued_segment_goes_on_where_the_other_ended() -> None:
    """Its identity record says which ordinal comes first."""
    data = numbered(3, 4).replace(
        b'{"id":"a"}', b'{"id":"a","history_base":{"thread_id":"b","end_ordinal_exclusive":9}}'
    )
    lines = list(renumbered(Repair(source_of(data), lambda _: None).lines(), lambda _: None))
    assert [b'"ordinal":9', b'"ordinal":10'] == [line.data.split(b",")[1] for line in lines]


def test_an_ordinal_finds_its_place_in_any_spacing() -> None:
    """A line that is not as Codex writes it is written anew."""
    data = b'{ "type": "x", "ordinal": 7, "timestamp": "t" }\r\n'
    assert b'{"timestamp":"t","ordinal":8,"type":"x"}\r\n' == with_ordinal(data, 8)
