"""Arguments of the tools that run commands: what is understood, and what the model is told of the rest."""

from __future__ import annotations

import json
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.engine.tools.shelltools import call_of, real_settings
from turnfold.core.engine.ports import Tool, ToolCall, ToolFailed
from turnfold.core.engine.tools import LocalShell, Shell, ShellCommand

TOOLS: tuple[Tool, ...] = (Shell(real_settings()), ShellCommand(real_settings()))


@pytest.mark.covers("C5")
def test_hooks_see_the_argv_of_shell_quoted() -> None:
    """For `shell` the payload's command is the argv joined with shell quoting."""
    action = TOOLS[0].prepare(call_of("shell", command=["echo", "a b", "$x"], justification="why"), "/w")
    assert ("echo 'a b' '$x'", "why") == (action.hook_command, action.justification)
    assert ("echo", "a b", "$x") == action.argv


@pytest.mark.covers("C5")
def test_hooks_see_the_argv_of_local_shell_quoted() -> None:
    """For `local_shell` it is the same, and there is no justification."""
    call = ToolCall(
        call_id="c",
        name="local_shell",
        turn_id="t",
        call_type="local_shell_call",
        arguments={"type": "exec", "command": ["ls", "a b"], "working_directory": "sub", "env": {}},
    )
    action = LocalShell(real_settings()).prepare(call, "/w")
    assert ("ls 'a b'", None, "/w/sub") == (action.hook_command, action.justification, action.cwd)


@pytest.mark.covers("C5")
def test_hooks_see_the_text_of_shell_command_unwrapped() -> None:
    """For `shell_command` it is the model's own text, and policy sees the shell that runs it."""
    action = TOOLS[1].prepare(call_of("shell_command", command="echo  'a'", justification="why"), "/w")
    assert ("echo  'a'", "why") == (action.hook_command, action.justification)
    assert ("/bin/sh", "-lc", "echo  'a'") == action.argv


def test_a_command_may_ask_for_a_shell_without_login() -> None:
    """`login: false` leaves the login out."""
    action = TOOLS[1].prepare(call_of("shell_command", command="x", login=False), "/w")
    assert ("/bin/sh", "-c", "x") == action.argv


@pytest.mark.parametrize(
    ("arguments", "escalated"),
    [
        ({}, False),
        ({"sandbox_permissions": "use_default"}, False),
        ({"sandbox_permissions": "require_escalated"}, True),
        ({"with_escalated_permissions": True}, True),
        ({"with_escalated_permissions": False}, False),
    ],
)
def test_both_spellings_ask_for_a_run_without_sandbox(arguments: dict[str, object], escalated: bool) -> None:
    """The newer word and the older flag mean the same; a decision for the session tells them from a plain run."""
    action = TOOLS[0].prepare(call_of("shell", command=["x"], **arguments), "/w")
    plain = TOOLS[0].prepare(call_of("shell", command=["x"]), "/w")
    assert (escalated, escalated) == (action.escalated, action.cache_keys != plain.cache_keys)


@pytest.mark.parametrize(("workdir", "cwd"), [(None, "/w"), ("", "/w"), ("sub", "/w/sub"), ("/abs", "/abs")])
def test_the_directory_is_relative_to_the_turns(workdir: str | None, cwd: str) -> None:
    """A relative `workdir` is below the turn's directory; without one it is that."""
    assert cwd == TOOLS[0].prepare(call_of("shell", command=["x"], workdir=workdir), "/w").cwd


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        (0, "{", "failed to parse function arguments: Input data was truncated"),
        (0, "", "failed to parse function arguments: Object missing required field `command`"),
        (0, "[]", "failed to parse function arguments: Expected `object`, got `array`"),
        (
            0,
            '{"command": "ls"}',
            "failed to parse function arguments: Expected `array`, got `str` - at `$.command`",
        ),
        (
            0,
            '{"command": [1]}',
            "failed to parse function arguments: Expected `str`, got `int` - at `$.command[0]`",
        ),
        (0, '{"command": []}', "command must not be empty: its first element names the program"),
        (0, '{"command": ["a\\u0000"]}', "command must not contain NUL characters"),
        (0, '{"command": ["a"], "workdir": "\\u0000"}', "workdir must not contain NUL characters"),
        (
            0,
            '{"command": ["a"], "timeout_ms": 0}',
            "failed to parse function arguments: Expected `int` >= 1 - at `$.timeout_ms`",
        ),
        (
            0,
            '{"command": ["a"], "sandbox_permissions": "all"}',
            "failed to parse function arguments: Invalid enum value 'all' - at `$.sandbox_permissions`",
        ),
        (1, '{"command": " "}', "command must not be empty"),
        (1, '{"command": "a\\u0000"}', "command must not contain NUL characters"),
        (1, {"command": "a"}, "shell_command: arguments have to be text that holds a JSON object"),
    ],
)
def test_arguments_that_make_no_sense_are_explained_to_the_model(
    tool: int, arguments: object, message: str
) -> None:
    """The message names the field and what was expected of it."""
    call = ToolCall(call_id="c", name=TOOLS[tool].name, turn_id="t", arguments=arguments)
    with pytest.raises(ToolFailed) as failure:
        TOOLS[tool].prepare(call, "/")
    assert message == failure.value.message


@pytest.mark.parametrize(
    "arguments", [None, "text", {}, {"type": "other", "command": ["a"]}, {"action": None}]
)
def test_a_local_shell_call_without_a_command_is_explained(arguments: object) -> None:
    """The same holds for the object of a `local_shell_call`."""
    call = ToolCall(call_id="c", name="local_shell", turn_id="t", arguments=arguments)
    with pytest.raises(ToolFailed, match="failed to parse the action of local_shell"):
        LocalShell(real_settings()).prepare(call, "/")


@given(st.text(max_size=30) | st.binary(max_size=10).map(repr), st.sampled_from(TOOLS))
def test_no_arguments_break_a_tool(text: str, tool: Tool) -> None:
    """Whatever text a model sends, it is understood or refused."""
    with suppress(ToolFailed):
        assert tool.prepare(ToolCall(call_id="c", name=tool.name, turn_id="t", arguments=text), "/").argv


def test_deep_nesting_is_refused() -> None:
    """Arguments that would exhaust the parser are refused like other nonsense."""
    text = '{"command": ["a"], "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(ToolFailed, match="failed to parse function arguments"):
        TOOLS[0].prepare(ToolCall(call_id="c", name="shell", turn_id="t", arguments=text), "/")


@pytest.mark.parametrize("tool", TOOLS)
def test_the_description_is_a_schema_that_fits_the_parser(tool: Tool) -> None:
    """What the schema requires is enough for the tool, and the schema itself is well formed."""
    described = json.loads(json.dumps(tool.describe()))
    jsonschema.Draft202012Validator.check_schema(described["parameters"])
    example = {"shell": ["ls"], "shell_command": "ls"}[tool.name]
    arguments = {"command": example, "workdir": "x", "timeout_ms": 5, "sandbox_permissions": "use_default"}
    jsonschema.validate(arguments, described["parameters"])
    assert ("function", tool.name) == (described["type"], described["name"])
    assert tool.prepare(call_of(tool.name, **arguments), "/").argv


def test_local_shell_has_a_type_of_its_own() -> None:
    """The Responses API knows it without a schema."""
    tool = LocalShell(real_settings())
    assert ({"type": "local_shell"}, "local_shell", True) == (tool.describe(), tool.name, tool.parallel)
