"""Accepted amendments are written as lines of a rules file."""

from __future__ import annotations

import pytest

from turnfold.core.execpolicy import (
    Decision,
    PrefixRule,
    RuleError,
    Ruleset,
    network_rule_text,
    prefix_rule_text,
    proposed_prefix,
)


def test_a_prefix_is_allowed() -> None:
    """The line is the one that Codex writes."""
    expected = 'prefix_rule(pattern=["echo", "Hello, \\"w\\"\\n\u00e9"], decision="allow")'
    assert expected == prefix_rule_text(["echo", 'Hello, "w"\n\u00e9'])


def test_a_host_is_allowed_or_denied() -> None:
    """The line is the one that Codex writes, with the host as rules compare it."""
    assert 'network_rule(host="api.example.com", protocol="https", decision="allow")' == network_rule_text(
        "API.example.com", "https", "allow"
    )
    assert 'network_rule(host="::1", protocol="http", decision="deny")' == network_rule_text(
        "[::1]", "http", "deny"
    )


def test_what_is_no_rule_is_not_written() -> None:
    """A file that could not be read any more would take all of its rules away."""
    with pytest.raises(RuleError, match="cannot be empty"):
        prefix_rule_text([])
    with pytest.raises(RuleError, match="half of a surrogate pair"):
        prefix_rule_text(["\ud800"])
    with pytest.raises(RuleError, match="no action"):
        network_rule_text("x", "http", "prompt")
    with pytest.raises(RuleError, match="no protocol"):
        network_rule_text("x", "ftp", "allow")


RULES = Ruleset(
    rules=(
        PrefixRule(pattern=(("git",),)),
        PrefixRule(pattern=(("rm",),), decision=Decision.PROMPT),
    )
)


@pytest.mark.parametrize(
    ("argv", "prefix"),
    [
        (["ls", "-l"], ("ls", "-l")),
        (["python3", "x.py"], ("python3", "x.py")),
        (["bash", "-lc", "git status && ls -l | git x"], ("ls", "-l")),
        (["bash", "-lc", "ls && ls"], ("ls",)),
        (["bash", "-lc", "ls && make"], None),
        (["bash", "-lc", "rm x && ls"], None),
        (["bash", "-lc", "ls > x"], None),
        (["bash", "-lc", "rm x"], None),
        (["git"], None),
        (["/usr/bin/python3"], None),
        ([""], None),
        ([], None),
    ],
)
def test_a_rule_is_proposed_where_it_would_help(argv: list[str], prefix: tuple[str, ...] | None) -> None:
    """The one command that no rule allows, as a whole; nothing for what stays unknown, refused, or too broad."""
    proposed = proposed_prefix(RULES, argv)
    assert prefix == proposed
    if proposed is not None:
        allowed = RULES.merged(Ruleset(rules=(PrefixRule(pattern=tuple((word,) for word in proposed)),)))
        assert allowed.judge(argv).decision is Decision.ALLOW
