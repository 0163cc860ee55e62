"""Matchers: everything, exact names, or a search."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.hooks.config.files import command, group, hooks_json, seen, under
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import Matcher, MatcherError, compile_matcher


@pytest.mark.covers("A2")
@pytest.mark.parametrize("matcher", [None, "", "*"])
def test_no_matcher_takes_everything(matcher: str | None) -> None:
    """An absent, an empty and a star matcher take any input, and none."""
    assert Matcher() == compile_matcher(matcher)
    assert compile_matcher(matcher).takes(["Bash"])
    assert compile_matcher(matcher).takes([])


@pytest.mark.covers("A2")
@pytest.mark.parametrize(
    ("matcher", "name", "taken"),
    [
        ("Bash", "Bash", True),
        ("Bash", "BashOutput", False),
        ("Edit|Write", "Write", True),
        ("Edit|Write", "Edit|Write", False),
        ("bash", "Bash", False),
        ("^Bash$", "Bash", True),
        ("^Bash$", "BashOutput", False),
        ("mcp__.*__read", "mcp__files__read_all", True),
        ("Ba.h", "xBashx", True),
    ],
)
def test_names_are_exact_and_expressions_are_searched_for(matcher: str, name: str, taken: bool) -> None:
    """Letters, digits, `_` and `|` are a list of exact names; everything else is searched for, unanchored."""
    assert taken is compile_matcher(matcher).takes([name])


@given(st.lists(st.from_regex(r"\A[A-Za-z0-9_]+\Z"), min_size=1), st.text())
def test_a_list_of_names_takes_these_names_and_no_others(names: list[str], other: str) -> None:
    """Whatever the names are, membership is all that counts."""
    matcher = compile_matcher("|".join(names))
    assert all(matcher.takes([name]) for name in names)
    assert (other in names) is matcher.takes([other])


@given(st.text())
def test_any_text_is_a_matcher_or_an_error(text: str) -> None:
    """No text makes the compiler fail in another way."""
    try:
        matcher = compile_matcher(text)
    except MatcherError:
        return
    assert matcher.pattern is None or isinstance(matcher.pattern, re.Pattern)


@pytest.mark.parametrize("text", ["(", "a{99999999999999999999}", "[[:alpha:]]", "(" * 5000 + ")" * 5000])
def test_what_python_cannot_read_is_an_error(text: str) -> None:
    """Invalid, too large, too deep, and what another engine reads in another way."""
    with pytest.raises(MatcherError):
        compile_matcher(text)


@pytest.mark.covers("A2")
def test_an_invalid_matcher_drops_its_group_and_no_other() -> None:
    """It is a warning that names the place; the groups beside it stay."""
    config = seen(
        hooks_json(PreToolUse=[group(command("a"), matcher="("), group(command("b"), matcher="Bash")])
    )
    (problem,) = config.problems
    assert ["b"] == [each.command for each in config.handlers]
    assert "warning" == problem.severity
    assert problem.message.startswith("`hooks.PreToolUse[0].matcher` is no valid expression: ")


@pytest.mark.covers("A3")
@pytest.mark.parametrize("event", [each for each in HookEvent if each.matches])
def test_a_matcher_counts_where_the_event_has_an_input(event: HookEvent) -> None:
    """Tool name, source, trigger or agent type: only what the matcher names is run for."""
    config = seen(under(event.wire, group(command(), matcher="one")))
    assert config.handlers == config.matching(event, ["one"])
    assert config.handlers == config.matching(event, ["other", "one"])
    assert () == config.matching(event, ["other"])


@pytest.mark.covers("A3")
@pytest.mark.parametrize("event", [each for each in HookEvent if not each.matches])
def test_a_matcher_does_not_count_elsewhere(event: HookEvent) -> None:
    """UserPromptSubmit, Stop, SessionEnd and Interrupt run every handler, even under an invalid matcher."""
    config = seen(under(event.wire, group(command(), matcher="(")))
    assert 1 == len(config.matching(event))
    assert None is config.handlers[0].matcher


@pytest.mark.covers("A3")
def test_a_handler_matches_once_however_many_names_do() -> None:
    """A tool with aliases runs each of its handlers once."""
    config = seen(hooks_json(PreToolUse=[group(command(), matcher="apply_patch|Edit|Write")]))
    assert config.handlers == config.matching(HookEvent.PRE_TOOL_USE, ["apply_patch", "Write", "Edit"])
