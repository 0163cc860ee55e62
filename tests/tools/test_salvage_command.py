"""`turnfold salvage`: a copy elsewhere, whole or not at all, and a report of every change."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from tests.tools.documents import validated
from tests.tools.process import COMMAND, environment, turnfold
from turnfold.replay.histories import PAGINATED, without, write
from turnfold.rollouts.samples import sample_path

TORN = sample_path("torn-lines")


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A file with a cut record in the middle and one at the end."""
    path = tmp_path / "torn.jsonl"
    path.write_bytes(TORN.read_bytes())
    return path


def test_nothing_is_written_unless_a_name_is_given(torn: Path) -> None:
    """Without --out the changes are told with their lines, and the exit code says that there are some."""
    done = turnfold("salvage", torn.name, cwd=torn.parent)
    assert (2, "") == (done.returncode, done.stderr)
    assert "torn.jsonl:14  removed     TF003 torn-then-whole" in done.stdout
    assert "torn.jsonl:43  removed     TF002 torn-tail" in done.stdout
    assert "Nothing was written" in done.stdout
    assert [torn] == list(torn.parent.iterdir())


def test_a_sound_file_needs_no_change(legal: Path) -> None:
    """The exit code is 0."""
    done = turnfold("salvage", legal)
    assert (0, True) == (done.returncode, "0 changes" in done.stdout)


def test_the_copy_has_no_damage(torn: Path) -> None:
    """It verifies, and the source is as it was."""
    before = torn.read_bytes()
    copy = torn.with_name("copy.jsonl")
    assert 0 == turnfold("salvage", torn, "--out", copy, "--close-turns").returncode
    assert 0 == turnfold("verify", copy).returncode
    assert before == torn.read_bytes()
    assert {torn, copy} == set(torn.parent.iterdir())


def test_the_copy_is_as_readable_as_the_source(torn: Path) -> None:
    """It holds the same secrets, so it gets the same permissions."""
    torn.chmod(0o640)
    copy = torn.with_name("copy.jsonl")
    turnfold("salvage", torn, "--out", copy)
    assert 0o640 == copy.stat().st_mode & 0o777


def test_the_report_as_json(torn: Path) -> None:
    """It fits its schema; places are bytes of the source."""
    copy = torn.with_name("copy.jsonl")
    said = validated("salvage", turnfold("salvage", torn, "-o", copy, "-f", "json", "--close-turns").stdout)
    assert {"removed": 2, "added": 1} == said["counts"]
    cut = torn.read_bytes()[said["changes"][1]["start"] : said["changes"][1]["end"]]
    assert torn.read_bytes().endswith(cut)
    assert (len(copy.read_bytes()), len(copy.read_bytes().splitlines())) == (said["bytes"], said["lines"])


def test_the_copy_can_go_to_standard_output(torn: Path) -> None:
    """Then the report goes to standard error; and standard input can be the source."""
    done = turnfold("salvage", torn, "--out", "-")
    copy = torn.with_name("copy.jsonl")
    turnfold("salvage", torn, "--out", copy)
    assert (copy.read_text(), True) == (done.stdout, "TF003" in done.stderr)
    assert done.stdout == turnfold("salvage", "-", "--out", "-", stdin=torn.read_bytes()).stdout


def test_standard_input_cannot_be_closed(torn: Path) -> None:
    """That needs a second reading: said, with the remedy."""
    done = turnfold("salvage", "-", "--close-turns", stdin=torn.read_bytes())
    assert (3, True) == (done.returncode, "name a file" in done.stderr)


def test_ordinals_are_renumbered(tmp_path: Path) -> None:
    """Where that is asked for, and each line is told."""
    path, copy = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_bytes(without(write('meta; start a; user "x"; agent "y"; complete a', PAGINATED), 4))
    done = turnfold("salvage", path, "--renumber", "-o", copy)
    assert "renumbered  ordinal 4, now 3" in done.stdout
    assert "TF105" not in turnfold("verify", copy).stdout


@pytest.mark.parametrize("link", ["same", "symbolic", "hard", "other spelling"])
def test_the_source_is_never_written_to(torn: Path, link: str) -> None:
    """By whatever name, and even with --force."""
    target = torn.with_name("link.jsonl")
    match link:
        case "same":
            target = torn
        case "symbolic":
            target.symlink_to(torn)
        case "hard":
            target.hardlink_to(torn)
        case _:
            target = torn.parent / "." / ".." / torn.parent.name / torn.name
    before = torn.read_bytes()
    done = turnfold("salvage", torn, "--out", target, "--force")
    assert (3, True) == (done.returncode, "never written to" in done.stderr)
    assert before == torn.read_bytes()


def test_other_files_are_replaced_only_with_force(torn: Path, legal: Path) -> None:
    """And then whole."""
    before = legal.read_bytes()
    done = turnfold("salvage", torn, "--out", legal)
    assert (3, True, before) == (done.returncode, "--force" in done.stderr, legal.read_bytes())
    assert 0 == turnfold("salvage", torn, "--out", legal, "--force").returncode
    assert before != legal.read_bytes()


@pytest.mark.parametrize("target", ["", "nowhere/copy.jsonl"])
def test_impossible_names_are_refused(torn: Path, target: str) -> None:
    """A folder, and a file in a folder that is not there."""
    done = turnfold("salvage", torn, "--out", torn.parent / target)
    assert 3 == done.returncode
    assert "Traceback" not in done.stderr


def test_a_link_that_leads_nowhere_is_not_followed(torn: Path) -> None:
    """It is somebody's, and counts as a file that exists."""
    link = torn.with_name("link.jsonl")
    link.symlink_to("gone.jsonl")
    assert 3 == turnfold("salvage", torn, "--out", link).returncode
    assert link.is_symlink()


def test_a_full_disk_leaves_no_half_of_a_copy(torn: Path) -> None:
    """The message names the copy, and its folder is as it was."""
    done = subprocess.run(
        [*COMMAND, "salvage", str(torn), "--out", str(torn.with_name("copy.jsonl"))],
        capture_output=True,
        text=True,
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096)),
        check=False,
    )
    assert (3, True) == (done.returncode, "nothing was written" in done.stderr)
    assert [torn] == list(torn.parent.iterdir())


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    """With exit code 3, and no copy."""
    done = turnfold("salvage", tmp_path / "none.jsonl", "--out", tmp_path / "copy.jsonl")
    assert (3, True, []) == (done.returncode, "none.jsonl" in done.stderr, list(tmp_path.iterdir()))


def test_several_sessions_are_too_many(tmp_path: Path) -> None:
    """A folder stands for its sessions: one of them has to be named."""
    for name in ("rollout-2026-06-01T09-00-00-019e8269-4e80-7e88-975d-482e670ef4a9.jsonl", "rollout-b.jsonl"):
        (tmp_path / name).write_bytes(TORN.read_bytes())
    done = turnfold("salvage", tmp_path)
    assert (3, True) == (done.returncode, "name one of them" in done.stderr)
