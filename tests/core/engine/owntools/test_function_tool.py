"""An embedder's function as a tool: its schema, the check of its arguments, its results and its failures."""

from __future__ import annotations

import contextlib
import enum
import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, cast

import attrs
import msgspec
import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.owntools import FunctionTool, tool
from turnfold.core.engine.ports import (
    Action,
    Attempt,
    Tool,
    ToolCall,
    ToolFailed,
    ToolFatal,
    ToolInterrupted,
    ToolResult,
    TurnOver,
)
from turnfold.events import Event, WebSearchEnded


class Unit(enum.Enum):
    """Of a temperature."""

    CELSIUS = "celsius"
    KELVIN = "kelvin"


@attrs.frozen
class Place:
    """A structured argument and result."""

    city: str
    zip: str | None = None


async def weather(
    place: Place,
    days: Annotated[int, msgspec.Meta(ge=1, le=7, description="How many")] = 1,
    unit: Unit = Unit.CELSIUS,
    tags: list[str] = [],  # noqa: B006 - what a careless embedder writes
) -> object:
    """Say what the weather will be.

    In a line.
    """
    tags.append("seen")
    return {"city": place.city, "days": days, "unit": unit, "tags": tags}


WRONG = """
async def untyped(number): ...
async def unresolved(number: 'Missing'): ...
def plain(): ...
"""
"""What type checkers would not let pass here."""


def call(arguments: object, name: str = "weather") -> ToolCall:
    """A call as the model makes it."""
    return ToolCall(call_id="call-1", name=name, turn_id="turn-1", arguments=arguments)


def run(action: Action, log: list[Event] | None = None) -> ToolResult:
    """Attempt *action* under a clock that jumps; what it records goes into *log*."""

    async def main() -> ToolResult:
        desk = BookDesk()
        result = await action.attempt(Attempt(number=1, desk=desk))
        if log is not None:
            log.extend(desk.log)
        return result

    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def outcome(function: Callable[[], Awaitable[object]]) -> ToolResult:
    """What comes of a call of a tool without parameters."""
    return run(FunctionTool(function).prepare(call("{}"), "/work"))


def test_the_schema_comes_from_the_annotations() -> None:
    """The model is shown name, docstring, types, limits, defaults, and that nothing else may be sent."""
    described = tool(weather).describe()
    parameters = cast("dict[str, Any]", described["parameters"])
    assert ("function", "weather", "Say what the weather will be.\n\nIn a line.") == (
        described["type"],
        described["name"],
        described["description"],
    )
    assert ["place"] == parameters["required"]
    assert parameters["additionalProperties"] is False
    assert {"Place", "Unit"} == set(parameters["$defs"])
    days = {"type": "integer", "minimum": 1, "maximum": 7, "description": "How many", "default": 1}
    assert days == parameters["properties"]["days"]


def test_a_tool_without_parameters_has_an_object_schema_without_properties() -> None:
    """Models want `properties`, also where there are none."""

    async def ping() -> str:
        return "pong"

    schema: dict[str, object] = {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }
    assert schema == tool(ping).describe()["parameters"]
    assert "pong" == run(tool(ping).prepare(call(""), "/work")).output
    assert "pong" == run(tool(ping).prepare(call(None), "/work")).output


def test_arguments_arrive_as_the_types_that_were_asked_for() -> None:
    """Text of a function call and a mapping are decoded alike; the result is JSON."""
    expected = {"city": "Ulm", "days": 2, "unit": "kelvin", "tags": ["seen"]}
    text = '{"place": {"city": "Ulm"}, "days": 2, "unit": "kelvin"}'
    weather_tool = tool(weather)
    for arguments in (text, {"place": {"city": "Ulm"}, "days": 2, "unit": "kelvin"}, text):
        result = run(weather_tool.prepare(call(arguments), "/work"))
        assert expected == msgspec.json.decode(str(result.output))
        assert result.success


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"place": {"city": 1}}', "$.place.city"),
        ('{"place": {"city": "Ulm"}, "days": 8}', "$.days"),
        ('{"place": {"city": "Ulm"}, "hours": 8}', "hours"),
        ("{}", "place"),
        ("[1]", "object"),
        ('{"place": ', "truncated"),
        ("[" * 100_000, "weather"),
        ('"\ud800"', "surrogates"),
        (7, "object"),
    ],
)
def test_arguments_that_do_not_fit_are_told_to_the_model(arguments: object, said: str) -> None:
    """A malformed or ill-typed argument is a failed call that names the place, and the function is not called."""
    with pytest.raises(ToolFailed) as failure:
        tool(weather).prepare(call(arguments), "/work")
    assert said in failure.value.message
    assert "the arguments of weather do not fit" in failure.value.message


@given(st.text())
def test_no_text_of_a_model_raises_anything_else(text: str) -> None:
    """Whatever a model sends is either understood or a ToolFailed."""
    with contextlib.suppress(ToolFailed):
        assert "dynamic_tool" == tool(weather).prepare(call(text), "/work").kind


@pytest.mark.covers("C5")
def test_hooks_are_given_no_payload_and_the_policy_decides() -> None:
    """An own tool is none of the shell tools: hooks are skipped; `asks` says whether anybody is asked."""
    action = tool(weather).prepare(call({"place": {"city": "Ulm"}}), "/work")
    assert ("dynamic_tool", None, None, None) == (action.kind, action.hook_command, action.argv, action.asks)
    assert not action.sandboxed
    asking = tool(name="forecast", description="Forecasts.", parallel=True, asks=True)(weather)
    assert asking.prepare(call({"place": {"city": "Ulm"}}), "/work").asks is True
    assert ("forecast", True, "Forecasts.") == (
        asking.name,
        asking.parallel,
        asking.describe()["description"],
    )


def test_a_result_says_what_the_model_gets() -> None:
    """Text as it is, nothing as empty text, attrs and other values as JSON, a ToolResult untouched."""

    async def text() -> object:
        return "two\nlines"

    async def nothing() -> object:
        return None

    async def value() -> object:
        return [Place("Ulm"), 1.5, True]

    async def whole() -> object:
        return ToolResult(output=[{"type": "input_text", "text": "x"}], success=False)

    assert ToolResult(output="two\nlines") == outcome(text)
    assert ToolResult(output="") == outcome(nothing)
    assert ToolResult(output='[{"city":"Ulm","zip":null},1.5,true]') == outcome(value)
    assert ToolResult(output=[{"type": "input_text", "text": "x"}], success=False) == outcome(whole)


def test_a_result_that_json_cannot_hold_is_a_failed_call() -> None:
    """The model is told that the work was done and that its result could not be passed on."""

    async def strange() -> object:
        return object()

    with pytest.raises(ToolFailed, match="strange did its work, but its result of type object"):
        outcome(strange)


def test_an_exception_is_told_by_type_and_text_without_traceback() -> None:
    """The model learns what went wrong, not where in the embedder's program."""

    async def wrong() -> object:
        raise LookupError("no such place")

    async def bare() -> object:
        raise ZeroDivisionError

    async def several() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wrong)
            nursery.start_soon(bare)

    with pytest.raises(ToolFailed) as failure:
        outcome(wrong)
    assert "LookupError: no such place" == failure.value.message
    with pytest.raises(ToolFailed) as failure:
        outcome(several)
    assert ["LookupError: no such place", "ZeroDivisionError"] == sorted(failure.value.message.split("; "))


@pytest.mark.parametrize(
    "signal", [TurnOver("over"), ToolFatal("fatal"), ToolInterrupted(), ToolFailed("said")]
)
def test_what_the_engine_has_to_see_passes(signal: Exception) -> None:
    """An exception of the ports keeps its meaning, also out of a nursery and beside another exception."""

    async def plain() -> object:
        raise signal

    async def nested() -> object:
        raise ExceptionGroup("of a nursery", [LookupError("beside"), ExceptionGroup("inner", [signal])])

    for function in (plain, nested):
        with pytest.raises(type(signal)) as raised:
            outcome(function)
        assert signal is raised.value


def test_cancellation_passes() -> None:
    """An abort cancels the function like any other code: the call has no result."""
    reached: list[str] = []

    async def stuck() -> object:
        try:
            await trio.sleep_forever()
        finally:
            reached.append("unwound")

    async def main() -> bool:
        action = FunctionTool(stuck).prepare(call(""), "/work")
        with trio.move_on_after(1) as scope:
            await action.attempt(Attempt(number=1, desk=BookDesk()))
        return scope.cancelled_caught

    assert trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert ["unwound"] == reached


def test_a_function_can_have_the_attempt_and_by_it_the_desk() -> None:
    """The parameter annotated with Attempt is filled in by the engine and unknown to the model."""

    async def search(query: str, attempt: Attempt) -> str:
        await attempt.desk.record(WebSearchEnded(call_id="call-1", query=query))
        return str(attempt.number)

    log: list[Event] = []
    searching = tool(search)
    assert '"attempt"' not in msgspec.json.encode(searching.describe()).decode()
    assert "1" == run(searching.prepare(call('{"query": "x"}'), "/work"), log).output
    assert WebSearchEnded(call_id="call-1", query="x") == log[-1]


def test_a_method_can_be_a_tool() -> None:
    """`self` is bound, so the model is asked for the rest only."""

    class Counter:
        """Counts."""

        def __init__(self) -> None:
            self.count = 0

        async def add(self, number: int) -> int:
            """Add."""
            self.count += number
            return self.count

    adding: Tool = FunctionTool(Counter().add, name="count")
    assert "3" == run(adding.prepare(call('{"number": 3}'), "/work")).output
    assert "5" == run(adding.prepare(call('{"number": 2}'), "/work")).output


def test_what_cannot_be_a_tool_is_said_where_it_is_written() -> None:
    """Mistakes of the embedder show when the tool is made, with file, line and remedy."""

    async def many(*numbers: int) -> None: ...

    async def unwritable(number: Callable[[], None]) -> None: ...

    wrong: dict[str, Any] = {}
    exec(WRONG, wrong)
    where = f"{__file__}:{inspect.getsourcelines(many)[1]}"
    with pytest.raises(TypeError, match=r"cannot be given by name\. Make it an ordinary parameter") as raised:
        FunctionTool(many)
    assert str(raised.value).startswith(where)
    with pytest.raises(TypeError, match="'number' has no annotation"):
        FunctionTool(wrong["untyped"])
    with pytest.raises(TypeError, match="types and defaults that JSON can hold"):
        FunctionTool(unwritable)
    with pytest.raises(TypeError, match="Missing"):
        FunctionTool(wrong["unresolved"])
    with pytest.raises(TypeError, match="Write it with `async def`"):
        FunctionTool(wrong["plain"])
    with pytest.raises(ValueError, match="cannot be the name of a tool"):
        FunctionTool(many, name="no blanks")


def test_literals_are_shown_as_choices() -> None:
    """What the annotation restricts, the model sees restricted."""

    async def choose(mode: Literal["fast", "slow"]) -> str:
        return mode

    parameters = cast("dict[str, Any]", tool(choose).describe()["parameters"])
    assert {"mode": {"enum": ["fast", "slow"]}} == parameters["properties"]
    with pytest.raises(ToolFailed, match="mode"):
        tool(choose).prepare(call('{"mode": "odd"}'), "/work")
