"""Rules files in Starlark: what they say, and how a fault in one is told."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine.rules import RulesUnreadable, read_rules
from turnfold.core.execpolicy import (
    Decision,
    HostExecutable,
    NetworkRule,
    PrefixRule,
    RuleError,
    Ruleset,
    prefix_rule_text,
)

GOOD = """
# Everything that a file can say.
prefix_rule(
    pattern = ["git", ["push", "fetch"]],
    decision = "prompt",
    justification = "It talks to the network",
    match = [["git", "push", "origin"], "/usr/bin/git fetch 'a b'"],
    not_match = ["git status", "/opt/git push"],
)
host_executable(name = "git", paths = ["/usr/bin/git", "/usr/bin/git"])
prefix_rule(["ls"])
[prefix_rule(pattern = [f"tool-{name}"], decision = "forbidden") for name in ("a", "b")]
network_rule(host = "Example.com:443", protocol = "https_connect", decision = "deny", justification = "No")
network_rule(host = "x.org", protocol = "http", decision = "allow")
"""


def test_everything_that_a_file_can_say() -> None:
    """Rules in their order, with alternatives, reasons and decisions; examples hold with the programs known."""
    expected = Ruleset(
        rules=(
            PrefixRule(
                pattern=(("git",), ("push", "fetch")),
                decision=Decision.PROMPT,
                justification="It talks to the network",
            ),
            PrefixRule(pattern=(("ls",),)),
            PrefixRule(pattern=(("tool-a",),), decision=Decision.FORBIDDEN),
            PrefixRule(pattern=(("tool-b",),), decision=Decision.FORBIDDEN),
        ),
        executables=(HostExecutable(name="git", paths=("/usr/bin/git",)),),
        network=(
            NetworkRule(
                host="example.com", protocol="https", decision=Decision.FORBIDDEN, justification="No"
            ),
            NetworkRule(host="x.org", protocol="http", decision=Decision.ALLOW),
        ),
    )
    assert expected == read_rules("x.rules", GOOD)


def test_examples_know_the_programs_of_files_before() -> None:
    """What a lower layer says of a program holds for the examples of a higher one."""
    text = 'prefix_rule(pattern=["git"], not_match=["/opt/git status"])'
    assert read_rules("x.rules", text, [HostExecutable(name="git", paths=("/bin/git",))]).rules
    with pytest.raises(RulesUnreadable, match="which `not_match` says it does not"):
        read_rules("x.rules", text)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = = 1", 1, "invalid syntax"),
        ("\nprefix_rule(pattern=[])", 2, "Name at least the program"),
        (
            "\n\nprefix_rule(\n  pattern=['a'],\n  decision='maybe')",
            3,
            "'maybe' is no decision. Use one of allow,",
        ),
        ("prefix_rule(pattern=['a'], decision=1)", 1, "decision is a string, and not 1"),
        ("prefix_rule(pattern='git')", 1, "pattern is a list, and not 'git'. Put it in square brackets"),
        ("prefix_rule(pattern=['a', 1])", 1, "a word of a pattern with alternatives is a list, and not 1"),
        ("prefix_rule(pattern=['a', [1]])", 1, "a word of a pattern is a string, and not 1"),
        ("prefix_rule(pattern=['a', []])", 1, "Name at least one"),
        ("prefix_rule(pattern=['a'], justification='')", 1, "Say why, or leave it out"),
        ("prefix_rule(pattern=['a'], match=['b'])", 1, "the rule does not hold for 'b'"),
        ("prefix_rule(pattern=['a'], not_match=['a b'])", 1, "the rule holds for 'a b'"),
        ("prefix_rule(pattern=['a'], match=['\"'])", 1, "cannot be split"),
        ("prefix_rule(pattern=['a'], match=[''])", 1, "cannot be empty"),
        ("prefix_rule(pattern=['a'], match=[7])", 1, "an example in match is a list, and not 7"),
        ("prefix_rule(pattern=['a'], match=[[7]])", 1, "a word in match is a string"),
        ("prefix_rule(pattern=['a'], mach=['a'])", 1, "unexpected keyword argument 'mach'"),
        ("prefix_rule()", 1, "pattern"),
        ("prefix_rule(pattern=prefix_rule)", 1, "not supported"),
        ("host_executable(name='a/b', paths=[])", 1, "no name of a program"),
        ("host_executable(name='a', paths=['b'])", 1, "no absolute path"),
        ("network_rule(host='*', protocol='http', decision='allow')", 1, "no host"),
        ("network_rule(host='a', protocol='gopher', decision='allow')", 1, "no protocol"),
        ("network_rule(host='a', protocol='http', decision='ask')", 1, "no decision"),
        ("def f():\n  missing()\nf()", 2, "missing"),
        ("load('a', 'b')", 1, "load"),
        ("import os", 1, "import"),
        ("open('/etc/passwd')", 1, "open"),
        ("def f():\n  f()\nf()", 2, "overflow"),
        ("for i in range(1000000000):\n  pass", 1, "it runs for too long"),
        ("x = " + "[" * 150 + "]" * 150, None, "nests deeper than 100 levels"),
        ("x = " + "-" * 100_000 + "1", None, "nests deeper than 100 levels"),
        ("x = " + "[" * 100_000 + "]" * 100_000, 1, "too many nested parentheses"),
        ("#" * 1_000_001, None, "longer than 1000000 characters"),
        ("x = 'a\0b'", None, "null bytes"),
        ("x = '\ud800'", None, "surrogates not allowed"),
    ],
)
def test_a_fault_is_told_with_its_line_and_a_remedy(text: str, line: int | None, said: str) -> None:
    """Errors of syntax, of arguments, of examples, and programs that would not end: all as one kind of error."""
    with pytest.raises(RulesUnreadable) as error:
        read_rules("default.rules", text)
    problem = error.value.problem
    assert said in problem.message
    assert ("default.rules", line) == (problem.file, problem.line)
    place = "default.rules" if line is None else f"default.rules:{line}"
    assert f"{place}: {problem.message}" == str(problem) == str(error.value)
    assert "\n" not in problem.message


@given(st.text() | st.lists(st.sampled_from([*GOOD.split(), "(", ")", "[", "]", "\n", "'"])).map(" ".join))
def test_no_text_raises_anything_else(text: str) -> None:
    """Whatever a file holds, it is read or it is a problem with a file name."""
    with contextlib.suppress(RulesUnreadable):
        assert read_rules("x.rules", text) is not None


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_what_is_written_is_read_back(words: list[str]) -> None:
    """An amendment of any words is one line that allows exactly commands that begin with them."""
    with contextlib.suppress(RuleError):
        line = prefix_rule_text(words)
        assert "\n" not in line
        expected = PrefixRule(pattern=tuple((word,) for word in words))
        assert (expected,) == read_rules("x.rules", line).rules
