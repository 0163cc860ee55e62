"""`turnfold verify`: what its options do, and that its JSON is what the schema says."""

from __future__ import annotations

import json
import os
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.tools.process import turnfold
from turnfold.replay.histories import write
from turnfold.rollouts.samples import sample_names, sample_path
from turnfold.tools.check import CheckOptions, check
from turnfold.tools.commands import verify
from turnfold.tools.documents import FileEntry

SECRET = "the launch code is 0000"


def document(*words: str | Path, code: int, stdin: bytes = b"") -> Any:
    """Run verify for its JSON, and hold it to the published schema."""
    done = turnfold("verify", "--format", "json", *words, stdin=stdin)
    assert code == done.returncode, done.stderr
    made = json.loads(done.stdout)
    schema = json.loads((files("turnfold.tools.documents") / "verify.schema.json").read_text("utf-8"))
    jsonschema.validate(made, schema)
    assert code == made["summary"]["exit_code"]
    return made


def found(path: Path, *words: str) -> set[str]:
    """Return the codes that verify reports for one file."""
    done = turnfold("verify", "--format", "tsv", path, *words)
    return {row.split("\t")[2] for row in done.stdout.splitlines()[1:]}


def test_the_document_keeps_its_schema(tmp_path: Path) -> None:
    """Valid, invalid, damaged and missing files all come out as the schema says, in the order given."""
    samples = [sample_path(name) for name in sample_names()]
    made = document(*samples, tmp_path / "no", code=3)
    assert [str(tmp_path / "no"), *map(str, samples)] == [entry["file"] for entry in made["files"]]
    assert len(samples) + 1 == made["summary"]["files"]
    assert "unreadable" == made["files"][0]["error"]["kind"]


def test_nothing_to_verify_is_a_document_too(tmp_path: Path) -> None:
    """A caller that reads JSON gets JSON, whatever was wrong with the line."""
    made = document(tmp_path / "no", code=3)
    assert 1 == made["summary"]["errors"]


def test_byte_ranges_are_those_of_the_lines(illegal: Path) -> None:
    """A witness can be cut out of the file by its range."""
    (entry,) = document(illegal, "--rule", "TF304", code=1)["files"]
    (finding,) = entry["findings"]
    lines = illegal.read_bytes().splitlines()
    for witness in finding["witnesses"]:
        assert lines[witness["line"] - 1] == illegal.read_bytes()[witness["start"] : witness["end"]]
    assert [finding["witnesses"][-1][side] for side in ("start", "end")] == finding["byte_range"]


def test_standard_input_has_no_ranges(illegal: Path) -> None:
    """`-` is read once, so lines are cited without their bytes."""
    (entry,) = document("-", code=1, stdin=illegal.read_bytes())["files"]
    assert "-" == entry["file"]
    assert entry["findings"][0]["byte_range"] is None


@pytest.mark.parametrize(("name", "code"), [("legal", 0), ("illegal", 1), ("damaged", 2)])
def test_exit_codes(name: str, code: int, request: pytest.FixtureRequest) -> None:
    """0 for nothing, 1 for a finding, 2 for damage alone; in every form, and in silence."""
    path: Path = request.getfixturevalue(name)
    for words in (["-f", "text"], ["-f", "json"], ["-f", "tsv"], ["-q"]):
        assert code == turnfold("verify", path, *words).returncode


def test_quiet_says_nothing(illegal: Path) -> None:
    """With -q the exit code is all."""
    done = turnfold("verify", "-q", illegal)
    assert ("", "") == (done.stdout, done.stderr)


def test_rules_are_chosen_by_code_name_and_family(illegal: Path) -> None:
    """--rule reports only what it names, --ignore leaves out what it names."""
    everything = found(illegal)
    assert {"TF304"} == found(illegal, "--rule", "TF304")
    assert {"TF304"} == found(illegal, "--rule", "second-terminal,TF2")
    assert {code for code in everything if code.startswith("TF3")} == found(illegal, "--rule", "tf3")
    assert everything - {"TF304"} == found(illegal, "--ignore", "TF304")


def test_suspicions_can_be_left_out(tmp_path: Path) -> None:
    """--severity violation makes a file with suspicions alone end with 0."""
    path = tmp_path / "open.jsonl"
    path.write_bytes(write('meta; start a; context; user "fix it"'))
    assert 1 == turnfold("verify", path, "--rule", "TF3").returncode
    assert 0 == turnfold("verify", path, "--rule", "TF3", "--severity", "violation").returncode


def test_redacted_output_holds_no_text_of_the_session(tmp_path: Path) -> None:
    """With --redact no form of output quotes a user, a command or a path."""
    path = tmp_path / "secret.jsonl"
    history = f'meta; start a; context; user "{SECRET}"; call c1 shell "{SECRET}"; raw {{"type":"{SECRET}"}}'
    path.write_bytes(write(history) + f'{{"{SECRET}":1,"{SECRET}":2}}\n'.encode())
    for form in ("text", "json", "tsv"):
        done = turnfold("verify", "--redact", "-v", "--format", form, path)
        assert SECRET not in done.stdout + done.stderr
    assert SECRET in turnfold("verify", "-v", "--format", "json", path).stdout


def test_folders_are_searched(tmp_path: Path, legal: Path) -> None:
    """Of a folder the rollouts are read, the newest alone if so asked; the rest is counted."""
    for day in ("01", "02", "03"):
        name = f"rollout-2026-01-{day}T00-00-00-019bb46c-f919-787a-835d-d131235e8e8{day[1]}.jsonl"
        (tmp_path / name).write_bytes(legal.read_bytes())
    made = document(tmp_path, "--rule", "TF3", code=0)
    assert (3, 1) == (len(made["files"]), made["passed_over"][0]["count"])
    assert 1 == len(document(tmp_path, "--rule", "TF3", "--latest", "1", code=0)["files"])
    assert 2 == len(document(tmp_path, "--rule", "TF3", "--since", "2026-01-02", code=0)["files"])


def test_workers_change_nothing(tmp_path: Path) -> None:
    """With -j the output is the same to the byte, in the order of the input."""
    samples = [sample_path(name) for name in sample_names()]
    for form in ("text", "json", "tsv"):
        alone = turnfold("verify", *samples, tmp_path / "no", "-f", form)
        together = turnfold("verify", *samples, tmp_path / "no", "-f", form, "-j", "3")
        assert (alone.stdout, alone.stderr) == (together.stdout, together.stderr)


@pytest.mark.skipif(sys.platform != "linux", reason="a patched function reaches only a forked worker")
def test_a_file_that_kills_its_worker_is_named(
    legal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only that file is lost; it is named, and the exit code is 4."""
    killer = tmp_path / "killer.jsonl"
    killer.write_bytes(legal.read_bytes())

    def check_or_die(path: str, options: CheckOptions) -> FileEntry:
        if path == str(killer):
            os._exit(9)
        return check(path, options)

    monkeypatch.setattr(verify, "check", check_or_die)
    words = ["--format", "json", "-j", "2", str(legal), str(killer), str(sample_path("paginated"))]
    assert 4 == verify.command.main(words, standalone_mode=False)
    told = capsys.readouterr()
    entries = json.loads(told.out)["files"]
    assert [None, "killed", None] == [entry["error"] and entry["error"]["kind"] for entry in entries]
    assert f"{killer}: the worker that verified it was lost (ended with exit code 9)" in told.err


def test_a_bug_on_one_file_does_not_hide_the_others(legal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception becomes an entry; under --redact its text, which may quote the file, is left out."""

    def fail(path: str, rules: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("turnfold.tools.check.verify", fail)
    entry = check(str(legal), CheckOptions())
    assert entry.error is not None
    assert ("unknown", "crashed") == (entry.verdict, entry.error.kind)
    assert "this is a bug in turnfold" in entry.error.message
    hidden = check(str(legal), CheckOptions(redact=True)).error
    assert hidden is not None
    assert SECRET not in hidden.message


def test_a_file_name_need_not_be_text(tmp_path: Path, illegal: Path) -> None:
    """Bytes of a name that are no UTF-8 are shown as escapes, in every form."""
    name = os.fsdecode(b"rollout-2026-01-01T00-00-00-\xff.jsonl")
    try:
        (tmp_path / name).write_bytes(illegal.read_bytes())
    except OSError:
        pytest.skip("file names have to be UTF-8 here")
    made = document(tmp_path / name, tmp_path / os.fsdecode(b"\xfe"), code=3)
    assert [r"\xfe", r"00-\xff.jsonl"] == [
        entry["file"][-len(end) :]
        for entry, end in zip(made["files"], (r"\xfe", r"00-\xff.jsonl"), strict=True)
    ]
    for form in ("text", "tsv"):
        assert r"\xff.jsonl" in turnfold("verify", tmp_path / name, "--format", form).stdout


def test_colour_is_for_terminals_unless_asked_for(illegal: Path) -> None:
    """Piped text has no colour; --color always writes it even so, and beats NO_COLOR."""
    assert "\x1b[" not in turnfold("verify", illegal).stdout
    assert "\x1b[" in turnfold("verify", illegal, "--color", "always", NO_COLOR="1").stdout
    assert "\x1b[" not in turnfold("verify", illegal, "--color", "never").stdout


def test_cores_are_those_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is kept to one core does not start a second one for it."""

    def one(_: int) -> set[int]:
        return {3}

    monkeypatch.setattr(os, "sched_getaffinity", one, raising=False)
    assert 1 == verify.cores()
    monkeypatch.delattr(os, "sched_getaffinity")
    assert 1 <= verify.cores()
