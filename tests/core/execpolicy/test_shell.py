"""A shell script is understood where it is plain, and nowhere else."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnfold.core.execpolicy import plain_commands, plain_script

BASH = shutil.which("bash")
WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
PROGRAM = WORD.filter(lambda word: "=" not in word)
OPERATORS = ["&&", "||", ";", "|"]
SCRIPT = st.lists(
    st.sampled_from([*"ab '\"\\$&|;<>()`#~!*?[]{}=\n\t-", "&&", "||", "if ", "a=b ", "''"]), max_size=10
).map("".join)


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("ls", [["ls"]]),
        ("  git  status\t-s ;", [["git", "status", "-s"]]),
        ("a && b || c; d | e\n", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a&&b|c", [["a"], ["b"], ["c"]]),
        ("echo 'a && b' \"c; d\" '' e'f'\"g\"", [["echo", "a && b", "c; d", "", "efg"]]),
        ("echo '$HOME `x`' a=b --c=d ./x:y@z,%+", [["echo", "$HOME `x`", "a=b", "--c=d", "./x:y@z,%+"]]),
        ("'if' x", [["if", "x"]]),
        ("echo if \u00e4", [["echo", "if", "\u00e4"]]),
    ],
)
def test_plain_scripts(script: str, commands: list[list[str]]) -> None:
    """Words with and without quotes, and the four operators."""
    expected = tuple(tuple(command) for command in commands)
    assert expected == plain_script(script)
    assert expected == plain_commands(["/bin/bash", "-lc", script])


@pytest.mark.parametrize(
    "script",
    [
        "", " \n", ";", "&& a", "a &&", "a |", "a ; ; b", "a;; b", "a || && b", "a & b", "a &", "a |& b", "a > b",
        "a < b", "a 2>&1", "a << E", "(a)", "{ a; }", "a $B", 'a "$B"', 'a "`b`"', "a `b`", "a $(b)", "a \\b",
        'a "\\b"', "a *", "a ?", "a [b]", "a {b,c}", "a ~", "! a", "a # b", "a\nb", "a\r", "A=b c", "A+=b c",
        '"A"=b c', "if a", "while a", "time a", "a 'b", 'a "b', 'a "b!"', "=a", "a =b", "a'b'$c", "a\u00a0b",
    ],
)  # fmt: skip
def test_scripts_that_only_a_shell_understands(script: str) -> None:
    """Expansion, redirection, assignment, grouping, keywords, background, escapes, comments, lines, open quotes."""
    assert plain_script(script) is None


@pytest.mark.parametrize(
    ("argv", "commands"),
    [
        ([], None),
        (["ls", "-l"], (("ls", "-l"),)),
        (["bash", "script"], (("bash", "script"),)),
        (["bash", "-x", "a"], (("bash", "-x", "a"),)),
        (["bash", "-c", "a", "b"], (("bash", "-c", "a", "b"),)),
        (["fish", "-c", "a"], (("fish", "-c", "a"),)),
        (["zsh", "-c", "a; b"], (("a",), ("b",))),
        (["sh", "-c", "a > b"], None),
    ],
)
def test_only_scripts_of_known_shells_are_looked_into(
    argv: list[str], commands: tuple[tuple[str, ...], ...] | None
) -> None:
    """Any other command is the one command that is run."""
    assert commands == plain_commands(argv)


@given(st.lists(st.tuples(PROGRAM, st.lists(WORD, max_size=3)), min_size=1, max_size=4), st.data())
def test_quoted_commands_are_found_again(commands: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    """Whatever words, quoted for a shell and joined by any operators, are those words."""
    argvs = tuple((program, *words) for program, words in commands)
    script = ""
    for argv in argvs:
        # Quoting by hand, since `shlex` leaves keywords bare and writes a quote by double quotes.
        joined = " ".join("'" + word.replace("'", "'\"'\"'") + "'" for word in argv)
        script += (f" {data.draw(st.sampled_from(OPERATORS))} " if script else "") + joined
    assert argvs == plain_script(script)


@given(st.text() | SCRIPT)
def test_a_single_understood_command_is_what_every_shell_makes_of_it(script: str) -> None:
    """No text raises; where one command without operators is understood, its words are those of `shlex`."""
    commands = plain_script(script)
    if commands is not None and len(commands) == 1 and not script.rstrip(" \t\n").endswith(";"):
        assert tuple(shlex.split(script)) == commands[0]


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@settings(max_examples=30, deadline=None)
@given(SCRIPT)
def test_bash_agrees(script: str) -> None:
    """What is understood is what bash would run: here every command is a function that prints its words."""
    commands = plain_script(script)
    if commands is None or "|" in script or "&&" in script:
        return
    printer = (
        f'command_not_found_handle() {{ {shlex.quote(sys.executable)} -c {shlex.quote(PRINT)} "$@"; }}\n'
    )
    run = subprocess.run(
        [str(BASH), "-c", printer + script], env={"PATH": "/nowhere"}, capture_output=True, check=False
    )
    told = tuple(tuple(json.loads(line)) for line in run.stdout.splitlines())
    assert commands == told


PRINT = "import json, sys; print(json.dumps(sys.argv[1:]))"
