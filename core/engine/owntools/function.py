"""A tool made of a function."""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final, cast, overload

import msgspec

from turnfold.core.engine.owntools.signature import read_signature
from turnfold.core.engine.ports import (
    Action,
    Attempt,
    SandboxDenial,
    ToolCall,
    ToolFailed,
    ToolFatal,
    ToolInterrupted,
    ToolResult,
    TurnOver,
)

Function = Callable[..., Awaitable[object]]

_KIND: Final = "dynamic_tool"
"""Kind of approval that such a call may need."""

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What providers take as the name of a tool."""

_SIGNALS: Final = (TurnOver, ToolInterrupted, ToolFatal, SandboxDenial, ToolFailed)
"""What the engine has to see as it is, in the order in which one is taken where several come together."""


class FunctionTool:
    """An async function that the model may call.

    The schema of its parameters is made from their annotations, `Annotated[int, msgspec.Meta(ge=0, description=...)]`
    included. What the model sends is checked against them first, so the function never sees a wrong type. A parameter
    annotated with `Attempt` is handed the attempt (and by it the desk), and is not shown to the model.

    A text is what the model gets; a `ToolResult` says the rest; anything else is written as JSON. An exception becomes
    the text `Type: message`, without its traceback. Cancellation passes.

    Args:
        function: the function. It may be a bound method.
        name: name that the model calls it by; that of the function unless given.
        description: for the model; the function's docstring unless given.
        parallel: whether its calls may run beside other calls.
        asks: True: each call needs approval. False: none does. None: the session's policy says.

    Raises TypeError when the function cannot be a tool, ValueError for a name that providers refuse.
    """

    def __init__(
        self,
        function: Function,
        *,
        name: str | None = None,
        description: str | None = None,
        parallel: bool = False,
        asks: bool | None = None,
    ) -> None:
        self.function = function
        self._name = name if name is not None else str(getattr(function, "__name__", ""))
        if not _NAME.fullmatch(self._name):
            raise ValueError(
                f"{self._name!r} cannot be the name of a tool. Give `name=` of at most 64 letters, digits, _ or -"
            )
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"tool {self._name}: the function is not async. Write it with `async def`")
        self._description = inspect.cleandoc(description or function.__doc__ or "")
        self._signature = read_signature(function, self._name)
        self._parallel = parallel
        self._asks = asks

    @property
    def name(self) -> str:
        """Name that the model calls it by."""
        return self._name

    @property
    def parallel(self) -> bool:
        """Whether its calls may run beside other calls."""
        return self._parallel

    def describe(self) -> Mapping[str, object]:
        """Its entry in the `tools` of a model request."""
        return {
            "type": "function",
            "name": self._name,
            "description": self._description,
            "strict": False,
            "parameters": self._signature.schema,
        }

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Check the arguments of *call*. Raises ToolFailed when they do not fit the parameters.

        Hooks are given no payload for such a tool, so a reviewer or the user decides (C5).
        """
        parameters = self._signature.decode(call.arguments)

        async def attempt(given: Attempt) -> ToolResult:
            if self._signature.attempt is not None:
                parameters[self._signature.attempt] = given
            return await self._run(parameters)

        return Action(
            attempt=attempt,
            kind=_KIND,
            cwd=cwd,
            cache_keys=(f"{_KIND}:{self._name}",),
            asks=self._asks,
            sandboxed=False,
        )

    async def _run(self, parameters: dict[str, object]) -> ToolResult:
        try:
            result = await self.function(**parameters)
        except Exception as error:
            leaves = tuple(_leaves(error))
            signals = [leaf for kind in _SIGNALS for leaf in leaves if isinstance(leaf, kind)]
            if signals:
                raise signals[0] from None
            raise ToolFailed("; ".join(map(_told, leaves))) from error
        return self._result(result)

    def _result(self, result: object) -> ToolResult:
        match result:
            case ToolResult():
                return result
            case None:
                return ToolResult(output="")
            case str():
                return ToolResult(output=result)
            case _:
                pass
        try:
            return ToolResult(output=msgspec.json.encode(result).decode())
        except Exception as error:
            raise ToolFailed(
                f"{self._name} did its work, but its result of type {type(result).__name__} cannot be written as "
                f"JSON: {error}"
            ) from error


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions of which *error* is made: those of the nurseries that the function opened."""
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _told(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@overload
def tool(function: Function, /) -> FunctionTool: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    parallel: bool = False,
    asks: bool | None = None,
) -> Callable[[Function], FunctionTool]: ...
def tool(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    parallel: bool = False,
    asks: bool | None = None,
) -> FunctionTool | Callable[[Function], FunctionTool]:
    """Make a tool of an async function: `@tool` or `@tool(parallel=True)`; see `FunctionTool` for the arguments."""

    def made(function: Function) -> FunctionTool:
        return FunctionTool(function, name=name, description=description, parallel=parallel, asks=asks)

    return made if function is None else made(function)
