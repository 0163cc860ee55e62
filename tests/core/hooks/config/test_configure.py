"""Configurations of hooks: what a file may say, in which order it counts, and what becomes of faults."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.hooks.config.files import command, group, hooks_json, raw, seen, the_one, under
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import HookFile, Problem, configure


@pytest.mark.covers("A2")
def test_a_handler_says_all_that_its_file_says() -> None:
    """Every field of a hooks.json, and where the handler came from."""
    text = """{"description": "ours", "hooks": {"PermissionRequest": [{"matcher": "^Bash$", "hooks": [
        {"type": "command", "command": "./gate", "timeout": 5, "statusMessage": "asking"}]}]}}"""
    handler = the_one(raw(text))
    assert (HookEvent.PERMISSION_REQUEST, "./gate", 5) == (handler.event, handler.command, handler.timeout_s)
    assert ("^Bash$", "asking", "command") == (handler.matcher, handler.status_message, handler.handler_type)
    assert ("user", "/u/hooks.json", 0) == (handler.source, handler.source_path, handler.display_order)
    assert "/u/hooks.json:permission_request:0:0" == handler.key
    assert not handler.asynchronous


@pytest.mark.covers("A2")
def test_a_toml_file_says_the_same() -> None:
    """The tables of a config.toml hold the same groups; what else is in that file does not matter."""
    text = """
        model = "m"
        [[hooks.SessionStart]]
        matcher = "startup"
        [[hooks.SessionStart.hooks]]
        type = "command"
        command = "greet"
        command_windows = "greet.exe"
        additionalContextLimit = 100
        async = true
        [hooks]
        managed_dir = "/m"
    """
    handler = the_one(raw(text, "toml"))
    assert (HookEvent.SESSION_START, "greet", "startup") == (handler.event, handler.command, handler.matcher)
    assert (True, True, 100) == (handler.asynchronous, handler.detached, handler.additional_context_limit)


@pytest.mark.covers("A2")
def test_all_layers_run_in_their_order() -> None:
    """Lowest first, hooks.json before config.toml; in a file by event, group and handler; none overrides another."""
    same = command("same")
    low = hooks_json(
        "/s/hooks.json", "system", Stop=[group(command("s2"))], PreToolUse=[group(command("s1"))]
    )
    high = hooks_json("/p/hooks.json", "project", PreToolUse=[group(same, same), group(command("p3"))])
    config = seen(low, hooks_json(PreToolUse=[group(same)]), high)
    assert ["s1", "s2", "same", "same", "same", "p3"] == [each.command for each in config.handlers]
    assert list(range(6)) == [each.display_order for each in config.handlers]
    assert "/p/hooks.json:pre_tool_use:0:1" == config.handlers[4].key
    ran = config.matching(HookEvent.PRE_TOOL_USE, ["Bash"])
    assert ["s1", "same", "same", "same", "p3"] == [each.command for each in ran]


def test_what_may_not_run_keeps_its_place() -> None:
    """An untrusted handler counts in the configured order."""
    config = configure(
        [hooks_json(Stop=[group(command("a"))]), hooks_json("/s/h", "system", Stop=[group(command("b"))])]
    )
    assert [("b", 1)] == [(each.command, each.display_order) for each in config.matching(HookEvent.STOP)]


def test_hooks_in_both_files_of_a_layer_are_warned_of() -> None:
    """Both count."""
    toml = raw('[[hooks.Stop]]\nhooks = [{type = "command", command = "b"}]', "toml")
    config = seen(
        hooks_json(Stop=[group(command("a"))]), toml, hooks_json("/p/hooks.json", Stop=[group(command("c"))])
    )
    (problem,) = config.problems
    assert ["a", "b", "c"] == [each.command for each in config.handlers]
    assert ("/u/config.toml", "warning") == (problem.path, problem.severity)
    assert "hooks are configured here and in /u/hooks.json; those of both run" == problem.message


@pytest.mark.covers("A2")
@pytest.mark.parametrize(
    ("given_s", "effective_s"), [(None, 600), (0, 1), (1, 1), (90, 90), (10_000, 10_000)]
)
def test_a_timeout_is_600_s_unless_given_and_1_s_at_least(given_s: int | None, effective_s: int) -> None:
    """There is no upper limit for most events."""
    handler = the_one(hooks_json(Stop=[group(command(timeout=given_s))]))
    assert effective_s == handler.timeout_s


@pytest.mark.parametrize("event", ["SessionEnd", "Interrupt"])
@pytest.mark.parametrize(
    ("given_s", "effective_s", "warned"), [(None, 1, 0), (0, 1, 0), (3, 3, 0), (4, 3, 1)]
)
def test_hooks_that_nobody_waits_for_are_short(
    event: str, given_s: int | None, effective_s: int, warned: int
) -> None:
    """1 s by default, 3 s at most, with a warning for who asks for more."""
    config = seen(under(event, group(command(timeout=given_s))))
    assert (effective_s, warned) == (config.handlers[0].timeout_s, len(config.problems))
    if warned:
        text = f"/u/hooks.json: `hooks.{event}[0].hooks[0].timeout` is 4 s; {event} hooks have 3 s at most."
        assert f"{text} make it 3 or less." == str(config.problems[0])


def test_the_end_of_a_session_waits_for_its_hooks() -> None:
    """An asynchronous SessionEnd handler is run like any other."""
    handler = the_one(hooks_json(SessionEnd=[group({**command(), "async": True})]))
    assert (True, False) == (handler.asynchronous, handler.detached)


@pytest.mark.parametrize("kind", ["prompt", "agent", "mcp_tool"])
def test_other_types_of_handlers_are_skipped(kind: str) -> None:
    """With a warning, whatever their fields; they take no number in the order."""
    config = seen(hooks_json(Stop=[group({"type": kind, "prompt": 1}, command("a"))]))
    assert [("a", 0, "/u/hooks.json:stop:0:1")] == [
        (each.command, each.display_order, each.key) for each in config.handlers
    ]
    message = f"`hooks.Stop[0].hooks[0]` is of type `{kind}`, which is not supported; it is left out"
    assert [message] == [problem.message for problem in config.problems]


def test_an_empty_command_is_skipped() -> None:
    """With a warning."""
    config = seen(hooks_json(Stop=[group(command("  "))]))
    assert () == config.handlers
    assert ["`hooks.Stop[0].hooks[0].command` is empty; it is left out"] == [
        each.message for each in config.problems
    ]


@pytest.mark.parametrize(
    "text", ["{}", '{"hooks": null}', '{"hooks": {}}', '{"hooks": {"Stop": [{"matcher": null}]}}']
)
def test_a_file_may_have_no_hooks(text: str) -> None:
    """That is no fault."""
    config = seen(raw(text), raw("", "toml"))
    assert ((), ()) == (config.handlers, config.problems)


HANDLER = '{"hooks": {"Stop": [{"hooks": [%s]}]}}'


@pytest.mark.covers("A2")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"hook": {}}', "`hook` is unknown"),
        ('{"description": 1}', "`.description` is not a text"),
        ('{"hooks": []}', "`hooks` is not a table of names and values"),
        ('{"hooks": {"Stopp": []}}', "`hooks.Stopp` is unknown"),
        ('{"hooks": {"state": {}}}', "`hooks.state` is unknown"),
        ('{"hooks": {"Stop": {}}}', "`hooks.Stop` is not a list"),
        ('{"hooks": {"Stop": [1]}}', "`hooks.Stop[0]` is not a table of names and values"),
        ('{"hooks": {"Stop": [{"hook": []}]}}', "`hooks.Stop[0].hook` is unknown"),
        ('{"hooks": {"Stop": [{"matcher": 1}]}}', "`hooks.Stop[0].matcher` is not a text"),
        (HANDLER % "1", "`hooks.Stop[0].hooks[0]` is not a table of names and values"),
        (HANDLER % '{"command": "a"}', "`hooks.Stop[0].hooks[0].type` is no type of handler"),
        (HANDLER % '{"type": "shell"}', "`hooks.Stop[0].hooks[0].type` is no type of handler"),
        (HANDLER % '{"type": "command"}', "`hooks.Stop[0].hooks[0].command` is missing"),
        (HANDLER % '{"type": "command", "once": 1}', "`hooks.Stop[0].hooks[0].once` is unknown"),
        (
            HANDLER % json.dumps(command(timeout=-1)),
            "`hooks.Stop[0].hooks[0].timeout` is not a whole number, 0 or more",
        ),
        (
            HANDLER % json.dumps(command(timeout=1.5)),
            "`hooks.Stop[0].hooks[0].timeout` is not a whole number, 0 or more",
        ),
        (
            HANDLER % json.dumps(command(timeout=True)),
            "`hooks.Stop[0].hooks[0].timeout` is not a whole number, 0 or more",
        ),
        (
            HANDLER % json.dumps({**command(), "async": 1}),
            "`hooks.Stop[0].hooks[0].async` is not true or false",
        ),
        (
            HANDLER % json.dumps(command("a\0b")),
            "`hooks.Stop[0].hooks[0].command` holds a character that no command can hold",
        ),
        (
            HANDLER % json.dumps(command("\ud800")),
            "`hooks.Stop[0].hooks[0].command` holds a character that no command can hold",
        ),
    ],
)
def test_a_file_of_the_wrong_shape_is_left_out_alone(text: str, message: str) -> None:
    """The problem names the place and a remedy; the hooks of other files stay."""
    config = seen(raw(text), hooks_json("/p/hooks.json", Stop=[group(command("kept"))]))
    (problem,) = config.problems
    assert ["kept"] == [each.command for each in config.handlers]
    assert f"{message}; the hooks of this file are left out" == problem.message
    assert ("/u/hooks.json", "error") == (problem.path, problem.severity)
    assert problem.remedy


@pytest.mark.covers("A2")
@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        (raw('{\n"hooks": {,}}'), 2, "Expecting property name enclosed in double quotes (column 11)"),
        (raw(""), 1, "Expecting value (column 1)"),
        (raw("[]"), None, "the file holds no object"),
        (raw('{"hooks": {}, "hooks": {}}'), None, "`hooks` stands twice in one object"),
        (raw('{"hooks": NaN}'), None, "`NaN` is no number in JSON"),
        (raw("[" * 100_000), None, "it is nested too deeply"),
        (raw("1" * 5000), None, "Exceeds the limit"),
        (raw("a = 1\nb = ", "toml"), 2, "Invalid value"),
        (raw("\na = '", "toml"), 2, 'Expected "\'" (at end of document)'),
        (raw("a = 1\nb = x\nc = 1", "toml"), 2, "Invalid value (at line 2, column 5)"),
        (raw("a = " + "[" * 100_000, "toml"), None, "it is nested too deeply"),
        (raw("a = " + "1" * 5000, "toml"), None, "Exceeds the limit"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_left_out_alone(
    file: HookFile, line: int | None, message: str
) -> None:
    """The problem names the file, the line where the parser does, and what to correct."""
    config = seen(file, hooks_json("/p/hooks.json", Stop=[group(command("kept"))]))
    (problem,) = config.problems
    kind = file.form.upper()
    assert ["kept"] == [each.command for each in config.handlers]
    assert (file.path, line, f"correct the {kind}") == (problem.path, problem.line, problem.remedy)
    assert problem.message.startswith(f"this is no valid {kind}: {message}")


def test_a_problem_reads_as_one_line() -> None:
    """Place, fault, remedy."""
    problem = Problem(path="/u/hooks.json", line=3, message="this is wrong", remedy="mend it")
    assert "/u/hooks.json:3: this is wrong. mend it." == str(problem)


def test_a_broken_group_does_not_take_the_trust_with_it() -> None:
    """What the user approved counts although the hooks in the same file are broken."""
    good = the_one(hooks_json(Stop=[group(command("x"))])).current_hash
    text = f"[hooks]\nStopp = []\n[hooks.state.'/u/hooks.json:stop:0:0']\ntrusted_hash = '{good}'\n"
    config = configure([hooks_json(Stop=[group(command("x"))]), raw(text, "toml")])
    assert [True] == [each.runs for each in config.handlers]
    assert ["/u/config.toml"] == [problem.path for problem in config.problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[hooks]\nstate = 1", "`hooks.state` is not a table of names and values"),
        (
            "[hooks.state]\nk = 1",
            '`hooks.state."k"` is not a table of names and values; the entry is left out',
        ),
        (
            "[hooks.state.k]\nenabled = 1",
            '`hooks.state."k".enabled` is not true or false; the entry is left out',
        ),
    ],
)
def test_a_broken_decision_about_a_handler_is_left_out_alone(text: str, message: str) -> None:
    """It is a warning."""
    config = seen(raw(text, "toml"))
    assert [(message, "warning")] == [(each.message, each.severity) for each in config.problems]


def test_hooks_that_are_no_table_have_no_decisions() -> None:
    """The one fault is said once."""
    assert ["`hooks` is not a table of names and values; the hooks of this file are left out"] == [
        each.message for each in seen(raw("hooks = 1", "toml")).problems
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["hooks", "Stop", "type", "command", "x"]), inner)
    ),
)


@given(st.one_of(st.text(), JSON.map(json.dumps)))
def test_any_text_gives_handlers_or_problems(text: str) -> None:
    """No content of a file makes the configuration fail, as JSON or as TOML."""
    for config in (seen(raw(text)), seen(raw(text, "toml"))):
        assert () == config.handlers or config.handlers[0].command
