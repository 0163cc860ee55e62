"""`turnfold explore`: what it finds, what it says of what cannot be explored, and how a failure is seen again."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.tools.documents import validated
from tests.tools.exploring import SCENARIOS, Call, calling, scenarios_in
from tests.tools.process import turnfold
from turnfold.replay.explore import Limits
from turnfold.replay.lab import Lab
from turnfold.replay.races import RACES, steer_finish
from turnfold.tools.app import run
from turnfold.tools.cli import COMMANDS
from turnfold.tools.explore import Wish, explored, seeded, target_of, targets


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """The current folder, with scenarios in it."""
    with scenarios_in(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.fixture
def call(folder: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command in this process."""
    del folder
    return calling(capsys)


def document(call: Call, *words: str | Path) -> Any:
    """The document of a call, which has to fit the schema and the exit code."""
    code, out, _ = call(*words, "--format", "json")
    said = validated("explore", out)
    assert code == (said["failure"] is not None)
    return said


def test_the_races_are_listed(call: Call) -> None:
    """With `--list`, or without a scenario: each with what meets what; as a document, too."""
    code, out, _ = call("--list")
    assert (0, list(RACES)) == (code, [line.split()[0] for line in out.splitlines()])
    assert (0, out, "") == call()
    code, out, _ = call("--list", "--format", "json")
    assert list(RACES) == [race["name"] for race in validated("races", out)["races"]]


@pytest.mark.parametrize("form", ["tried:booking", "tried.py:booking"])
def test_a_failing_schedule_is_told(call: Call, form: str) -> None:
    """What is wrong and where, the steps, the passing schedule beside it, and the line that shows it again."""
    code, out, err = call(form)
    assert (1, "") == (code, err)
    lines = out.splitlines()
    assert lines[0] == f"{form}: 3 schedules (dfs, at most 2 delays), stopped at a failure"
    for part in (
        "raised: RuntimeError: sold twice \\x1b[31m",
        "tried.py:30 in booking",
        "found in schedule 3; 1 choice of it differs from the default (*)",
        "no step holds a task back longer than trio does today",
        "  * steps 2 to 3: book#2     from its start to its end, past tried.py:23",
        "the nearest schedule that passes runs book#1 at step 2",
        "  --> 2-3 book#2 to its end                         | 2 book#1 to its end",
        f"again:    turnfold explore {form} --replay tfx1~tried:booking~",
    ):
        assert part in out


def test_a_failure_as_a_document(call: Call) -> None:
    """The same for machines: token, tape, steps with their places, the nearest passing schedule."""
    said = document(call, "tried:booking")
    failure = said["failure"]
    assert (3, "failure", False, None) == (said["runs"], said["stopped"], said["complete"], said["coverage"])
    assert ("raised", 3, 1, 0) == (
        failure["kind"],
        failure["found_after"],
        failure["delays"],
        failure["beyond_trio"],
    )
    assert 1 == len(failure["tape"]["deviations"])
    assert [False, False, True, False, False, False] == [step["delay"] for step in failure["steps"]]
    assert "None" == failure["nearest"]["outcome"]
    assert {"None": 2, "raised: RuntimeError: sold twice \x1b[31m": 1} == {
        outcome["text"]: outcome["count"] for outcome in said["outcomes"]
    }


def test_a_token_shows_it_again(call: Call, folder: Path) -> None:
    """With the scenario or by the token's own name; after a change of the program it is said to be another run."""
    token = document(call, "tried:booking")["failure"]["token"]
    for words in (("tried:booking",), ()):
        again = document(call, *words, "--replay", token)
        assert (True, token, "replayed") == (
            again["replay"]["exact"],
            again["failure"]["token"],
            again["stopped"],
        )
    code, out, _ = call("--replay", token)
    assert (1, "tried:booking: one schedule, as it was recorded") == (code, out.splitlines()[0])
    (folder / "tried.py").write_text(SCENARIOS.replace("seats > 0", "seats > 1"), encoding="utf-8")
    changed = document(call, "--replay", token)
    assert (False, None) == (changed["replay"]["exact"], changed["failure"])
    code, out, _ = call("--replay", token)
    assert (0, "tried:booking: one schedule, NOT as it was recorded") == (code, out.splitlines()[0])
    assert "what it was when the token was made" in out
    assert "it ends with None" in out


def test_a_race_tells_which_edges_it_took(call: Call) -> None:
    """Coverage of the lifecycle tables, by the edges that such a session can take; those that none took by name."""
    said = document(call, "steer-finish", "--strategy", "dfs:0")
    coverage = said["coverage"]
    assert ("complete", steer_finish.about) == (said["stopped"], said["about"])
    assert coverage["possible"] == len(coverage["taken"]) + len(coverage["missed"])
    machine, source, target = "turn", "running", "ended"
    completed = {"machine": machine, "source": source, "event": "TurnCompleted", "target": target}
    aborted = {"machine": machine, "source": source, "event": "AbortBegan", "target": "aborting"}
    assert (True, True) == (completed in coverage["taken"], aborted in coverage["missed"])
    _, out, _ = call("steer-finish", "--strategy", "dfs:0")
    taken, possible = len(coverage["taken"]), coverage["possible"]
    assert f"took {taken} of the {possible} edges that this session can take, and none of\n" in out
    assert "running -AbortBegan-> aborting" in out


def test_a_failing_schedule_becomes_a_rollout_file(call: Call, folder: Path) -> None:
    """`turnfold verify` finds in it what the lab complained of; it takes the place of no other file unasked."""
    said = document(call, "tried:forged", "--rollout", "run.jsonl")
    codes = {complaint.partition(":")[0] for complaint in said["failure"]["complaints"]}
    assert ["run.jsonl"] == said["failure"]["rollouts"]
    verified = turnfold("verify", "run.jsonl", "--format", "json", cwd=folder)
    found = {finding["code"] for finding in validated("verify", verified.stdout)["files"][0]["findings"]}
    assert (1, found) == (verified.returncode, {code for code in codes if code.startswith("TF")})
    code, _, err = call("tried:forged", "--rollout", "run.jsonl")
    assert (3, True) == (code, "there is such a file already; name another, or use --force" in err)
    before = (folder / "run.jsonl").read_bytes()
    token = said["failure"]["token"]
    code, out, _ = call("tried:forged", "--replay", token, "--rollout", "run.jsonl", "--force")
    assert (1, before) == (code, (folder / "run.jsonl").read_bytes())
    assert "its log:  run.jsonl  (turnfold verify run.jsonl; turnfold explain run.jsonl)" in out


def test_several_sessions_become_several_files(call: Call, folder: Path) -> None:
    """The first has the name that was given; one of them that is there already keeps all from being written."""
    said = document(call, "tried:two_sessions", "--rollout", "run.jsonl")
    assert ["run.jsonl", "run-2.jsonl"] == said["failure"]["rollouts"]
    (folder / "run.jsonl").unlink()
    code, _, err = call("tried:two_sessions", "--replay", said["failure"]["token"], "--rollout", "run.jsonl")
    assert (3, True, False) == (code, "run-2.jsonl" in err, (folder / "run.jsonl").exists())


def test_what_has_no_session_has_no_file(call: Call, folder: Path) -> None:
    """It is said, on standard error; so it is if nothing failed."""
    code, _, err = call("tried:booking", "--rollout", "run.jsonl")
    assert (1, "turnfold: no session was opened in a lab, so run.jsonl was not written\n") == (code, err)
    code, _, err = call("tried:in_order", "--rollout", "run.jsonl")
    assert (0, "turnfold: no schedule failed, so run.jsonl was not written\n") == (code, err)
    assert not (folder / "run.jsonl").exists()


@pytest.mark.slow
def test_workers_report_what_one_process_reports(folder: Path) -> None:
    """The edges that were taken included, though they were taken elsewhere."""
    del folder
    wish = Wish(strategy="dfs:1", budget=40, workers=1, limits=Limits())
    alone, covered = explored(target_of("tried:quiet"), wish)
    together, covered_together = explored(target_of("tried:quiet"), attrs.evolve(wish, workers=2))
    assert covered is not None
    assert covered_together is not None
    assert (alone.runs, alone.outcomes, covered.taken) == (
        together.runs,
        together.outcomes,
        covered_together.taken,
    )


def test_all_races_are_explored(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each and its two variants: a line for each, and the edges of all together.

    There are three races here, so that it does not take long.
    """
    three = {name: RACES[name] for name in ("interrupt-hook", "network-abort", "steer-finish")}
    monkeypatch.setattr(targets, "RACES", three)
    code, out, _ = call("--all", "--budget", "1")
    lines = out.splitlines()
    assert 0 == code
    names = [line.split()[0] for line in lines if line.split()[1:2] == ["ok"]]
    assert [name for race in three for name in (race, f"{race}+cancelled", f"{race}+given-up")] == names
    assert f"{len(names)} scenarios, {len(names)} schedules; no schedule failed" in lines
    assert "edges that these sessions can take" in out
    code, out, _ = call("--all", "--budget", "1", "--format", "json")
    said = [validated("explore", line) for line in out.splitlines()]
    assert (0, names) == (code, [document["asked"] for document in said])


def test_a_failure_among_all_is_told_in_full(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind its line, and the others are explored nevertheless; the exit code is 1."""
    broken = attrs.evolve(steer_finish, expected=frozenset(), body=_fails)
    monkeypatch.setattr(targets, "RACES", {"steer-finish": broken})
    code, out, _ = call("--all", "--budget", "1")
    lines = out.splitlines()
    assert 1 == code
    assert ["steer-finish            fails  1 schedule, 1 outcome, stopped at a failure"] == lines[:1]
    assert "  RuntimeError: as planned" in "\n".join(lines).replace("raised: ", "  ")
    assert "3 scenarios, 3 schedules; 3 failed" in lines


async def _fails(lab: Lab) -> None:
    await lab.begin()
    raise RuntimeError("as planned")


def test_ctrl_c_prints_what_was_done_until_then(folder: Path) -> None:
    """Exit code 130; the schedules so far and their outcomes stand there, and that it was interrupted."""
    done = turnfold("explore", "tried:stops", "-s", "dfs:all", "--format", "json", cwd=folder)
    said = validated("explore", done.stdout)
    assert (130, "interrupted", False) == (done.returncode, said["stopped"], said["complete"])
    assert said["runs"] == sum(outcome["count"] for outcome in said["outcomes"]) > 0
    assert f"turnfold: interrupted after {said['runs']} schedules\n" == done.stderr


def test_seeds_belong_to_what_draws() -> None:
    """The seed is put behind the strategy that takes one; `random` alone has the seed 0."""
    assert ("random:0", "random:7", "pct:3:7", "pct:3") == (
        seeded("random", None),
        seeded("random", 7),
        seeded("pct:3", 7),
        seeded("pct:3", None),
    )


def test_progress_is_shown_to_whoever_looks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal's standard error, and taken away again; the report is what it is without."""
    del folder
    looked_at = Terminal()
    monkeypatch.setattr(sys, "stderr", looked_at)
    assert 0 == run(COMMANDS, ["explore", "tried:in_order"])
    shown = looked_at.getvalue()
    assert shown.startswith("tried:in_order: 1 schedule, ")
    assert "/s, 1 outcome" in shown
    assert shown.endswith("\r")
    assert "/s" not in capsys.readouterr().out
