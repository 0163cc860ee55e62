"""`timeline`, `explain` and `show` as their users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.tools.process import turnfold
from turnfold.rollouts.samples import sample_names, sample_path
from turnfold.tools.cli import main
from turnfold.tools.formatdocs import document_schema

COMMANDS = ("timeline", "explain", "show")
SECRET = "Sum the third column."


def run(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> str:
    """Run a command line in this process, and return what it prints."""
    assert code == main([str(word) for word in words])
    printed = capsys.readouterr()
    return printed.out if code == 0 else printed.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", sample_names())
def test_every_document_is_valid_by_its_schema(
    capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    """What is printed as JSON is what the published schema says, for every sample."""
    document = json.loads(run(capsys, command, sample_path(name), "--format", "json"))
    assert f"turnfold.{command}/1" == document["schema"]
    jsonschema.validate(document, document_schema(command))


@pytest.mark.parametrize("command", COMMANDS)
def test_redaction_leaves_no_text_of_the_session(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Neither what was said nor where is printed; lines and ids are."""
    path = sample_path("ended-twice")
    for form in ("text", "json"):
        printed = run(capsys, command, path, "--redact", "--format", form)
        assert "/home/ada" not in printed
        assert SECRET not in printed
        assert "sheet.csv" not in printed
        assert "019e8269-4f7a-7d71-8bbb-68a2b58e149a" in printed or command == "show"


def test_every_line_of_a_timeline_names_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """`file:line` first, so that editors and terminals can follow it."""
    path = sample_path("interrupted-with-pending-call")
    lines = [
        line for line in run(capsys, "timeline", path).splitlines() if line.strip() and "···" not in line
    ]
    assert [] == [line for line in lines if not line.startswith(f"{path}:")]


def test_a_timeline_holds_the_findings(capsys: pytest.CaptureFixture[str]) -> None:
    """A broken session says so in its timeline, in words."""
    printed = run(capsys, "timeline", sample_path("ended-twice"))
    assert "TF304 second-terminal: turn" in printed


def test_a_timeline_of_one_turn_has_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """`--turn` keeps what belongs to it."""
    printed = run(capsys, "timeline", sample_path("interrupted-with-pending-call"), "--turn", "1")
    assert "sample.csv" in printed
    assert "export.csv" not in printed


def test_an_explanation_reads_from_the_title_to_what_remains_dark(capsys: pytest.CaptureFixture[str]) -> None:
    """Title, place, answer, numbered steps, and the questions that the file leaves open."""
    path = sample_path("interrupted-with-pending-call")
    lines = run(capsys, "explain", path).splitlines()
    assert "Turn 0 was interrupted while a call was open" == lines[0]
    assert lines[1].startswith(f"{path}:2 to {path}:14, turn ")
    assert lines[3].startswith("The interrupt came while the call of shell (slow)")
    assert f"  1. {path}:2" in lines[5]
    assert "What this file cannot tell" in lines


def test_show_takes_one_point(capsys: pytest.CaptureFixture[str]) -> None:
    """A line, a number or a turn; two of them are refused."""
    path = sample_path("paginated")
    assert "number 33" in run(capsys, "show", path, "--seq", "33")
    assert "call" in run(capsys, "show", path, "--line", "34")
    assert "--line, --seq and --turn each name a point" in run(
        capsys, "show", path, "--line", "3", "--turn", "0", code=3
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_turn_is_a_mistake_of_the_user(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """The answer lists the turns; exit code 3."""
    complaint = run(capsys, command, sample_path("two-writers"), "--turn", "17", code=3)
    assert "no turn is called '17'; the turns are 0 " in complaint
    assert 1 == complaint.count("\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_not_there_is_a_mistake_of_the_user(command: str, tmp_path: Path) -> None:
    """One line, exit code 3, no traceback."""
    done = turnfold(command, tmp_path / "nothing.jsonl")
    assert (3, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))


@pytest.mark.parametrize(("command", "code"), [("timeline", 0), ("explain", 3), ("show", 3)])
@pytest.mark.parametrize("content", [b"", b"no JSON at all\n"])
def test_a_file_without_records_has_nothing_to_tell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, code: int, content: bytes
) -> None:
    """Its timeline is empty or says what is damaged; there is no turn to explain and no point to show."""
    path = tmp_path / "empty.jsonl"
    path.write_bytes(content)
    printed = run(capsys, command, path, code=code)
    assert "Traceback" not in printed


@pytest.mark.parametrize("command", COMMANDS)
def test_standard_input_is_told_like_a_file(command: str) -> None:
    """It is read more than once, and still named `-`."""
    path = sample_path("ended-twice")
    piped, named = (
        turnfold(command, "-", stdin=path.read_bytes()),
        turnfold(command, path.name, cwd=path.parent),
    )
    assert (0, 0) == (piped.returncode, named.returncode)
    assert named.stdout.split() != []
    assert named.stdout.replace(f"{path.name}:", "-:").split() == piped.stdout.split()
