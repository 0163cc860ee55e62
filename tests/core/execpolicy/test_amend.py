"""Accepted amendments are written as lines of a rules file."""

from __future__ import annotations

import pytest

from turnfold.core.execpolicy import RuleError, network_rule_text, prefix_rule_text


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
