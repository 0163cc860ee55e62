"""Minimizing: the result still shows the finding, no line of it can go, and nobody's words are in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.replay.ddmin import ddmin
from turnfold.replay.invariants import registry
from turnfold.replay.minimizer import FindingAbsent, minimize
from turnfold.replay.record_texts import replaced, texts_of
from turnfold.replay.trial import Row, Trial
from turnfold.replay.verification import verify_source
from turnfold.rollouts import source_of
from turnfold.rollouts.samples import sample_names, sample_path


def codes(data: bytes, code: str) -> set[str]:
    """Return what the rule *code*, and the reader, say of some bytes."""
    rules = [registry()[code]] if code in registry() else []
    return set(verify_source(source_of(data), rules).counts)


FINDINGS = [
    (name, code)
    for name in sample_names()
    for code in verify_source(source_of(sample_path(name).read_bytes())).counts
]


@pytest.mark.parametrize(("name", "code"), FINDINGS)
def test_the_result_shows_the_finding_and_no_line_of_it_can_go(name: str, code: str) -> None:
    """For every finding in the samples: 1-minimal, made of lines of the file, and the same each time."""
    data = sample_path(name).read_bytes()
    found = minimize(data, code)
    assert code in codes(found.data, code)
    assert (code, len(found.data.splitlines())) == (found.finding.code, len(found.lines))
    assert sorted(set(found.lines)) == list(found.lines)
    rows = [Row(number, line) for number, line in enumerate(found.data.splitlines(keepends=True), start=1)]
    shows = Trial(rows, code, "rollout.jsonl")
    assert [] == [row.number for row in rows if shows([one for one in rows if one is not row])]
    assert found == minimize(data, code)


def test_a_lone_defect_needs_few_lines() -> None:
    """A turn that ended twice is its start and two ends; a gap between ordinals the lines around it."""
    twice = minimize(sample_path("ended-twice").read_bytes(), "TF304")
    kinds = [msgspec.json.decode(line)["payload"]["type"] for line in twice.data.splitlines()]
    assert ["task_started", "task_complete", "turn_aborted"] == kinds
    gap = minimize(sample_path("ordinal-gap").read_bytes(), "TF105")
    assert [17, 19] == [msgspec.json.decode(line)["ordinal"] for line in gap.data.splitlines()]


def test_another_finding_of_the_rule_is_no_substitute() -> None:
    """Leaving out a call makes its output one without call: that is not the one that was there."""
    found = minimize(sample_path("unpaired-calls").read_bytes(), "TF201")
    assert b'"call_id":"types"' in found.data
    assert "types" in str(found.finding.subject)


def test_texts_become_short_and_ids_stay() -> None:
    """What was said is gone, unless the finding needs it."""
    data = sample_path("two-writers").read_bytes()
    found = minimize(data, "TF215")
    texts = {found.data[text.start : text.end] for text in texts_of(found.data)}
    assert ({b"x"}, 0) == (texts, found.texts_kept)
    assert b"apply_patch" in found.data


def test_texts_are_redacted_if_that_is_asked_for() -> None:
    """Every text that is no structure is replaced in the way that the caller wants."""
    found = minimize(sample_path("two-writers").read_bytes(), "TF215", redact=lambda text: f"<{len(text)}>")
    texts = [found.data[text.start : text.end] for text in texts_of(found.data)]
    assert texts
    assert [] == [text for text in texts if not text.strip(b"<>").isdigit()]


def test_junk_is_cut_down_to_what_makes_it_junk() -> None:
    """Of a megabyte of binary little is enough."""
    data = sample_path("clean-with-steer").read_bytes() + b"\x01\x02" * 500_000 + b"\n"
    found = minimize(data, "TF001")
    assert 1 == len(found.lines)
    assert len(found.data) < 20_000


def test_an_absent_finding_is_refused_with_those_that_are_there() -> None:
    """The error names what the file has."""
    with pytest.raises(FindingAbsent, match=r"TF304 \(1\)") as caught:
        minimize(sample_path("ended-twice").read_bytes(), "TF101")
    assert {"TF304": 1} == dict(caught.value.present)
    with pytest.raises(FindingAbsent, match="none at all"):
        minimize(sample_path("clean-with-steer").read_bytes(), "TF304")


def test_progress_is_told() -> None:
    """How many lines are left, and how many trials were made."""
    told: list[tuple[int, int]] = []
    found = minimize(
        sample_path("ended-twice").read_bytes(),
        "TF304",
        progress=lambda lines, trials: told.append((lines, trials)),
    )
    assert list(range(1, found.trials + 1)) == [trials for _, trials in told]


@given(st.integers(0, 40), st.sets(st.integers(0, 39), max_size=6))
def test_ddmin_finds_what_is_needed(count: int, needed: set[int]) -> None:
    """Where items are needed each for itself, just those are left."""
    wanted = {item for item in needed if item < count}
    assert sorted(wanted) == ddmin(range(count), lambda chosen: wanted <= set(chosen))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 40))
def test_ddmin_leaves_nothing_that_could_go(items: list[int], least: int) -> None:
    """Whatever the question is: without any single item of the answer, the answer to it is no."""
    if sum(items) < least:
        return

    def shows(chosen: Sequence[int]) -> bool:
        return sum(chosen) >= least

    kept = ddmin(items, shows)
    assert shows(kept)
    assert [] == [index for index in range(len(kept)) if shows(kept[:index] + kept[index + 1 :])]


def test_texts_are_told_from_structure() -> None:
    """Ids, times, kinds and keys stay; also in a line that is cut, and with quotes escaped."""
    line = b'{"type":"message","id":"m 1","call_id":"c1","text":"say \\"hi\\"","cwd":"/home/a","n":["b"],"cut":"of'
    assert [b"m 1", b'say \\"hi\\"', b"/home/a", b"b", b"of"] == [
        line[one.start : one.end] for one in texts_of(line)
    ]
    assert b'{"a":"<8>"}' == replaced(
        b'{"a":"say \\"hi\\""}', texts_of(b'{"a":"say \\"hi\\""}'), lambda _: "<8>"
    )


def test_replacing_survives_what_is_no_text() -> None:
    """A text that is cut in an escape, or not UTF-8, is replaced like any other."""
    for line in (b'{"a":"x\\u00', b'{"a":"\xff y"}'):
        assert b"\xff" not in replaced(line, texts_of(line), lambda text: str(len(text)))
