"""From the files of all layers to one configuration of hooks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from turnfold.core.hooks.config.handler import SHORT_EVENTS, SHORT_TIMEOUT_S_MAX, Handler, effective_timeout
from turnfold.core.hooks.config.matcher import Matcher, MatcherError, compile_matcher
from turnfold.core.hooks.config.parse import Declaration, Declared, Group, HookFile, declared
from turnfold.core.hooks.config.problem import Problem
from turnfold.core.hooks.config.trust import (
    CONTEXT_EVENTS,
    CONTEXT_LIMIT_TOKENS,
    STATE_SOURCES,
    HookState,
    Trust,
    hook_hash,
    trust_of,
)
from turnfold.core.hooks.names import HookEvent

__all__ = ["HookConfig", "HookFile", "configure"]


@attrs.frozen(kw_only=True)
class HookConfig:
    """All handlers in configured order, and what was wrong on the way."""

    handlers: tuple[Handler, ...] = ()
    problems: tuple[Problem, ...] = ()

    def matching(self, event: HookEvent, inputs: Sequence[str] = ()) -> tuple[Handler, ...]:
        """Return the handlers that run for *event*, in configured order; each once, whatever matches (A2, A3).

        Args:
            inputs: what the matcher looks at: the tool's name and its aliases, the source, the trigger. It does
                not count for events without a matcher.
        """
        return tuple(
            each for each in self.handlers if each.event is event and each.runs and each.takes.takes(inputs)
        )


def configure(files: Iterable[HookFile], *, bypass_trust: bool = False) -> HookConfig:
    """Put the files of all layers together.

    No layer overrides another. A file that is broken is left out with a problem, and the others stay (A2).

    Args:
        files: lowest layer first, the `hooks.json` of a layer before its `config.toml`.
        bypass_trust: run handlers that nobody has trusted, too.
    """
    read = [(file, declared(file)) for file in files]
    book = _Book(states=_merged(read), bypass=bypass_trust)
    for file, content in read:
        book.problems.extend(content.problems)
        for group in content.groups:
            book.add(file, group)
    book.problems.extend(_doubles(read))
    return HookConfig(handlers=tuple(book.handlers), problems=tuple(book.problems))


def _merged(read: Sequence[tuple[HookFile, Declared]]) -> Mapping[str, HookState]:
    states: dict[str, HookState] = {}
    for file, content in read:
        if file.source in STATE_SOURCES:
            for key, state in content.states.items():
                states[key] = states.get(key, HookState()).under(state)
    return states


def _doubles(read: Sequence[tuple[HookFile, Declared]]) -> Iterator[Problem]:
    """Yield a warning for each layer with hooks in both of its files."""
    first: dict[str, HookFile] = {}
    for file, content in read:
        if not content.groups:
            continue
        other = first.setdefault(file.layer, file)
        if other is not file and file.layer:
            yield Problem(
                path=file.path,
                message=f"hooks are configured here and in {other.path}; those of both run",
                remedy="keep the hooks of a layer in one of the two files",
                severity="warning",
            )


@attrs.define
class _Book:
    """The configuration while it grows."""

    states: Mapping[str, HookState]
    bypass: bool
    handlers: list[Handler] = attrs.field(factory=list[Handler])
    problems: list[Problem] = attrs.field(factory=list[Problem])

    def warn(self, file: HookFile, message: str, remedy: str) -> None:
        self.problems.append(Problem(path=file.path, message=message, remedy=remedy, severity="warning"))

    def add(self, file: HookFile, group: Group) -> None:
        try:
            takes = compile_matcher(_matcher(group))
        except MatcherError as fault:
            message = f"`{group.place}.matcher` is no valid expression: {fault}; its handlers are left out"
            self.warn(file, message, "correct the expression, or list exact names with `|`")
            return
        for index, each in enumerate(group.handlers):
            if each.handler_type != "command":
                message = (
                    f"`{each.place}` is of type `{each.handler_type}`, which is not supported; it is left out"
                )
                self.warn(file, message, "use a handler of type `command`")
            elif not each.command.strip():
                self.warn(file, f"`{each.place}.command` is empty; it is left out", "give a command")
            else:
                self._enter(file, group, index, takes)

    def _enter(self, file: HookFile, group: Group, index: int, takes: Matcher) -> None:
        each, matcher = group.handlers[index], _matcher(group)
        event = group.event
        timeout_s = effective_timeout(event, each.timeout_s)
        if event in SHORT_EVENTS and each.timeout_s is not None and each.timeout_s > SHORT_TIMEOUT_S_MAX:
            message = (
                f"`{each.place}.timeout` is {each.timeout_s} s; {event.wire} hooks have {timeout_s} s at most"
            )
            self.warn(file, message, f"make it {SHORT_TIMEOUT_S_MAX} or less")
        key = f"{file.key_path or file.path}:{event.snake}:{group.index}:{index}"
        limit = each.additional_context_limit if event in CONTEXT_EVENTS else None
        current_hash = hook_hash(event, matcher, _identity(each, timeout_s, limit))
        state = self.states.get(key, HookState())
        trust = trust_of(file.source, current_hash, state)
        handler = Handler(
            event=event,
            command=each.command,
            timeout_s=timeout_s,
            source=file.source,
            source_path=file.path,
            display_order=len(self.handlers),
            key=key,
            current_hash=current_hash,
            matcher=matcher,
            takes=takes,
            status_message=each.status_message,
            asynchronous=each.asynchronous,
            additional_context_limit=limit,
            env=file.env,
            enabled=trust is Trust.MANAGED or state.enabled is not False,
            trust=trust,
            bypass=self.bypass,
        )
        self.handlers.append(handler)
        if handler.enabled and not handler.runs:
            why = "was changed since it was trusted" if trust is Trust.MODIFIED else "is not trusted"
            self.warn(
                file,
                f"the hook `{each.place}` {why} and does not run",
                f'read it, then set `trusted_hash = "{current_hash}"` under `[hooks.state."{key}"]`'
                " in the config.toml of the user",
            )


def _matcher(group: Group) -> str | None:
    """Return the matcher where it counts."""
    return group.matcher if group.event.matches else None


def _identity(each: Declaration, timeout_s: int, limit: int | None) -> dict[str, object]:
    """Return the handler as trust sees it: the values in force, and nothing that is not set."""
    fields: dict[str, object] = {
        "type": each.handler_type,
        "command": each.command,
        "timeout": timeout_s,
        "async": each.asynchronous,
    }
    optional = {
        "commandWindows": each.command_windows,
        "statusMessage": each.status_message,
        # The usual limit, spelled out, is no change.
        "additionalContextLimit": None if limit == CONTEXT_LIMIT_TOKENS else limit,
    }
    return fields | {name: value for name, value in optional.items() if value is not None}
