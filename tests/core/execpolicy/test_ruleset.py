"""Rules on commands and hosts: what matches, what it says, and which of several counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.execpolicy import (
    NO_RULES,
    Decision,
    HostExecutable,
    Match,
    NetworkRule,
    PrefixRule,
    RuleError,
    Ruleset,
    Verdict,
    check_examples,
    report,
    strictest,
)

ALLOW, PROMPT, FORBIDDEN = Decision

GIT = PrefixRule(pattern=(("git",),))
PUSH = PrefixRule(
    pattern=(("git",), ("push", "fetch")), decision=PROMPT, justification="It talks to the network"
)
FORCE = PrefixRule(pattern=(("git",), ("push",), ("--force", "-f")), decision=FORBIDDEN)
RULES = Ruleset(rules=(FORCE, GIT, PUSH))

WORDS = st.sampled_from(["git", "push", "-f", "x"])
RULE = st.builds(
    PrefixRule,
    pattern=st.lists(st.lists(WORDS, min_size=1, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple),
    decision=st.sampled_from(Decision),
)


@pytest.mark.parametrize(
    ("command", "decision"),
    [
        ("git status", ALLOW),
        ("git", ALLOW),
        ("git push origin", PROMPT),
        ("git fetch", PROMPT),
        ("git push --force origin", FORBIDDEN),
        ("git push origin --force", PROMPT),
        ("gitk", None),
        ("push git", None),
        ("/usr/bin/git status", None),
        ("", None),
    ],
)
def test_the_strictest_of_the_matching_rules_counts(command: str, decision: Decision | None) -> None:
    """Words are compared one by one from the first; forbidden before prompt before allow; no match, no decision."""
    assert decision is RULES.evaluate(command.split()).decision


def test_every_matching_rule_is_told() -> None:
    """With the words that it is about, in the order of the rules; the reason is that of the rule that decided."""
    verdict = RULES.evaluate(["git", "push", "x"])
    expected = (
        Match(prefix=("git",), decision=ALLOW),
        Match(prefix=("git", "push"), decision=PROMPT, justification="It talks to the network"),
    )
    assert Verdict(decision=PROMPT, matches=expected) == verdict
    assert "It talks to the network" == verdict.justification
    assert RULES.evaluate(["git", "push", "-f"]).justification is None


@given(st.lists(RULE, max_size=6), st.lists(WORDS, max_size=4), RULE)
def test_a_further_rule_never_makes_it_laxer(
    rules: list[PrefixRule], command: list[str], more: PrefixRule
) -> None:
    """Decisions only become stricter, from whatever layer a rule comes, and order does not matter."""
    order = [None, ALLOW, PROMPT, FORBIDDEN]
    before, after = Ruleset(rules=tuple(rules)), Ruleset(rules=tuple(rules)).merged(Ruleset(rules=(more,)))
    decision = after.evaluate(command).decision
    assert order.index(before.evaluate(command).decision) <= order.index(decision)
    assert decision is Ruleset(rules=(more, *rules)).evaluate(command).decision


@pytest.mark.parametrize(
    ("command", "decision"),
    [
        ("git status && git log", ALLOW),
        ("git status && ls", None),
        ("ls; git push", PROMPT),
        ("git push | git push -f x || ls", FORBIDDEN),
        ("git status > x", None),
        ("git push $(date)", None),
    ],
)
def test_a_script_is_judged_by_each_command_in_it(command: str, decision: Decision | None) -> None:
    """One command forbids all; all are needed to allow; what is not plain is unknown."""
    assert decision is RULES.judge(["bash", "-lc", command]).decision
    assert RULES.judge(["git", "push"]) == RULES.evaluate(["git", "push"])


def test_rules_on_the_shell_hold_for_scripts_that_are_not_plain() -> None:
    """Such a script is judged as the command that it is."""
    shell = Ruleset(rules=(PrefixRule(pattern=(("bash",), ("-lc",)), decision=PROMPT),))
    assert shell.judge(["bash", "-lc", "ls > x"]).decision is PROMPT
    assert shell.judge(["bash", "-lc", "ls"]).decision is None
    assert NO_RULES.judge([]).decision is None


@pytest.mark.parametrize(
    ("executables", "program", "decision"),
    [
        ((), "/opt/bin/git", ALLOW),
        (("/usr/bin/git",), "/usr/bin/git", ALLOW),
        (("/usr/bin/git",), "/opt/bin/git", None),
        ((), "bin/git", None),
        ((), "/", None),
    ],
)
def test_rules_on_a_name_hold_for_paths_when_asked_to(
    executables: tuple[str, ...], program: str, decision: Decision | None
) -> None:
    """Any absolute path of the program, or the listed ones; only on request."""
    listed = (HostExecutable(name="git", paths=executables),) if executables else ()
    rules = Ruleset(rules=(GIT,), executables=listed)
    assert rules.evaluate([program, "status"]).decision is None
    assert decision is rules.evaluate([program, "status"], resolve_host_executables=True).decision
    script = ["sh", "-c", f"{program} status && git x"]
    assert decision is rules.judge(script, resolve_host_executables=True).decision


def test_a_rule_on_the_path_itself_comes_first() -> None:
    """Where one matches, rules on the name are not looked at; of two lists of paths the later one holds."""
    exact = PrefixRule(pattern=(("/usr/bin/git",),), decision=PROMPT)
    rules = Ruleset(rules=(GIT, exact), executables=(HostExecutable(name="git", paths=("/bin/git",)),))
    later = rules.merged(Ruleset(executables=(HostExecutable(name="git", paths=("/x/git",)),)))
    assert rules.evaluate(["/usr/bin/git"], resolve_host_executables=True).decision is PROMPT
    assert later.evaluate(["/bin/git"], resolve_host_executables=True).decision is None
    assert later.evaluate(["/x/git"], resolve_host_executables=True).decision is ALLOW


def test_the_report_is_that_of_codex() -> None:
    """As `codex execpolicy check` prints it: fields without a value are left out."""
    assert {"matchedRules": []} == report(RULES, ["ls"])
    found = {"prefixRuleMatch": {"matchedPrefix": ["git"], "decision": "allow"}}
    assert {"matchedRules": [found], "decision": "allow"} == report(RULES, ["git", "status"])
    expected = {
        "matchedRules": [
            {
                "prefixRuleMatch": {
                    "matchedPrefix": ["git"],
                    "decision": "allow",
                    "resolvedProgram": "/bin/git",
                }
            },
            {
                "prefixRuleMatch": {
                    "matchedPrefix": ["git", "fetch"],
                    "decision": "prompt",
                    "resolvedProgram": "/bin/git",
                    "justification": "It talks to the network",
                }
            },
        ],
        "decision": "prompt",
    }
    assert expected == report(RULES, ["/bin/git", "fetch"], resolve_host_executables=True)


def test_the_last_rule_on_a_host_holds() -> None:
    """A later answer of the user replaces an earlier one; hosts are compared without port, dot and case."""
    rules = Ruleset(
        network=(
            NetworkRule(host="Example.com.", protocol="https", decision=ALLOW),
            NetworkRule(host="example.com:443", protocol="http-connect", decision=FORBIDDEN),
            NetworkRule(host="[::1]:80", protocol="http", decision=ALLOW),
            NetworkRule(host="::1", protocol="socks5_tcp", decision=PROMPT),
        )
    )
    assert rules.host_decision("EXAMPLE.com", "https") is FORBIDDEN
    assert rules.host_decision("example.com", "http") is None
    assert rules.host_decision("::1", "http") is ALLOW
    assert rules.host_decision("[::1]", "socks5_tcp") is PROMPT


@pytest.mark.parametrize("host", ["", " ", "http://x", "x/y", "*.x", "a b", "[::1", "[::1]80", "u@x", "."])
def test_what_is_no_host_is_refused(host: str) -> None:
    """Rules are about one host: no scheme, no path, no wildcard."""
    with pytest.raises(RuleError, match="no host"):
        NetworkRule(host=host, protocol="http", decision=ALLOW)


def test_what_makes_no_sense_is_refused_with_a_remedy() -> None:
    """Rules check themselves, so that a file is refused when it is read and not when it is needed."""
    with pytest.raises(RuleError, match="Name at least the program"):
        PrefixRule(pattern=())
    with pytest.raises(RuleError, match="Name at least one"):
        PrefixRule(pattern=(("a",), ()))
    with pytest.raises(RuleError, match="Say why, or leave it out"):
        PrefixRule(pattern=(("a",),), justification=" ")
    with pytest.raises(RuleError, match="Use one of http, https, socks5_tcp, socks5_udp"):
        NetworkRule(host="a", protocol="ftp", decision=ALLOW)
    for name in ("", "bin/git", ".."):
        with pytest.raises(RuleError, match="Write it without its folder"):
            HostExecutable(name=name, paths=())
    with pytest.raises(RuleError, match="no absolute path"):
        HostExecutable(name="git", paths=("bin/git",))
    with pytest.raises(RuleError, match="does not end in 'git'"):
        HostExecutable(name="git", paths=("/bin/hg",))


def test_examples_are_the_tests_of_a_rule() -> None:
    """A rule that does not do what its examples say is refused."""
    check_examples(PUSH, (), [["git", "push"], ["/bin/git", "fetch"]], [["git", "status"], ["ls"]])
    with pytest.raises(RuleError, match=r"does not hold for 'git status'.*Widen the pattern"):
        check_examples(PUSH, (), [["git", "status"]], [])
    with pytest.raises(RuleError, match=r"holds for 'git push x'.*Narrow the pattern"):
        check_examples(PUSH, (), [], [["git", "push", "x"]])
    with pytest.raises(RuleError, match="does not hold"):
        check_examples(PUSH, (HostExecutable(name="git", paths=()),), [["/bin/git", "push"]], [])


def test_the_strictest_of_none_is_none() -> None:
    """No decision, no verdict."""
    assert strictest(()) is None
    assert strictest((ALLOW, FORBIDDEN, PROMPT)) is FORBIDDEN
