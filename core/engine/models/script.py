"""Scripts of a model in a file, for demos and for sessions without an endpoint."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, cast

import attrs

from turnfold.core.engine.fakes import CallTool, Emit, End, Fail, Pause, Say, Step, Think, WaitAt
from turnfold.events import TokenUsage

_FIELDS: Final[dict[str, frozenset[str]]] = {
    "say": frozenset(),
    "think": frozenset(),
    "call": frozenset({"arguments", "call_id", "type"}),
    "item": frozenset(),
    "wait_s": frozenset(),
    "wait_at": frozenset(),
    "fail": frozenset({"code", "retryable", "retry_after_s"}),
    "end": frozenset(),
}
"""Each step by the field that makes it, with the fields it may have besides."""

_CALL_TYPES: Final = ("function_call", "custom_tool_call", "local_shell_call")
_COUNTS: Final = frozenset(field.name for field in attrs.fields(TokenUsage)) - {"extra"}


class ScriptError(ValueError):
    """A script cannot be read. The message names the file, the line and what to write instead."""

    def __init__(self, name: str, line: int, complaint: str) -> None:
        super().__init__(f"{name}:{line}: {complaint}")
        self.line = line
        """Number of the line, from 1."""


def load_script(text: str, name: str) -> tuple[tuple[Step, ...], ...]:
    """Return the responses that *text* holds, as `ScriptedModel` takes them. *name* is the file's, for complaints.

    A step is one line, a JSON object. Blank lines separate responses; lines that begin with `#` are comments:

        # The first request gets this.
        {"think": "I should look."}
        {"say": ["Let me ", "look."]}
        {"call": "shell", "arguments": {"command": ["ls"]}}

        {"wait_s": 2}
        {"say": "Done."}
        {"end": {"usage": {"input_tokens": 10, "output_tokens": 3, "total_tokens": 13}, "end_turn": true}}

    | step | further fields |
    |---|---|
    | `say`, `think`: text, or a list of pieces | |
    | `call`: name of a tool | `arguments` (object, or text as it goes out), `call_id`, `type` of the call item |
    | `item`: any item of the Responses API | |
    | `wait_s`: seconds | |
    | `wait_at`: name of a gate, which only a test can open: elsewhere the response hangs until interrupted | |
    | `fail`: message | `code`, `retryable`, `retry_after_s` |
    | `end`: object with `usage` and `end_turn`, both optional | |

    A response without `end` or `fail` ends as it should, without usage.

    Raises:
        ScriptError: a line makes no sense, or stands behind the end of its response.
    """
    responses: list[list[Step]] = []
    current: list[Step] | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        stripped = line.strip()
        if not stripped:
            current = None
        elif not stripped.startswith("#"):
            if current is None:
                current = []
                responses.append(current)
            elif current and isinstance(current[-1], End | Fail):
                raise ScriptError(
                    name, number, "the response has ended above; put a blank line before the next one"
                )
            current.append(_Line(name, number).step(stripped))
    return tuple(tuple(steps) for steps in responses)


@attrs.frozen
class _Line:
    """A line that is being read, for complaints about it."""

    name: str
    number: int

    def bad(self, complaint: str) -> NoReturn:
        raise ScriptError(self.name, self.number, complaint)

    def step(self, text: str) -> Step:
        try:
            decoded: object = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.bad(f"not JSON ({error}); a step is one JSON object on one line")
        if not isinstance(decoded, dict):
            self.bad('a step is a JSON object, such as {"say": "Hello"}')
        fields = cast("dict[str, object]", decoded)
        kinds = [kind for kind in _FIELDS if kind in fields]
        if len(kinds) != 1:
            self.bad(
                f"a step has exactly one of {', '.join(_FIELDS)}; this one has {', '.join(fields) or 'none'}"
            )
        [kind] = kinds
        if unknown := sorted(fields.keys() - _FIELDS[kind] - {kind}):
            allowed = ", ".join(sorted(_FIELDS[kind])) or "nothing"
            self.bad(f"unknown field `{unknown[0]}`; beside `{kind}` may stand {allowed}")
        return _READERS[kind](self, fields)

    def say(self, fields: Mapping[str, object]) -> Step:
        return Say(self.texts(fields, "say"))

    def think(self, fields: Mapping[str, object]) -> Step:
        return Think(self.texts(fields, "think"))

    def call(self, fields: Mapping[str, object]) -> Step:
        call_type = fields.get("type", "function_call")
        arguments = fields.get("arguments", {})
        wanted = {"custom_tool_call": str, "local_shell_call": dict}.get(str(call_type), (str, dict))
        if call_type not in _CALL_TYPES:
            self.bad(f"`type` must be one of {', '.join(_CALL_TYPES)}")
        given: object = arguments
        if not isinstance(arguments, wanted):
            self.bad(
                "`arguments` must be text for a custom tool, an object for local_shell, and either for others"
            )
        call_id = self.text(fields, "call_id") if "call_id" in fields else None
        return CallTool(self.text(fields, "call"), given, call_id=call_id, call_type=str(call_type))

    def item(self, fields: Mapping[str, object]) -> Step:
        item = self.mapping(fields, "item")
        if not isinstance(item.get("type"), str):
            self.bad("`item` must have a `type`")
        return Emit(item)

    def wait_s(self, fields: Mapping[str, object]) -> Step:
        return Pause(self.seconds(fields, "wait_s"))

    def wait_at(self, fields: Mapping[str, object]) -> Step:
        return WaitAt(self.text(fields, "wait_at"))

    def fail(self, fields: Mapping[str, object]) -> Step:
        retryable = fields.get("retryable", False)
        if not isinstance(retryable, bool):
            self.bad("`retryable` must be true or false")
        return Fail(
            self.text(fields, "fail"),
            code=self.text(fields, "code") if "code" in fields else "server_error",
            retryable=retryable,
            retry_after_s=self.seconds(fields, "retry_after_s") if "retry_after_s" in fields else None,
        )

    def end(self, fields: Mapping[str, object]) -> Step:
        end = self.mapping(fields, "end")
        if unknown := sorted(end.keys() - {"usage", "end_turn"}):
            self.bad(f"unknown field `{unknown[0]}`; `end` may hold usage and end_turn")
        end_turn = end.get("end_turn")
        if end_turn is not None and not isinstance(end_turn, bool):
            self.bad("`end_turn` must be true or false")
        return End(usage=self.usage(end) if "usage" in end else None, end_turn=end_turn)

    def usage(self, end: Mapping[str, object]) -> TokenUsage:
        counts: dict[str, Any] = {}
        for name, count in self.mapping(end, "usage").items():
            if name not in _COUNTS or type(count) is not int or count < 0:
                self.bad(
                    f"`usage` holds whole numbers under {', '.join(sorted(_COUNTS))}; not `{name}`: {count!r}"
                )
            counts[name] = count
        return TokenUsage(**counts)

    def texts(self, fields: Mapping[str, object], name: str) -> list[str]:
        value = fields[name]
        pieces = cast("list[object]", value) if isinstance(value, list) else [value]
        texts = [piece for piece in pieces if isinstance(piece, str)]
        if len(texts) != len(pieces):
            self.bad(f"`{name}` must be text or a list of texts")
        return texts

    def text(self, fields: Mapping[str, object], name: str) -> str:
        value = fields[name]
        if not isinstance(value, str) or not value:
            self.bad(f"`{name}` must be a text")
        return value

    def seconds(self, fields: Mapping[str, object], name: str) -> float:
        value = fields[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            self.bad(f"`{name}` must be a number of seconds")
        return value

    def mapping(self, fields: Mapping[str, object], name: str) -> Mapping[str, object]:
        value = fields[name]
        if not isinstance(value, dict):
            self.bad(f"`{name}` must be a JSON object")
        return cast("dict[str, object]", value)


_READERS: Final[dict[str, Callable[[_Line, Mapping[str, object]], Step]]] = {
    "say": _Line.say,
    "think": _Line.think,
    "call": _Line.call,
    "item": _Line.item,
    "wait_s": _Line.wait_s,
    "wait_at": _Line.wait_at,
    "fail": _Line.fail,
    "end": _Line.end,
}
