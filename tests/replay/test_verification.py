"""Verification of one file: what was found, what follows from what, and the verdict."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from turnfold.replay.findings import Finding, Severity, Verdict
from turnfold.replay.histories import BARE, OLD, PAGINATED, cut, edited, line_of, repeated, write
from turnfold.replay.invariants import registry
from turnfold.replay.verification import FileReport, verdict_of, verify
from turnfold.replay.watch import LISTED_PER_CODE, imply
from turnfold.rollouts import Dialect, SourceError

HISTORY = """
meta; start a; context; user "one"; call c1; output c1; agent "done"; complete a
start b; context; user "two"; call c2; abort b
"""


def verified(tmp_path: Path, data: bytes) -> FileReport:
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(data)
    return verify(path)


def test_a_legal_session_is_valid(tmp_path: Path) -> None:
    """No finding, verdict valid, and the session's identity, client and length are told."""
    report = verified(tmp_path, write(HISTORY))
    assert (Verdict.VALID, ()) == (report.verdict, report.findings)
    assert report.thread_id is not None
    assert (0, 146, 0) == report.profile.version
    assert write(HISTORY).count(b"\n") == report.lines


def test_a_violation_makes_it_invalid(tmp_path: Path) -> None:
    """A second terminal is named by code, line and witnesses."""
    data = write(HISTORY)
    report = verified(tmp_path, repeated(data, line_of(data, "task_complete")))
    assert Verdict.INVALID is report.verdict
    (finding,) = [f for f in report.findings if f.code == "TF304"]
    assert line_of(data, "task_complete") + 1 == finding.line
    assert [line_of(data, "task_complete"), finding.line] == [w.line for w in finding.witnesses]


def test_damage_makes_it_unknown(tmp_path: Path) -> None:
    """A torn tail hides what came last: no verdict on the order, and the byte range is told."""
    report = verified(tmp_path, cut(write(HISTORY), 25))
    assert Verdict.UNKNOWN is report.verdict
    (finding,) = [f for f in report.findings if f.code == "TF002"]
    assert finding.start is not None
    assert finding.end == finding.start + 25


def test_an_open_end_makes_it_unknown(tmp_path: Path) -> None:
    """While a turn is open at the end, whether the order is legal is not settled."""
    report = verified(tmp_path, write('meta; start a; context; user "one"; crash'))
    assert Verdict.UNKNOWN is report.verdict
    assert {"TF306"} == set(report.counts)


def test_rules_that_cannot_judge_are_idle(tmp_path: Path) -> None:
    """A file of a version without turn events is not judged by the rules that need them, and says so."""
    report = verified(tmp_path, write(HISTORY, OLD))
    assert Verdict.VALID is report.verdict
    assert "TF301" in report.idle_rules
    assert "TF301" not in verified(tmp_path, write(HISTORY, PAGINATED)).idle_rules


def test_equal_findings_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    """Of a rule that speaks a thousand times some are listed, and all are counted."""
    data = write(HISTORY)
    line = data.splitlines(keepends=True)[line_of(data, "task_complete") - 1]
    report = verified(tmp_path, data + line * 1000)
    assert 1000 == report.counts["TF304"]
    assert LISTED_PER_CODE == len([f for f in report.findings if f.code == "TF304"])


def test_a_selection_of_rules(tmp_path: Path) -> None:
    """Only the rules that are asked for speak."""
    data = write(HISTORY)
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(repeated(data, line_of(data, "task_complete")))
    assert not verify(path, [registry()["TF303"]]).findings


def test_a_file_that_is_not_there_is_an_error() -> None:
    """What cannot be opened is raised, for it is no property of a session."""
    with pytest.raises(SourceError, match="nowhere"):
        verify("nowhere.jsonl")


def test_what_follows_from_another_finding_says_so() -> None:
    """A finding is implied by a root finding on the same subject, and by no other."""
    rules = [registry()["TF305"], registry()["TF303"]]
    cut_off = Finding(code="TF305", severity=Severity.SUSPICION, line=3, subject="A")
    overlap = Finding(code="TF303", severity=Severity.VIOLATION, line=5, subject="A")
    elsewhere = Finding(code="TF305", severity=Severity.SUSPICION, line=9, subject="B")
    assert ["TF303", None, None] == [f.implied_by for f in imply([cut_off, overlap, elsewhere], rules)]


@pytest.mark.parametrize(
    ("severities", "open_at_end", "verdict"),
    [
        ([], False, Verdict.VALID),
        ([Severity.SUSPICION], False, Verdict.UNKNOWN),
        ([Severity.SUSPICION], True, Verdict.UNKNOWN),
        ([Severity.DAMAGE], False, Verdict.UNKNOWN),
        ([Severity.DAMAGE, Severity.VIOLATION], True, Verdict.INVALID),
    ],
)
def test_the_verdict(severities: list[Severity], open_at_end: bool, verdict: Verdict) -> None:
    """A violation decides; else what is hidden, or may be a violation, leaves it open."""
    findings = [Finding(code="TF000", severity=severity, line=1) for severity in severities]
    assert verdict is verdict_of(findings, open_at_end)


def test_a_session_that_a_newer_codex_goes_on_with_is_judged_from_its_first_turn_start(
    tmp_path: Path,
) -> None:
    """The first `session_meta` keeps the old version; turn rules are at work once a turn start was seen."""
    old = write('meta; start a; user "one"; agent "done"; complete a', OLD)
    newer = write('meta; start b; context; user "two"; agent "done"; complete b').splitlines(keepends=True)[
        1:
    ]
    assert not {"TF301", "TF304", "TF306"} & verified(tmp_path, old + b"".join(newer)).counts.keys()
    data = old + b"".join([*newer, *(b"\n" * 70_000,), newer[-1]])
    assert "TF304" in verified(tmp_path, data).counts


def test_what_may_have_been_lost_is_no_proof(tmp_path: Path) -> None:
    """A completion without a start is a violation; after a line that was lost to damage it is a suspicion."""
    data = write(HISTORY)
    start = line_of(data, "task_started")
    lines = data.splitlines(keepends=True)
    assert Verdict.INVALID is verified(tmp_path, b"".join(lines[: start - 1] + lines[start:])).verdict
    lines[start - 1] = lines[start - 1][:40] + b"\n"
    report = verified(tmp_path, b"".join(lines))
    assert Verdict.UNKNOWN is report.verdict
    (finding,) = [f for f in report.findings if f.code == "TF301"]
    assert Severity.SUSPICION is finding.severity
    assert start == finding.witnesses[0].line


def test_an_empty_file_is_damaged(tmp_path: Path) -> None:
    """Nothing at all can be said of a file with nothing in it."""
    report = verified(tmp_path, b"")
    assert (Verdict.UNKNOWN, {"TF016": 1}) == (report.verdict, report.counts)


def test_a_file_that_is_no_rollout_at_all_is_damaged_and_not_illegal(tmp_path: Path) -> None:
    """Where no line is a record, nothing proves that an identity was left out."""
    report = verified(tmp_path, b'{"model":"m","input":[]}\n{"model":"m","input":[]}\n')
    assert Verdict.UNKNOWN is report.verdict
    assert Severity.VIOLATION not in {finding.severity for finding in report.findings}


def test_an_ordinal_of_the_wrong_type_is_damage_and_no_missing_one(tmp_path: Path) -> None:
    """The line is damaged, so that it has no ordinal is no proof against its writer."""
    data = write(HISTORY, PAGINATED)
    report = verified(tmp_path, edited(data, 5, "ordinal", "4"))
    assert Verdict.UNKNOWN is report.verdict
    assert {"TF012", "TF108"} <= report.counts.keys()


def test_a_paginated_file_says_so_in_its_identity_too(tmp_path: Path) -> None:
    """Without the ordinal of its first line it is paginated all the same."""
    first, rest = write(HISTORY, PAGINATED).split(b"\n", 1)
    record = msgspec.json.decode(first)
    del record["ordinal"]
    report = verified(tmp_path, msgspec.json.encode(record) + b"\n" + rest)
    assert Dialect.PAGINATED is report.profile.dialect


def test_a_bare_header_that_stands_twice_has_no_time_of_its_own(tmp_path: Path) -> None:
    """Its time is that of the session: it does not make a repeated record."""
    data = write(HISTORY, BARE)
    assert "TF111" not in verified(tmp_path, repeated(data, 1)).counts
