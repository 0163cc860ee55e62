"""The tolerant reader: everything is read, and everything that is wrong is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from turnfold.events import SessionMetaRecorded, UnknownRecorded
from turnfold.replay.histories import (
    BARE,
    CODEX,
    OLD,
    PAGINATED,
    Form,
    cut,
    edited,
    line_of,
    lines_of,
    torn,
    write,
)
from turnfold.rollouts import Batch, Dialect, Reader, open_source
from turnfold.rollouts.zstd import MAGIC

HISTORY = write(
    """
    meta; start a; context; user "fix the parser"
    call c1 shell "pytest -q"; output c1 "1 failed"; tokens 1200
    agent "An off-by-one."; tokens 1400 90; complete a
    """
)


def read(path: Path) -> tuple[Reader, list[Batch]]:
    with open_source(path) as source:
        reader = Reader(source)
        return reader, list(reader.batches())


def taken(batches: Sequence[Batch]) -> list[int]:
    return [line for batch in batches for line in batch.lines]


def named(batches: Sequence[Batch]) -> list[tuple[str, int]]:
    return [(damage.code, damage.line) for batch in batches for damage in batch.damage]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def put(data: bytes) -> Path:
        path = tmp_path / "rollout.jsonl"
        path.write_bytes(data)
        return path

    return put


Put = Callable[[bytes], Path]


@pytest.mark.parametrize(
    ("form", "dialect"),
    [
        (CODEX, Dialect.CODEX),
        (OLD, Dialect.CODEX),
        (PAGINATED, Dialect.PAGINATED),
        (BARE, Dialect.BARE),
    ],
)
def test_every_line_of_a_sound_file_is_one_record(file: Put, form: Form, dialect: Dialect) -> None:
    """Each dialect is recognised, and each of its lines becomes a record without damage."""
    data = write('meta; start a; user "hello"; agent "hi"; complete a', form)
    reader, batches = read(file(data))
    assert dialect is reader.profile.dialect
    assert list(range(1, len(lines_of(data)) + 1)) == taken(batches)
    assert [] == named(batches)


def test_the_profile_comes_from_the_identity(file: Put) -> None:
    """Client and version are those of the first `session_meta`, and a later one does not change them."""
    data = HISTORY + edited(HISTORY, 1, "payload.cli_version", "0.1.0").splitlines(keepends=True)[0]
    reader, _ = read(file(data))
    assert (0, 146, 0) == reader.profile.version
    assert reader.profile.shows_turns


def test_an_identity_that_comes_late_is_read(file: Put) -> None:
    """Also where it stands far behind the first block, among lines that are decoded together."""
    first, *rest = HISTORY.splitlines(keepends=True)
    reader, _ = read(file(b"".join([*rest * 40, first, *rest * 40])))
    assert (0, 146, 0) == reader.profile.version


def test_versions_without_turn_events_do_not_show_turns(file: Put) -> None:
    """Codex before 0.104 recorded no turn starts, so their absence says nothing."""
    reader, _ = read(file(write('meta; start a; user "hello"; complete a', OLD)))
    assert not reader.profile.shows_turns


CHANGES: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda line: line.replace(b'"turn_id"', b'"turn_id":"x","turn_id"', 1), "TF009"),
    (lambda line: line + line, "TF004"),
    (lambda line: line[:30] + line, "TF003"),
    (lambda line: b"\x00" * 64 + line, "TF007"),
    (lambda line: b"\xef\xbb\xbf" + line, "TF008"),
    (lambda line: line.replace(b'"payload":{', b'"unread":"\xff","payload":{', 1), "TF005"),
    (lambda line: line.replace(b'"payload":{', b'"unread":"\\ud800","payload":{', 1), "TF006"),
    (lambda line: line.replace(b'"timestamp":"2026', b'"timestamp":[2026],"x":"', 1), "TF012"),
    (lambda _: b"[1,2]", "TF011"),
    (lambda _: b"\x93\x00\x11 junk", "TF001"),
    (lambda _: b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "TF010"),
]
"""What can happen to a line, and the code that names it."""


@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_damage_is_named_where_it_is_and_hides_nothing_else(
    file: Put, change: Callable[[bytes], bytes], code: str
) -> None:
    """One damaged line is named by number and code, and every other line is still read."""
    number = line_of(HISTORY, "task_started")
    lines = lines_of(HISTORY)
    lines[number - 1] = change(lines[number - 1])
    _, batches = read(file(b"".join(line + b"\n" for line in lines)))
    assert (code, number) in named(batches)
    assert set(range(1, len(lines) + 1)) - {number} <= set(taken(batches))


def test_windows_line_ends_and_blank_lines_are_no_damage(file: Put) -> None:
    """CRLF and empty lines are legal, and lines keep their numbers."""
    reader, batches = read(file(HISTORY.replace(b"\n", b"\r\n\r\n")))
    assert [] == named(batches)
    assert [2 * n + 1 for n in range(len(lines_of(HISTORY)))] == taken(batches)
    assert 2 * len(lines_of(HISTORY)) == reader.lines


def test_a_torn_tail_is_named_and_a_whole_one_is_read(file: Put) -> None:
    """A last line without newline is damage only if it is cut."""
    _, whole = read(file(HISTORY[:-1]))
    assert [] == named(whole)
    _, batches = read(file(cut(HISTORY, 40)))
    assert [("TF002", len(lines_of(HISTORY)))] == named(batches)


def test_a_torn_write_and_its_retry_keep_the_record(file: Put) -> None:
    """A cut record followed by the whole one on the same line: the whole one counts."""
    number = line_of(HISTORY, "task_complete")
    _, batches = read(file(torn(HISTORY, number, 50)))
    assert [("TF003", number)] == named(batches)
    assert number in taken(batches)


def test_unknown_records_are_kept_whole(file: Put) -> None:
    """A record type of a later version is carried with its payload, and counted."""
    line = b'{"timestamp":"2026-06-01T09:00:00.000Z","type":"hologram","payload":{"type":"beam","n":1}}\n'
    reader, batches = read(file(HISTORY + line))
    last = batches[-1].records[-1].payload
    assert isinstance(last, UnknownRecorded)
    assert {"type": "beam", "n": 1} == last.payload
    assert {"hologram/beam": 1} == dict(reader.unknown_types)


def test_a_record_of_a_known_type_in_the_wrong_shape_is_kept_and_named(file: Put) -> None:
    """`call_id` as a number: TF012, and the record stays as an unknown one."""
    number = line_of(HISTORY, "function_call")
    _, batches = read(file(edited(HISTORY, number, "payload.call_id", 7)))
    assert [("TF012", number)] == named(batches)
    assert number in taken(batches)


def test_a_file_of_nothing_known_is_read_to_its_end(file: Put) -> None:
    """JSON objects that no dialect knows are unknown records, not errors."""
    _, batches = read(file(b'{"hello":"world"}\n{"a":1}\n'))
    assert [("TF011", 1), ("TF011", 2)] == named(batches)


def test_our_own_records_become_events(file: Put) -> None:
    """A record of type `turnfold` is decoded to the event that it holds."""
    own = (
        b'{"timestamp":"2026-06-01T09:00:00.000Z","seq":1,"type":"session_meta","payload":{"id":"S"}}\n'
        b'{"timestamp":"2026-06-01T09:00:00.000Z","seq":2,"type":"turnfold","payload":{"kind":"approval_requested",'
        b'"version":1,"body":{"approval_id":"q1","approval_kind":"exec"}}}\n'
    )
    reader, batches = read(file(own))
    assert Dialect.OWN is reader.profile.dialect
    assert "q1" == batches[0].records[1].payload.approval_id


def test_a_log_of_ours_that_codex_continued_changes_its_producer(file: Put) -> None:
    """Lines without `seq` in a log of ours are Codex's: what it never records is not expected there."""
    own = (
        b'{"timestamp":"2026-06-01T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}\n'
        b'{"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}\n'
        b'{"timestamp":"2026-06-01T09:00:02.000Z","seq":1,"type":"event_msg","payload":{"type":"warning"}}\n'
    )
    with open_source(file(own)) as source:
        reader = Reader(source)
        seen = [(reader.profile.dialect, list(batch.lines)) for batch in reader.batches()]
    assert [(Dialect.OWN, [1]), (Dialect.CODEX, [2]), (Dialect.OWN, [3])] == seen


def test_text_of_gives_the_bytes_of_a_line(file: Put) -> None:
    """A batch can show the line that a record came from."""
    _, batches = read(file(HISTORY))
    assert lines_of(HISTORY)[2] == batches[0].text_of(3)


def test_a_trusting_reader_takes_the_same_records(file: Put) -> None:
    """It names less damage, and loses nothing that can be decoded."""
    lines = lines_of(HISTORY)
    lines[3] = lines[3].replace(b'"payload":{', b'"unread":{"a":1,"a":2},"payload":{', 1)
    lines[5] = lines[5][:40]
    path = file(b"".join(line + b"\n" for line in [*lines, *lines]))
    with open_source(path) as source:
        trusted = list(Reader(source, trusting=True).batches())
    _, asked = read(path)
    assert taken(asked) == taken(trusted)
    assert set(named(trusted)) <= set(named(asked))


@given(st.data())
def test_no_bytes_stop_the_reader(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever bytes are changed: it never raises, and every line is a record, damage or blank."""
    mutated = bytearray(HISTORY)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    assume(not mutated.startswith(MAGIC))
    path = tmp_path_factory.getbasetemp() / "fuzz.jsonl"
    path.write_bytes(bytes(mutated))
    _, batches = read(path)
    accounted = set(taken(batches)) | {line for _, line in named(batches)}
    lines = bytes(mutated).split(b"\n")
    assert {n for n, line in enumerate(lines, start=1) if line.strip()} <= accounted


def test_the_identity_is_the_first_record(file: Put) -> None:
    """The first record of a file is its `session_meta`, under the names of the event."""
    _, batches = read(file(HISTORY))
    first = batches[0].records[0].payload
    assert SessionMetaRecorded is first.event
    assert msgspec.json.decode(lines_of(HISTORY)[0])["payload"]["id"] == first.session_id
