"""`turnfold minimize`: the smallest file that shows a finding, and what happens when there is none."""

from __future__ import annotations

from pathlib import Path

from tests.tools.process import turnfold
from turnfold.rollouts.samples import sample_path

WRITERS = sample_path("two-writers")


def test_the_result_goes_to_standard_output() -> None:
    """What was left out goes to standard error."""
    done = turnfold("minimize", WRITERS, "--rule", "TF303")
    assert (0, 3) == (done.returncode, len(done.stdout.splitlines()))
    assert done.stderr.startswith("TF303 needs 3 of 35 lines (12, 16, 31), ")


def test_the_result_shows_the_finding(tmp_path: Path) -> None:
    """The rule can be named by its name, and the file by --out."""
    out = tmp_path / "small.jsonl"
    assert 0 == turnfold("minimize", WRITERS, "--rule", "overlapping-turns", "--out", out).returncode
    assert f"{out}:" in turnfold("verify", out, "--rule", "TF303").stdout
    assert [out] == list(tmp_path.iterdir())


def test_damage_can_be_minimized() -> None:
    """A torn tail needs no more than its first byte."""
    done = turnfold("minimize", sample_path("torn-lines"), "--rule", "TF002")
    assert (0, "{") == (done.returncode, done.stdout)


def test_texts_can_be_redacted() -> None:
    """The session's words are in no line of the result, and those of its ids are."""
    plain = turnfold("minimize", WRITERS, "--rule", "TF303", "--redact").stdout
    assert "<text 16 chars sha256:" in plain
    assert "019e826a-3fb6" in plain


def test_an_absent_finding_is_told_with_those_that_are_there() -> None:
    """Exit code 3, and nothing on standard output."""
    done = turnfold("minimize", sample_path("ended-twice"), "--rule", "TF101")
    assert (3, "") == (done.returncode, done.stdout)
    assert "there is no finding of TF101; there is TF304 (1)" in done.stderr


def test_one_rule_at_a_time() -> None:
    """A family is refused, and so is what is no rule."""
    for word in ("TF3", "nonsense"):
        done = turnfold("minimize", WRITERS, "--rule", word)
        assert (3, "") == (done.returncode, done.stdout)


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """Neither the source nor, without --force, another one."""
    source, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(WRITERS.read_bytes())
    other.write_text("mine")
    assert 3 == turnfold("minimize", source, "--rule", "TF303", "--out", source, "--force").returncode
    assert 3 == turnfold("minimize", source, "--rule", "TF303", "--out", other).returncode
    assert (WRITERS.read_bytes(), "mine") == (source.read_bytes(), other.read_text())
    assert 0 == turnfold("minimize", source, "--rule", "TF303", "--out", other, "--force").returncode
    assert 3 == len(other.read_bytes().splitlines())


def test_standard_input_can_be_minimized() -> None:
    """It is read whole, and only once."""
    done = turnfold("minimize", "-", "--rule", "TF303", stdin=WRITERS.read_bytes())
    assert (0, 3) == (done.returncode, len(done.stdout.splitlines()))
