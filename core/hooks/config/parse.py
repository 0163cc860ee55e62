"""From the text of one file to the groups of handlers that it declares."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Final, Literal, NoReturn

import attrs

from turnfold.core.hooks.config.problem import Problem
from turnfold.core.hooks.config.shape import ShapeError, Table, only, part, rows, table, text, truth, whole
from turnfold.core.hooks.config.trust import HookState
from turnfold.core.hooks.names import HookEvent

_EVENTS: Final = tuple(event.wire for event in HookEvent)
_TOML_EXTRAS: Final = ("state", "managed_dir", "windows_managed_dir")
_GROUP_FIELDS: Final = ("matcher", "hooks")
_HANDLER_FIELDS: Final = (
    "type", "command", "commandWindows", "command_windows", "timeout", "async", "statusMessage",
    "additionalContextLimit",
)  # fmt: skip
_OTHER_TYPES: Final = ("prompt", "agent", "mcp_tool")
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


@attrs.frozen(kw_only=True)
class HookFile:
    """One file of a configuration layer, as read."""

    path: str
    """The file, absolute: it becomes a part of run ids and keys."""

    source: str
    """The layer: `user`, `project`, `system`, ..."""

    text: str

    form: Literal["json", "toml"] = "json"
    """`json` for a `hooks.json`, `toml` for a `config.toml`."""

    layer: str = ""
    """What the files of one layer have in common, such as its folder."""

    key_path: str | None = None
    """What stands for the file in the keys of its handlers; None for its path."""

    env: tuple[tuple[str, str], ...] = ()
    """Variables that its commands find in their environment beside the usual ones."""


@attrs.frozen(kw_only=True)
class Declaration:
    """A handler as the file has it."""

    place: str
    handler_type: str
    command: str = ""
    command_windows: str | None = None
    timeout_s: int | None = None
    status_message: str | None = None
    asynchronous: bool = False
    additional_context_limit: int | None = None


@attrs.frozen(kw_only=True)
class Group:
    """Handlers under one matcher."""

    event: HookEvent
    index: int
    place: str
    matcher: str | None
    handlers: tuple[Declaration, ...]


@attrs.frozen(kw_only=True)
class Declared:
    """What one file says."""

    groups: tuple[Group, ...] = ()
    """In the order of events in `HookEvent`, and in that of the file within one."""

    states: dict[str, HookState] = attrs.field(factory=dict[str, HookState])
    problems: tuple[Problem, ...] = ()


class _BadText(Exception):
    """The text is no JSON or no TOML."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def declared(file: HookFile) -> Declared:
    """Return what *file* declares. What is wrong with it is a problem, and then it has no groups."""
    try:
        whole_file = _json(file.text) if file.form == "json" else _toml(file.text)
    except _BadText as fault:
        kind = file.form.upper()
        problem = Problem(
            path=file.path,
            line=fault.line,
            message=f"this is no valid {kind}: {fault.message}; the hooks of this file are left out",
            remedy=f"correct the {kind}",
        )
        return Declared(problems=(problem,))
    states: dict[str, HookState] = {}
    notes: list[Problem] = []
    if file.form == "toml":
        states, notes = _states(whole_file, file.path)
    try:
        groups = tuple(_groups(_hook_tables(file, whole_file)))
    except ShapeError as fault:
        left_out = f"{fault.message}; the hooks of this file are left out"
        notes.append(Problem(path=file.path, message=left_out, remedy=fault.remedy))
        groups = ()
    return Declared(groups=groups, states=states, problems=tuple(notes))


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _BadText(f"`{twice}` stands twice in one object")
    return fields


def _no_number(name: str) -> NoReturn:
    raise _BadText(f"`{name}` is no number in JSON")


def _json(source: str) -> Table:
    try:
        value: object = json.loads(source, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        raise _BadText(f"{fault.msg} (column {fault.colno})", fault.lineno) from fault
    except RecursionError as fault:
        raise _BadText("it is nested too deeply") from fault
    except ValueError as fault:
        raise _BadText(str(fault)) from fault
    try:
        return table(value, "")
    except ShapeError as fault:
        raise _BadText("the file holds no object") from fault


def _toml(source: str) -> Table:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as fault:
        line = _TOML_LINE.search(str(fault))
        # Without a line it is at the end of the document.
        raise _BadText(
            str(fault), len(source.splitlines()) if line is None else int(line.group(1))
        ) from fault
    except RecursionError as fault:
        raise _BadText("it is nested too deeply") from fault
    except ValueError as fault:
        raise _BadText(str(fault)) from fault


def _hook_tables(file: HookFile, whole_file: Table) -> Table:
    """Return the tables of events. Raises ShapeError."""
    if file.form == "json":
        only(whole_file, ("description", "hooks"), "")
        text(whole_file, "description", "")
    tables = part(whole_file, "hooks", "hooks")
    extras = () if file.form == "json" else _TOML_EXTRAS
    only(tables, (*_EVENTS, *extras), "hooks")
    return tables


def _groups(tables: Table) -> Iterator[Group]:
    for event in HookEvent:
        place = f"hooks.{event.wire}"
        for index, row in enumerate(rows(tables.get(event.wire, []), place)):
            yield _group(event, index, row, f"{place}[{index}]")


def _group(event: HookEvent, index: int, row: object, place: str) -> Group:
    fields = table(row, place)
    only(fields, _GROUP_FIELDS, place)
    handlers = rows(fields.get("hooks", []), f"{place}.hooks")
    return Group(
        event=event,
        index=index,
        place=place,
        matcher=text(fields, "matcher", place),
        handlers=tuple(_handler(each, f"{place}.hooks[{at}]") for at, each in enumerate(handlers)),
    )


def _handler(row: object, place: str) -> Declaration:
    fields = table(row, place)
    kind = text(fields, "type", place)
    if kind in _OTHER_TYPES:
        return Declaration(place=place, handler_type=kind)
    if kind != "command":
        known = ", ".join(("command", *_OTHER_TYPES))
        raise ShapeError(f"`{place}.type` is no type of handler", f"use one of: {known}")
    only(fields, _HANDLER_FIELDS, place)
    command = text(fields, "command", place)
    if command is None:
        raise ShapeError(f"`{place}.command` is missing", "give the command that is to be run")
    windows = text(fields, "commandWindows", place)
    return Declaration(
        place=place,
        handler_type=kind,
        command=command,
        command_windows=text(fields, "command_windows", place) if windows is None else windows,
        timeout_s=whole(fields, "timeout", place),
        status_message=text(fields, "statusMessage", place),
        asynchronous=truth(fields, "async", place) is True,
        additional_context_limit=whole(fields, "additionalContextLimit", place),
    )


def _states(whole_file: Table, path: str) -> tuple[dict[str, HookState], list[Problem]]:
    """Return `[hooks.state]`. An entry of the wrong shape is left out alone: the others are approvals too."""
    states: dict[str, HookState] = {}
    problems: list[Problem] = []
    try:
        hooks = part(whole_file, "hooks", "hooks")
    except ShapeError:
        return states, problems  # which is said of the groups
    try:
        named = part(hooks, "state", "hooks.state")
    except ShapeError as fault:
        return states, [Problem(path=path, message=fault.message, remedy=fault.remedy, severity="warning")]
    for key, entry in named.items():
        place = f'hooks.state."{key}"'
        try:
            fields = table(entry, place)
            states[key] = HookState(
                enabled=truth(fields, "enabled", place), trusted_hash=text(fields, "trusted_hash", place)
            )
        except ShapeError as fault:
            message = f"{fault.message}; the entry is left out"
            problems.append(Problem(path=path, message=message, remedy=fault.remedy, severity="warning"))
    return states, problems
