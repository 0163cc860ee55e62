"""The way into the commands: help, versions, wrong lines, completion, and what is not imported."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec

import pytest

from tests.tools.process import turnfold
from turnfold.tools.cli import COMMANDS


def imported_by(*words: str) -> set[str]:
    """Return the top-level modules in memory after one command line."""
    code = (
        f"import sys; from turnfold.tools.cli import main; main({list(words)!r});"
        "print(' '.join({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_version_is_that_of_the_distribution() -> None:
    """`--version` names program and version."""
    done = turnfold("--version")
    assert (0, f"turnfold {version('turnfold')}\n", "") == (done.returncode, done.stdout, done.stderr)


def test_version_imports_nothing_heavy() -> None:
    """`--version` is answered before anything is imported that takes time."""
    assert set() == imported_by("--version") & {"attrs", "click", "msgspec", "rich", "trio", "cattrs"}


def test_verify_imports_no_engine() -> None:
    """`verify` stays quick on one small file: it does without trio, cattrs and the workers' pools."""
    assert set() == imported_by("verify", "-q", "-") & {"trio", "cattrs", "hypothesis", "asyncio"}


def test_help_lists_every_command() -> None:
    """`--help` names each command with its line."""
    done = turnfold("--help")
    assert 0 == done.returncode
    for name, line in COMMANDS.items():
        assert f"  {name}" in done.stdout
        assert line in " ".join(done.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_module_and_help(name: str) -> None:
    """A row of the table is a module, and the command says what it does."""
    assert find_spec(f"turnfold.tools.commands.{name}") is not None
    done = turnfold(name, "--help")
    assert 0 == done.returncode
    assert f"Usage: turnfold {name}" in done.stdout
    assert "--help" in done.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["vrify"], "No such command 'vrify'"),
        (["--nonsense"], "No such option"),
        (["verify"], "Missing argument 'PATH...'"),
        (["verify", "--format", "xml", "-"], "'xml' is not one of"),
        (["verify", "-j", "0", "-"], "0 is not in the range"),
        (["verify", "--since", "yesterday", "-"], "does not match the formats"),
        (["verify", "--rule", "second-terminl", "-"], "did you mean second-terminal?"),
        (["rule"], "name the rules to explain, or ask for --all of them"),
        (["rule", "TF304", "--all"], "name the rules to explain, or ask for --all of them"),
    ],
)
def test_a_wrong_line_ends_with_3(words: list[str], complaint: str) -> None:
    """A command line that cannot be read is refused with exit code 3 and what is wrong with it."""
    done = turnfold(*words)
    assert (3, "") == (done.returncode, done.stdout)
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_no_command_shows_the_help() -> None:
    """A bare `turnfold` shows what there is; that is still no use of it."""
    done = turnfold()
    assert 3 == done.returncode
    assert "Commands:" in done.stdout


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        ("turnfold ver", 1, "verify"),
        ("turnfold verify --form", 2, "--format"),
        ("turnfold rule TF30", 2, "TF304"),
    ],
)
def test_the_shell_can_complete(line: str, word: int, expected: str) -> None:
    """Commands, options and rule codes are completed."""
    done = turnfold(_TURNFOLD_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(word))
    assert expected in {row.split(",")[-1] for row in done.stdout.splitlines()}


def test_the_completion_script_can_be_had() -> None:
    """What the help says of completion is true."""
    assert "complete" in turnfold(_TURNFOLD_COMPLETE="bash_source").stdout
