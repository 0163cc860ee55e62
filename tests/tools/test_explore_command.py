"""`turnfold explore`: what it finds, what it says of what cannot be explored, and how a failure is seen again."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from tests.tools.documents import validated
from tests.tools.process import turnfold
from turnfold.replay.explore import Limits, Tape, UnsupportedTrio, encode
from turnfold.replay.lab import Lab
from turnfold.replay.races import RACES, steer_finish
from turnfold.tools.app import run
from turnfold.tools.cli import COMMANDS
from turnfold.tools.explore import Wish, explored, seeded, target_of, targets
from turnfold.tools.guard import guarded

SCENARIOS = '''
import os
import signal
import time

import attrs
import trio

from turnfold.core.engine.fakes import Say
from turnfold.core.results import Steered
from turnfold.events import TurnStarted
from turnfold.replay.lab import Lab, race

count = 0


async def booking():
    seats = 1

    async def book():
        nonlocal seats
        if seats > 0:
            await trio.lowlevel.checkpoint()
            seats -= 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(book)
        nursery.start_soon(book)
    if seats < 0:
        raise RuntimeError("sold twice \\x1b[31m")


async def counts():
    global count
    count += 1
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(trio.lowlevel.checkpoint)
    return count % 3


async def in_order():
    order = []

    async def step(number):
        await trio.lowlevel.checkpoint()
        order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(step, number)
    return order


async def stops():
    global count
    count += 1
    if count > 20:
        os.kill(os.getpid(), signal.SIGINT)
    return await in_order()


async def deadlock():
    await trio.sleep_forever()


async def endless():
    while True:
        await trio.lowlevel.checkpoint()


async def threads():
    await trio.to_thread.run_sync(print)


async def needs(lab):
    await lab.begin()


def not_async():
    return None


number = 7


@race("forged", {"go": [[Say("so")]]})
async def forged(lab: Lab) -> None:
    """A steer meets the natural end; if it is refused, the log gets a turn that nobody asked for."""
    told = []

    async def steer():
        told.append(await lab.steer())

    await lab.begin()
    await lab.race(user=steer)
    if not isinstance(told[0], Steered):
        last = lab.journal.appended[-1]
        event = TurnStarted(turn_id="turn-7", collaboration_mode_kind="default")
        lab.journal.appended.append(attrs.evolve(last, seq=last.seq + 1, event=event))


@race("quiet", {"go": [[Say("so")]]})
async def quiet(lab: Lab) -> None:
    """A client steers, another interrupts."""
    await lab.begin()
    await lab.race(user=lab.interrupt, other=lab.steer)


async def two_sessions():
    await quiet()
    await forged()
'''


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """The current folder, with scenarios in it and modules that cannot be imported."""
    for name, text in {
        "tried": SCENARIOS,
        "broken": "\n1 / 0\n",
        "no_syntax": "def (\n",
        "dependent": "import never_installed\n",
        "leaving": "import sys\nsys.exit(3)\n",
        "empty": "",
    }.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("tried", "empty"):
        sys.modules.pop(name, None)


@pytest.fixture
def call(folder: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command in this process: its exit code, its output and its complaints."""
    del folder

    def done(*words: str | Path) -> tuple[int, str, str]:
        sys.modules.pop("tried", None)
        code = guarded(lambda: run(COMMANDS, ["explore", *map(str, words)]))
        out, err = capsys.readouterr()
        return code, out, err

    return done


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
        "trio's own scheduler can do this",
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


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["steer-finsh"], "did you mean steer-finish"),
        (["nowhere:it"], "there is no module 'nowhere': looked in "),
        (["tried:bookin"], "tried.py has no 'bookin'; did you mean booking?"),
        (["tried:xyz"], "its scenarios are booking, counts, in_order"),
        (["tried.py"], "name the function too, as tried.py:FUNCTION; its scenarios are booking"),
        (["empty:it"], "it has no scenario, which is an async function without parameters"),
        (["gone.py:it"], "gone.py: there is no such file, seen from "),
        (["json.py:it"], "a module 'json' is loaded already, from elsewhere"),
        (["two words:it"], "'two words:it' names no scenario; it is a race that"),
        (["tried:needs"], "takes parameters: lab. A scenario takes none"),
        (["tried:not_async"], "is not async; a scenario is an `async def`"),
        (["tried:number"], "is of type int; a scenario is an async function"),
        (["broken:it"], "importing broken raised ZeroDivisionError: division by zero ("),
        (["broken.py:it"], "broken.py:2); mend that, then explore"),
        (["no_syntax:it"], "raised SyntaxError: invalid syntax (no_syntax.py, line 1)"),
        (["dependent:it"], "raised ModuleNotFoundError: No module named 'never_installed' ("),
        (["leaving:it"], "importing leaving raised SystemExit: 3 ("),
        (["tried:booking+cancelled"], "only a race has a variant +cancelled"),
        (["tried:booking", "-s", "dfs"], "'dfs' is no strategy. The forms are dfs:D: every schedule"),
        (["tried:booking", "--seed", "1"], "the strategy dfs:2 draws nothing, and takes no seed"),
        (["tried:booking", "-s", "pct:2:3", "--seed", "1"], "pct:2:3 has its seed already"),
        (["steer-finish", "-s", "cancel"], "use cancel:outer"),
        (["--replay", "abc"], "not a token of a schedule: 'abc'"),
        (["--replay", "tfx9~tried:booking~AAAA"], "the token is of format 9, this turnfold reads 1"),
        (["--replay", "tfx1~tried:booking~AMgBAQEBAAHV"], "the token is damaged, its checksum is wrong"),
        (["tried:counts", "--replay", encode(Tape(), "tried:booking")], "of the scenario 'tried:booking', not of"),
        (["--replay", encode(Tape(), "forged")], "not to be found by that name; say what it is"),
        (["--replay", encode(Tape(), "tried:booking"), "--budget", "3"], "leave out --budget"),
        (["--budget", "3"], "name a SCENARIO to explore, or --all of the races"),
        (["--all", "steer-finish"], "SCENARIO and --all do not go together"),
        (["--all", "--rollout", "x.jsonl"], "--rollout is for one SCENARIO"),
        (["steer-finish", "--rollout", "nowhere/x.jsonl"], "there is no folder nowhere; make it first"),
    ],
)  # fmt: skip
def test_what_cannot_be_explored_is_refused(
    call: Call, folder: Path, words: list[str], complaint: str
) -> None:
    """Exit code 3, what is wrong with it and what to do; no traceback."""
    (folder / "json.py").touch()
    code, out, err = call(*words)
    assert (3, "", True) == (code, out, complaint in err), err
    assert 1 == len(err.splitlines())


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("deadlock", "deadlock", "read where each task waits"),
        ("endless", "endless", "a scenario that is only long wants more steps: --steps-max"),
        ("threads", "refused", "Give the scenario a fake that waits by means of trio alone"),
        ("counts", "unstable", "the scenario depends on more than its schedule"),
    ],
)
def test_what_does_not_go_well_says_what_to_do(call: Call, name: str, kind: str, says: str) -> None:
    """A failure of its own kind, with the remedy; a limit that was given is handed on to the replay."""
    code, out, _ = call(f"tried:{name}", "--steps-max", "60")
    assert (1, True) == (code, says in out)
    assert f"\n{kind}: " in out
    assert out.splitlines()[-1].endswith(" --steps-max 60")


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
    """Each and its variant that is cancelled from outside: a line for each, and the edges of all together.

    There are three races here, so that it does not take long.
    """
    three = {name: RACES[name] for name in ("interrupt-hook", "network-abort", "steer-finish")}
    monkeypatch.setattr(targets, "RACES", three)
    code, out, _ = call("--all", "--budget", "1")
    lines = out.splitlines()
    assert 0 == code
    names = [line.split()[0] for line in lines if line.split()[1:2] == ["ok"]]
    assert [name for race in three for name in (race, f"{race}+cancelled")] == names
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
    assert "2 scenarios, 2 schedules; 2 failed" in lines


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


def test_a_trio_that_is_not_known_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 3, with what `import` said; another error of an import is a bug."""

    class Refusing(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise error

    monkeypatch.setitem(sys.modules, "turnfold.tools.explore", Refusing("turnfold.tools.explore"))
    error: Exception = UnsupportedTrio("trio 9.9: install one that is known")
    assert (3, "", "turnfold: trio 9.9: install one that is known\n") == call("steer-finish")
    error = ImportError("no")
    code, _, err = call("steer-finish")
    assert (4, True) == (code, "internal error: ImportError: no" in err)
