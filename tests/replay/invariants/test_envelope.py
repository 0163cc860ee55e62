"""TF1xx: what excuses an envelope, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.replay.invariants.support import NAME, Row, check, codes, event, found, item, log, meta, record
from turnfold.events import CompactionNoted, SessionMetaRecorded
from turnfold.replay.invariants import registry
from turnfold.replay.verification import verify
from turnfold.replay.watch import Watch
from turnfold.rollouts import Dialect, Record, profile_of
from turnfold.rollouts.source import BLOCK_BYTES

NOTE = event("context_compacted")
START = event("task_started", turn_id="a")
CONTEXT: dict[str, Any] = {
    "cwd": "/",
    "model": "m",
    "approval_policy": "never",
    "sandbox_policy": {"mode": "read-only"},
}
ID = NAME[28:64]


def stamped(row: Row, timestamp: Any) -> Row:
    return {**row, "timestamp": timestamp}


def numbered(*ordinals: int | None) -> bytes:
    """A file with these ordinals, of which None is none."""
    rows = [meta(), *[NOTE] * (len(ordinals) - 1)]
    numbers = [{} if n is None else {"ordinal": n} for n in ordinals]
    return log(*[{**row, **number} for row, number in zip(rows, numbers, strict=True)])


def sequenced(*numbers: int | None) -> bytes:
    """A log of our own with these sequence numbers, of which None is none."""
    rows = [meta(), *[NOTE] * (len(numbers) - 1)]
    seqs = [{} if n is None else {"seq": n} for n in numbers]
    return log(*[{**row, **seq} for row, seq in zip(rows, seqs, strict=True)])


def damaged(data: bytes, line: int) -> bytes:
    """Line *line* is replaced by junk."""
    lines = data.splitlines(keepends=True)
    lines[line - 1] = b"\xff\x00 junk\n"
    return b"".join(lines)


class TestMissingSessionMeta:
    """TF101."""

    def test_it_may_come_later_or_never(self) -> None:
        """The finding stands at the first record and says where the identity is."""
        later = check(log(NOTE, meta(), meta()), [registry()["TF101"]])
        never = check(log(NOTE, NOTE), [registry()["TF101"]])
        assert [(1, "one follows on line 2")] == [(f.line, f.facts["where"]) for f in later]
        assert [(1, "no other line is one")] == [(f.line, f.facts["where"]) for f in never]

    def test_after_damage_it_is_a_suspicion(self) -> None:
        """Junk before the first record may have been the identity."""
        assert [(2, "suspicion")] == found("TF101", damaged(log(meta(), NOTE), 1))

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(log(record("session_meta", id=7), NOTE), id="malformed"),
            pytest.param(b'{"id":1,"method":"initialize","params":{}}\n', id="capture"),
            pytest.param(b'{"id":"t","timestamp":"2025-05-14T03:25:08.061Z"}\n', id="bare"),
            pytest.param(b"", id="empty"),
        ],
    )
    def test_excused(self, data: bytes) -> None:
        """A malformed identity is damage; captures have none; the header of bare files is one."""
        assert [] == found("TF101", data)


@pytest.mark.parametrize(
    ("session_id", "name"),
    [
        (ID, NAME),
        (ID.upper(), NAME),
        ("other", "copy.jsonl"),
        ("other", "-"),
        ("thread", "rollout-2026-06-01T09-00-00-thread_segment.jsonl.zst"),
        ("segment", "rollout-2026-06-01T09-00-00-thread_segment.jsonl"),
    ],
)
def test_names_that_fit(session_id: str, name: str) -> None:
    """TF102 is silent where the name has the id, or is no name that Codex gives."""
    data = log(meta(session_id), meta("parent"))
    assert [] == found("TF102", data, name=name if name != "-" else "stdin.jsonl")


class TestTimes:
    """TF103, TF104 and TF116."""

    @pytest.mark.parametrize(
        "timestamp", [None, "yesterday", "2026-06-01T09:00:01.000", "2026-13-01T09:00:01Z"]
    )
    def test_no_time(self, timestamp: str | None) -> None:
        """A time is ISO 8601 with a zone; of a run of equal faults the first is named."""
        wrong = stamped(NOTE, timestamp)
        assert [(2, "violation")] == found("TF103", log(meta(), wrong, wrong, NOTE))

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(log(meta(), stamped(event("vanished"), None)), id="unknown record"),
            pytest.param(
                b'{"id":"t","timestamp":"2025-05-14"}\n{"type":"message","role":"user"}\n', id="bare"
            ),
        ],
    )
    def test_records_without_time(self, data: bytes) -> None:
        """What cannot be read is not asked for its time, and bare files have none."""
        assert [] == found("TF103", data)

    def test_each_step_back_is_named_once(self) -> None:
        """After a step back the lines are compared with the new time, and equal times are legal."""
        early, later = "2026-06-01T09:00:00.000Z", "2026-06-01T09:00:00.500Z"
        rows = [meta(), NOTE, stamped(NOTE, early), stamped(NOTE, early), stamped(NOTE, later)]
        assert [(3, "suspicion")] == found("TF104", log(*rows))

    def test_a_session_whose_identity_is_missing_has_no_creation(self) -> None:
        """TF116 compares with nothing where the identity or its time is missing."""
        early = stamped(NOTE, "2026-06-01T09:00:00.000Z")
        assert [] == found("TF116", log(NOTE, NOTE, early))
        assert [] == found("TF116", log(meta(), NOTE, early))

    def test_captures_have_clocks_of_their_own(self) -> None:
        """Times of a capture come from two processes, so a step back there is none."""
        watch = Watch(profile_of(Dialect.APP_SERVER), [registry()["TF104"]])
        times = "2026-06-01T09:00:01.000Z", "2026-06-01T09:00:00.000Z"
        watch.feed([Record(payload=CompactionNoted(), timestamp=time) for time in times], (1, 2))
        watch.finish()
        assert [] == watch.findings

    def test_a_step_back_before_the_creation_is_one_fault(self) -> None:
        """TF116 follows from TF104 on the same line."""
        rows = [meta(timestamp="2026-06-01T09:00:00.000Z"), NOTE, stamped(NOTE, "2026-06-01T08:00:00.000Z")]
        findings = check(log(*rows), [registry()["TF104"], registry()["TF116"]])
        assert [("TF104", None), ("TF116", "TF104")] == [(f.code, f.implied_by) for f in findings]


class TestOrdinals:
    """TF105 to TF110."""

    @pytest.mark.parametrize(
        ("ordinals", "expected"),
        [
            ((0, 1, 2, 3), []),
            ((None, None), []),
            ((0, 2, 3), ["TF105"]),
            ((0, 1, 1, 2), ["TF106"]),
            ((0, 1, 2, 1, 3), ["TF107"]),
            ((0, 1, 2, 0, 1, 2), ["TF107"]),
            ((0, None, 2), ["TF108"]),
            ((0, None, None, 1, None), ["TF108"]),
            ((None, None, 2, 3), ["TF109"]),
            ((None, 1, None), ["TF109", "TF108"]),
            ((7, 8), ["TF110"]),
            ((-1, 0), ["TF110"]),
            ((0, None, 5), ["TF108", "TF105"]),
        ],
    )
    def test_chains(self, ordinals: tuple[int | None, ...], expected: list[str]) -> None:
        """One fault has one finding, and the row is picked up again after it."""
        rules = [rule for code, rule in registry().items() if "TF105" <= code <= "TF110"]
        assert expected == codes(check(numbered(*ordinals), rules))

    def test_lost_lines_account_for_numbers(self) -> None:
        """What damage on the lines between can explain is not told again."""
        data = numbered(0, 1, 2, 3)
        for line in (1, 3):
            assert {"TF105", "TF110"}.isdisjoint(codes(check(damaged(data, line))))

    def test_a_segment_continues(self) -> None:
        """A file with a `history_base` begins where the earlier one ended."""
        base = {"thread_id": "t", "end_ordinal_exclusive": 40}
        assert [] == found("TF110", log({**meta(history_base=base), "ordinal": 40}))


class TestSequence:
    """TF117 and TF118."""

    @pytest.mark.parametrize(
        ("numbers", "expected"),
        [
            ((0, 1, 2), []),
            ((0, None, 1, None, None), []),
            ((0, 1, 3, 4), ["TF117"]),
            ((2, 3), ["TF117"]),
            ((0, 1, 1, 2), ["TF118"]),
            ((0, 1, 2, 0, 3), ["TF118"]),
            ((None, 7, 8), []),
        ],
    )
    def test_chains(self, numbers: tuple[int | None, ...], expected: list[str]) -> None:
        """By one, from 0; lines of Codex, and a log that it began, are passed over."""
        rules = [registry()["TF117"], registry()["TF118"]]
        assert expected == codes(check(sequenced(*numbers), rules))

    def test_a_twin_has_the_number_of_its_original(self) -> None:
        """A record of another type may repeat the number, once."""
        message = item("message", role="user", content=[{"type": "input_text", "text": "hi"}])
        twin = event("user_message", message="hi")
        rows = [meta(), message, twin]
        again = [*rows, twin]
        numbers = 0, 1, 1, 1
        assert [] == found("TF118", log(*[{**r, "seq": n} for r, n in zip(rows, numbers, strict=False)]))
        assert [(4, "violation")] == found(
            "TF118", log(*[{**r, "seq": n} for r, n in zip(again, numbers, strict=True)])
        )

    def test_lost_lines_account_for_numbers(self) -> None:
        """Damage between two numbers explains what is missing."""
        assert [] == found("TF117", damaged(sequenced(0, 1, 2, 3), 3))

    def test_a_live_session_has_no_lines_to_lose(self) -> None:
        """Where there is no file, each missing number is named."""
        watch = Watch(profile_of(Dialect.OWN), [registry()["TF117"]])
        records = [
            Record(payload=SessionMetaRecorded(session_id="t"), seq=0),
            Record(payload=CompactionNoted(), seq=3),
        ]
        watch.feed(records, (0, 3))
        watch.finish()
        assert ["TF117"] == codes(watch.findings)


class TestRepeatedLine:
    """TF111."""

    SAID = event("user_message", message="go on")

    def test_excused(self) -> None:
        """Another time, another text, another record between, or a row that a fork copied."""
        said = stamped(self.SAID, "2026-06-01T09:00:30.000Z")
        other = stamped(event("user_message", message="stop"), "2026-06-01T09:00:30.000Z")
        note = stamped(NOTE, "2026-06-01T09:00:30.000Z")
        bare = {"id": "t", "timestamp": "2025-05-14T03:25:08.061Z"}
        for data in (
            log(meta(), self.SAID, self.SAID),
            log(meta(), said, other),
            log(meta(), said, note, said),
            log(meta(forked_from_id="u"), meta("u"), said, said),
            log(meta(), stamped(self.SAID, None), stamped(self.SAID, None)),
            (str(bare).replace("'", '"') + "\n").encode(),
        ):
            assert [] == found("TF111", data)

    def test_the_line_before_may_be_in_the_block_before(self, tmp_path: Path) -> None:
        """Where the reader cuts the file makes no difference."""
        said = stamped(self.SAID, "2026-06-01T09:00:30.000Z")
        path = tmp_path / "rollout.jsonl"
        path.write_bytes(log(meta(), *[said] * 2_001))
        assert path.stat().st_size > 2 * BLOCK_BYTES
        assert {"TF111": 2_000} == verify(path, [registry()["TF111"]]).counts

    def test_it_follows_from_a_repeated_ordinal(self) -> None:
        """A copied line of a paginated file is one fault."""
        rows = [
            {**meta(), "ordinal": 0},
            *[{**stamped(self.SAID, "2026-06-01T09:00:30.000Z"), "ordinal": 1}] * 2,
        ]
        findings = check(log(*rows), [registry()["TF106"], registry()["TF111"]])
        assert [("TF106", None), ("TF111", "TF106")] == [(f.code, f.implied_by) for f in findings]


@pytest.mark.parametrize(
    ("ordinals", "expected"),
    [((0, 1, 2, 0, 4, 5), ["TF107"]), ((0, 1, 1, 3, 4), ["TF106"]), ((0, 1, 2, 0, 5), ["TF107", "TF105"])],
)
def test_a_wrong_ordinal_in_its_own_place_is_one_fault(
    ordinals: tuple[int, ...], expected: list[str]
) -> None:
    """The line may have taken the place of the number that is missing, but of one only."""
    rules = [registry()[code] for code in ("TF105", "TF106", "TF107")]
    assert expected == [finding.code for finding in check(numbered(*ordinals), rules)]


class TestTurnContext:
    """TF112 and TF113."""

    @pytest.mark.parametrize("field", CONTEXT)
    def test_each_setting_is_needed(self, field: str) -> None:
        """A missing setting is named; in a version that nobody studied it is a suspicion."""
        context = {name: value for name, value in CONTEXT.items() if name != field}
        for version, severity in (("0.146.0", "violation"), ("9.0.0", "suspicion")):
            data = log(meta(version=version), record("turn_context", **context))
            assert [(2, severity)] == found("TF112", data)
            assert field in str(check(data, [registry()["TF112"]])[0].facts["fields"])

    @pytest.mark.parametrize(
        "change", [{}, {"approval_policy": {"granular": {}}}, {"sandbox_policy": "none"}]
    )
    def test_forms_that_are_legal(self, change: dict[str, Any]) -> None:
        """Policies are texts or objects."""
        assert [] == found("TF112", log(meta(), record("turn_context", **{**CONTEXT, **change})))

    def test_of_another_turn(self) -> None:
        """Inside another turn it is a violation, outside of any turn a suspicion."""
        other = record("turn_context", turn_id="b", **CONTEXT)
        end = event("task_complete", turn_id="a")
        assert [(3, "violation")] == found("TF113", log(meta(), START, other))
        assert [(4, "suspicion")] == found("TF113", log(meta(), START, end, other))
        assert [(2, "suspicion")] == found("TF113", log(meta(), other))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param((START, record("turn_context", turn_id="a", **CONTEXT)), id="own turn"),
            pytest.param((START, record("turn_context", **CONTEXT)), id="no id"),
            pytest.param((START, record("turn_context", turn_id={}, **CONTEXT)), id="no proper id"),
            pytest.param(
                (event("task_started"), record("turn_context", turn_id="b", **CONTEXT)), id="start without id"
            ),
            pytest.param(
                (START, event("entered_review_mode"), record("turn_context", turn_id="b", **CONTEXT)),
                id="review",
            ),
        ],
    )
    def test_excused(self, rows: tuple[Row, ...]) -> None:
        """The same turn, no ids to compare, or review mode."""
        assert [] == found("TF113", log(meta(), *rows))

    def test_old_files_have_no_turns(self) -> None:
        """Before 0.104 no turn is recorded, so none is open."""
        assert [] == found(
            "TF113", log(meta(version="0.98.0"), record("turn_context", turn_id="b", **CONTEXT))
        )


class TestNeverPersisted:
    """TF114."""

    def test_each_type_is_named_once(self) -> None:
        """Events that are read and such that are not; the second of a type is not named."""
        rows = [event("warning"), event("plan_update"), event("warning"), event("plan_update")]
        assert [(2, "suspicion"), (3, "suspicion")] == found("TF114", log(meta(), *rows))
        assert [(1, "suspicion")] == found("TF114", log(event("warning")))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param((meta(version="9.0.0"), event("warning")), id="newer version"),
            pytest.param((meta() | {"seq": 0}, event("warning") | {"seq": 1}), id="own log"),
            pytest.param((meta(), event("vanished")), id="unknown type"),
        ],
    )
    def test_excused(self, rows: tuple[Row, ...]) -> None:
        """Nothing is known of newer versions; our own log keeps more; unknown types are TF014's."""
        assert [] == found("TF114", log(*rows))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((meta(), START, meta()), id="rewrite"),
        pytest.param(
            (meta("c", forked_from_id="p"), meta("p"), meta("g"), START, meta("p"), meta("g")), id="fork"
        ),
        pytest.param((NOTE, START, meta(), meta()), id="late identity"),
    ],
)
def test_identities_of_the_family(rows: tuple[Row, ...]) -> None:
    """TF115 is silent on rewrites of the session's own record and of those in the head of a fork."""
    assert [] == found("TF115", log(*rows))


def test_a_number_that_a_line_between_can_hold_is_not_missing() -> None:
    """After a number that stood out of the row, too, a line without a record may have held the one that is missing."""
    *lines, last = numbered(0, 1, 5, 2, 4).splitlines(keepends=True)
    rules = [rule for code, rule in registry().items() if code in ("TF105", "TF106", "TF107")]
    assert ["TF105", "TF107"] == codes(check(b"".join([*lines, b"\n", last]), rules))
