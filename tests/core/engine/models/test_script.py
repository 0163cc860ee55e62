"""A script in a file becomes the responses of a model, or a complaint that says where and what to write."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine.fakes import CallTool, Emit, End, Fail, Pause, Say, Think, WaitAt
from turnfold.core.engine.models import ScriptError, load_script
from turnfold.events import TokenUsage

EVERYTHING = """\ufeff# a comment

{"think": "hm"}
{"say": ["a", "b"]}
# between steps
{"call": "shell", "arguments": {"command": ["ls"]}}
{"call": "apply_patch", "arguments": "***", "type": "custom_tool_call", "call_id": "c9"}


{"wait_s": 2}\r
{"wait_at": "door"}
{"item": {"type": "web_search_call"}}
{"fail": "no", "code": "rate_limited", "retryable": true, "retry_after_s": 1.5}

{"end": {"usage": {"input_tokens": 1, "total_tokens": 1}, "end_turn": false}}
"""


def test_every_step_can_be_written() -> None:
    """Each kind of step stands on a line of its own; blank lines part the responses, comments do not."""
    assert (
        (
            Think("hm"),
            Say(["a", "b"]),
            CallTool("shell", {"command": ["ls"]}),
            CallTool("apply_patch", "***", call_id="c9", call_type="custom_tool_call"),
        ),
        (
            Pause(2),
            WaitAt("door"),
            Emit({"type": "web_search_call"}),
            Fail("no", code="rate_limited", retryable=True, retry_after_s=1.5),
        ),
        (End(usage=TokenUsage(input_tokens=1, total_tokens=1), end_turn=False),),
    ) == load_script(EVERYTHING, "demo.jsonl")


def test_an_empty_script_has_no_responses() -> None:
    """A file of comments is a script without responses."""
    assert () == load_script("\n# nothing\n\n", "demo.jsonl")


def test_the_example_of_the_documentation_works() -> None:
    """What the docstring shows can be copied into a file."""
    documentation = inspect.getdoc(load_script) or ""
    example = documentation[documentation.index("    # The first") : documentation.index("| step |")]
    assert [3, 3] == [len(steps) for steps in load_script(example, "doc")]


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ('{"say": ', "one JSON object on one line"),
        ("[" * 100_000, "one JSON object on one line"),
        ('"say"', "a step is a JSON object"),
        ('{"sya": "x"}', "exactly one of say, think"),
        ('{"say": "x", "think": "y"}', "exactly one of"),
        ("{}", "this one has none"),
        ('{"say": "x", "code": "y"}', "unknown field `code`"),
        ('{"call": "x", "args": {}}', "arguments, call_id, type"),
        ('{"say": [1]}', "text or a list of texts"),
        ('{"call": ""}', "`call` must be a text"),
        ('{"call": "x", "type": "y"}', "`type` must be one of"),
        ('{"call": "x", "arguments": 1}', "`arguments` must be"),
        ('{"call": "x", "type": "custom_tool_call"}', "`arguments` must be text"),
        ('{"item": {}}', "must have a `type`"),
        ('{"item": 1}', "must be a JSON object"),
        ('{"wait_s": -1}', "number of seconds"),
        ('{"wait_s": true}', "number of seconds"),
        ('{"wait_s": NaN}', "number of seconds"),
        ('{"fail": "x", "retryable": 1}', "true or false"),
        ('{"end": {"x": 1}}', "unknown field `x`"),
        ('{"end": {"end_turn": 1}}', "true or false"),
        ('{"end": {"usage": {"tokens": 1}}}', "`tokens`"),
        ('{"end": {"usage": {"input_tokens": 1.5}}}', "whole numbers"),
    ],
)
def test_a_line_without_sense_is_named_with_the_remedy(line: str, remedy: str) -> None:
    """The complaint begins with file and line, as editors understand it."""
    with pytest.raises(ScriptError, match=re.escape(remedy)) as caught:
        load_script(f"# one\n{line}\n", "demo.jsonl")
    assert str(caught.value).startswith("demo.jsonl:2: ")
    assert 2 == caught.value.line


def test_nothing_follows_the_end_of_a_response() -> None:
    """A step that could never be played is a mistake, most often a missing blank line."""
    with pytest.raises(ScriptError, match="demo:2: .*blank line"):  # noqa: RUF043
        load_script('{"fail": "x"}\n{"say": "y"}', "demo")


@given(st.text() | st.from_regex(r'\{"(say|end|call|item|fail)": .*\}', fullmatch=True))
def test_any_text_is_a_script_or_a_complaint(text: str) -> None:
    """No text leads to another error."""
    try:
        load_script(text, "demo")
    except ScriptError as complaint:
        said = str(complaint)
    else:
        said = "demo:1: none"
    assert re.match(r"demo:\d+: .", said)
