"""`turnfold explore` on what cannot be explored, or does not go well: each says what it is and what to do."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType

import pytest

from tests.tools.exploring import Call, calling, scenarios_in
from turnfold.replay.explore import Tape, UnsupportedTrio, encode


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """The current folder, with scenarios in it, and a file that has the name of a module of Python's."""
    with scenarios_in(tmp_path, monkeypatch) as folder:
        (folder / "json.py").touch()
        yield folder


@pytest.fixture
def call(folder: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command in this process."""
    del folder
    return calling(capsys)


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
        (["tried:odd"], "its name 'od~d' has a '~' in it, which a token cannot hold"),
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
def test_what_cannot_be_explored_is_refused(call: Call, words: list[str], complaint: str) -> None:
    """Exit code 3, what is wrong with it and what to do; no traceback."""
    code, out, err = call(*words)
    assert (3, "", True) == (code, out, complaint in err), err
    assert 1 == len(err.splitlines())


@pytest.mark.skipif(sys.platform == "win32", reason="the current folder cannot be removed there")
@pytest.mark.parametrize(
    "words", [["tried:booking"], ["gone.py:it"], ["steer-finish", "--budget", "2", "--workers", "2"]]
)
def test_a_current_folder_that_was_removed_is_named(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Exit code 3; scenarios are looked for there, and workers would begin there."""
    removed = folder / "removed"
    removed.mkdir()
    monkeypatch.chdir(removed)
    removed.rmdir()
    code, out, err = call(*words)
    assert (3, "", True) == (code, out, "the current folder, " in err), err
    assert "go to another one" in err


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
