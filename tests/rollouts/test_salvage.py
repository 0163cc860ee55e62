"""What is saved of damaged lines, and what is said about the rest."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.rollouts import DAMAGE_KINDS, Salvaged, has_duplicate_keys, salvage

RECORD = '{"timestamp":"2026-04-13T19:52:28.123Z","type":"event_msg","payload":{"type":"x","text":"café"}}'.encode()
BARE = b'{"type":"message","content":[{"type":"input_text","text":"hello"}]}'
DEEP = b'{"a":' * 600 + b"1" + b"}" * 600
DEEPEST = b'{"a":' + b"[" * 511 + b"]" * 511 + b"}"


def codes(saved: Salvaged) -> list[str]:
    """Return the codes of the damage, in order."""
    return [damage.code for damage in saved.damage]


def assert_sound(line: bytes, saved: Salvaged, offset: int) -> None:
    """Every part decodes to an object, and no byte of the line is passed over in silence."""
    for part in saved.parts:
        assert isinstance(msgspec.json.decode(part), dict)
        assert isinstance(json.loads(part.decode()), dict)
    assert len(saved.parts) == len(saved.spans)
    ranges = [*saved.spans, *((damage.start, damage.end) for damage in saved.damage)]
    covered = bytearray(len(line))
    for start, end in ranges:
        assert offset <= start < end <= offset + len(line)
        covered[start - offset : end - offset] = b"\1" * (end - start)
    missed = bytes(byte for byte, seen in zip(line, covered, strict=True) if not seen)
    assert b"" == missed.strip(b" \t\r\n")
    assert set(codes(saved)) <= DAMAGE_KINDS.keys()


CASES: dict[str, tuple[bytes, list[bytes], list[str]]] = {
    "clean": (RECORD, [RECORD], []),
    "crlf": (RECORD + b"\r\n", [RECORD], []),
    "blank": (b" \r\n", [], []),
    "empty": (b"", [], []),
    "torn, then whole": (RECORD[:30] + RECORD, [RECORD], ["TF003"]),
    "torn by one byte, then whole": (RECORD[:-1] + RECORD, [RECORD], ["TF003"]),
    "torn inside a character, then whole": (RECORD[:-4] + RECORD, [RECORD], ["TF003"]),
    "bare torn, then whole": (BARE[:-2] + BARE, [BARE], ["TF003"]),
    "torn, then two": (RECORD[:50] + RECORD * 2, [RECORD, RECORD], ["TF003", "TF004"]),
    "joined": (RECORD + b" " + BARE, [RECORD, BARE], ["TF004"]),
    "joined by carriage returns": (b"\r".join([RECORD] * 3), [RECORD] * 3, ["TF004"]),
    "whole, then torn": (RECORD + RECORD[:40], [RECORD], ["TF001"]),
    "whole, then junk": (RECORD + b"}", [RECORD], ["TF001"]),
    "junk, then whole": (b"\x80\x81 " + RECORD, [RECORD], ["TF001"]),
    "cut by its last byte": (RECORD[:-1], [], ["TF001"]),
    "bare, cut by its last bytes": (BARE[:-2], [], ["TF001"]),
    "byte order mark": (b"\xef\xbb\xbf" + RECORD, [RECORD], ["TF008"]),
    "byte order mark between": (RECORD + b"\xef\xbb\xbf" + RECORD, [RECORD] * 2, ["TF004", "TF008"]),
    "byte order mark in a string": (b'{"a":"\xef\xbb\xbf"}', [b'{"a":"\xef\xbb\xbf"}'], []),
    "zero bytes around": (b"\0\0" + RECORD + b"\0", [RECORD], ["TF007"]),
    "zero bytes in a torn record": (RECORD[:20] + b"\0" * 99 + RECORD, [RECORD], ["TF003", "TF007"]),
    "zero bytes in a string": (b'{"a":"b\0\0c"}', [b'{"a":"bc"}'], ["TF007"]),
    "only zero bytes": (b"\0" * 4096, [], ["TF007"]),
    "not UTF-8": (b'{"a":"b\xff\xc3c"}', ['{"a":"b��c"}'.encode()], ["TF005"]),
    "not UTF-8 in a key": (b'{"\xff":1}', ['{"�":1}'.encode()], ["TF005"]),
    "lone surrogate": (rb'{"a":"\ud83d"}', [rb'{"a":"\ufffd"}'], ["TF006"]),
    "low before high": (rb'{"a":"\uDE00\uD83D"}', [rb'{"a":"\ufffd\ufffd"}'], ["TF006"]),
    "whole pair": (rb'{"a":"\ud83d\ude00"}', [rb'{"a":"\ud83d\ude00"}'], []),
    "high, then a pair": (rb'{"a":"\ud83d\ud83d\ude00"}', [rb'{"a":"\ufffd\ud83d\ude00"}'], ["TF006"]),
    "escaped backslash": (rb'{"a":"\\ud83d"}', [rb'{"a":"\\ud83d"}'], []),
    "three backslashes": (rb'{"a":"\\\ud83d"}', [rb'{"a":"\\\ufffd"}'], ["TF006"]),
    "half, backslash, other half": (rb'{"a":"\ud83d\\\ude00"}', [rb'{"a":"\ufffd\\\ufffd"}'], ["TF006"]),
    "duplicate key": (b'{"a":1,"a":2}', [b'{"a":1,"a":2}'], ["TF009"]),
    "control characters": (b'{"a":"b\x01\tc",\t"d":1}', [b'{"a":"b\\u0001\\u0009c",\t"d":1}'], ["TF001"]),
    "not a number": (b'{"a":NaN,"b":[-Infinity]}', [b'{"a":null,"b":[null]}'], ["TF001"]),
    "numbers too large": (b'{"a":1e999,"b":%s}' % (b"9" * 5000), [b'{"a":null,"b":null}'], ["TF001"]),
    "a large number": (b'{"a":%s}' % (b"9" * 400), [b'{"a":%s}' % (b"9" * 400)], []),
    "number": (b"123", [], ["TF011"]),
    "array": (b"[1,2]", [], ["TF011"]),
    "string": (b'"text"', [], ["TF011"]),
    "array, then junk": (b"[1,2]]", [], ["TF001"]),
    "prose": (b"command not found", [], ["TF001"]),
    "deep": (DEEP, [], ["TF010"]),
    "deep enough for a decoder to give up": (b"[" * 5_000, [], ["TF010"]),
    "deep, then whole": (DEEP + RECORD, [RECORD], ["TF010"]),
    "deepest allowed": (DEEPEST, [DEEPEST], []),
    "one too deep": (b'{"a":' + b"[" * 512 + b"]" * 512 + b"}", [], ["TF010"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_damaged_line(case: str) -> None:
    """Each kind of damage gives up the records it should, under the right codes, and covers the line."""
    line, parts, expected = CASES[case]
    saved = salvage(line, 7, 1_000, last=False)
    assert (parts, expected) == (list(saved.parts), codes(saved))
    assert {7} >= {damage.line for damage in saved.damage}
    assert_sound(line, saved, 1_000)


@pytest.mark.parametrize(("line", "code"), [(RECORD[:-1], "TF002"), (b"{", "TF002"), (b"\x80", "TF001")])
def test_only_a_last_line_that_begins_like_a_record_is_a_torn_tail(line: bytes, code: str) -> None:
    """What could have become a record is told from what could not."""
    assert [code] == codes(salvage(line, 1, 0, last=True))


def test_a_whole_last_line_without_newline_is_no_damage() -> None:
    """A live file may look like this at any moment."""
    assert ((RECORD,), ()) == ((saved := salvage(RECORD, 1, 0, last=True)).parts, saved.damage)


def test_a_whole_record_before_a_torn_tail_is_kept() -> None:
    """The tail is named with its own byte range."""
    saved = salvage(RECORD + RECORD[:20], 3, 100, last=True)
    [damage] = saved.damage
    assert ((RECORD,), "TF002") == (saved.parts, damage.code)
    assert (100 + len(RECORD), 120 + len(RECORD)) == (damage.start, damage.end)


def test_places_are_counted_in_bytes_of_the_file() -> None:
    """Also after characters of several bytes, bytes that are no character, and zero bytes left out."""
    line = b'\0{"a":"\xc3\xa9\0\0\xff"}' + b'{"b":"\\udead"}'
    saved = salvage(line, 1, 10, last=False)
    assert ((11, 24), (24, 38)) == saved.spans
    places = {damage.code: (damage.start, damage.end) for damage in saved.damage}
    assert (21, 22) == places["TF005"]
    assert (30, 36) == places["TF006"]
    assert (10, 21) == places["TF007"]


def test_every_cut_of_a_record_followed_by_the_record_gives_it_back() -> None:
    """A failed write that is tried again never costs the record, wherever it failed."""
    for cut in range(1, len(RECORD)):
        saved = salvage(RECORD[:cut] + RECORD, 1, 0, last=False)
        assert ((RECORD,), ["TF003"]) == (saved.parts, codes(saved)), cut


def test_no_cut_of_a_record_gives_up_a_record() -> None:
    """An object inside a cut record is never taken for a record."""
    for record in (RECORD, BARE):
        for cut in range(1, len(record)):
            assert () == salvage(record[:cut], 1, 0, last=True).parts, cut


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b'{"a":1,"b":2}', None),
        (b'{"a":{"a":{"a":1}}}', None),
        (b'{"a":1,"b":2,"a":3}', "a"),
        (b'{"payload":{"content":[{},{"type":1,"type":2}]}}', "payload.content[1].type"),
        (b'[{"a":1},{"b":1,"b":1}]', "[1].b"),
        (b'{"a":{"x":1,"x":2},"a":3}', "a"),
        (rb'{"a":1,"\u0061":2}', "a"),
        (b'{"a":', None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (b'{"a":%s,"a":1}' % (b"9" * 5000), "a"),
    ],
)
def test_the_first_duplicate_key_is_named_by_its_path(line: bytes, path: str | None) -> None:
    """At any depth, in escaped spelling too; None where there is none or the line is not JSON."""
    assert path == has_duplicate_keys(line)


def test_a_long_path_is_cut_in_the_message() -> None:
    """A hostile key does not make a message of its own size."""
    key = "k" * 10_000
    [damage] = salvage(f'{{"{key}":1,"{key}":2}}'.encode(), 1, 0, last=False).damage
    assert len(damage.message) < 200


def test_recorded_sessions_are_given_back_as_they_are(shared: Path) -> None:
    """No real line is called damaged, and none is changed."""
    files = [path for path in sorted((shared / "rollouts").rglob("*.jsonl")) if path.name != "requests.jsonl"]
    assert files
    for path in files:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            saved = salvage(line, number, 0, last=False)
            assert ((line,), ()) == (saved.parts, saved.damage), f"{path}:{number}"


BITES = st.sampled_from(
    [b"\0", b"\xff", b"\xef\xbb\xbf", b"{", b"}", b'"', b"\\", b"\\ud83d", b"[", b",", b"\x01", b" "]
)
PIECES = st.one_of(
    st.sampled_from([RECORD, BARE, b'{"a":1,"a":NaN}', b'{"t":"\\ud83d\\ude00"}', "é€😀".encode(), DEEP]),
    BITES,
    st.binary(max_size=12),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a line made of records and junk, then cut, overwritten and spliced."""
    line = b"".join(draw(st.lists(PIECES, min_size=1, max_size=5)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(line)))
        gone = draw(st.integers(0, 30))
        line = line[:at] + draw(st.one_of(BITES, st.just(b""), st.binary(max_size=4))) + line[at + gone :]
    return line.replace(b"\n", b"")


@given(line=mutated(), last=st.booleans(), offset=st.integers(0, 1 << 40))
def test_salvage_takes_any_bytes(line: bytes, last: bool, offset: int) -> None:
    """It never raises, its parts always decode, and with the damage they cover every byte."""
    assert_sound(line, salvage(line, 1, offset, last), offset)


@given(line=st.text(max_size=60))
def test_what_is_saved_is_not_damaged_any_more(line: str) -> None:
    """Each part comes back unchanged; of all the kinds of damage, only a duplicate key is left as it is."""
    source = b'{"t":"' + line.encode("utf-8", "surrogatepass").replace(b"\n", b"") + b'","\xff":[1e999]}'
    for part in salvage(source, 1, 0, last=False).parts:
        again = salvage(part, 1, 0, last=False)
        assert (part,) == again.parts
        assert set(codes(again)) <= {"TF009"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"[" * 10_000_000, id="brackets"),
        pytest.param(b'{"timestamp":' * 2_000_000, id="nested records"),
        pytest.param(b'{"timestamp"' * 2_000_000, id="cut records"),
        pytest.param(b'{"t":[' + b'{"timestamp":1},' * 1_000_000, id="unclosed array"),
        pytest.param(b'{"t":"' + b'\\"' * 10_000_000, id="unclosed string"),
        pytest.param(b'{"t":"' + b"\\" * 20_000_001 + b'"}', id="backslashes"),
        pytest.param(b"{}" * 1_000_000, id="more pieces than fit"),
        pytest.param(b"\0x" * 10_000_000, id="zero bytes all over"),
        pytest.param(bytes(range(128, 256)) * 100_000, id="binary"),
    ],
)
def test_hostile_lines_come_to_an_end(line: bytes) -> None:
    """Lines made to cost the square of their length are read in time, with every byte accounted for."""
    saved = salvage(line, 1, 0, last=False)
    assert saved.damage
    assert (0, len(line)) == (
        min(start for start, _ in [*saved.spans, (saved.damage[0].start, 0)]),
        max(damage.end for damage in saved.damage),
    )


@pytest.mark.deep
def test_a_damaged_line_of_100_mb_is_saved() -> None:
    """One bad byte in a very long record costs that byte."""
    line = RECORD[:-3] + b"\xff" + b"x" * 100_000_000 + RECORD[-3:]
    saved = salvage(line, 1, 0, last=False)
    assert (["TF005"], len(line) + 2) == (codes(saved), len(saved.parts[0]))
