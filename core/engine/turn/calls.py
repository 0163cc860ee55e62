"""The calls of a response: begun as they come, run side by side where they may, recorded in their order."""

import json
import shlex
from collections.abc import Mapping
from typing import Any, cast

import attrs
import trio

from turnfold.core.engine.approvals import Terms, orchestrate
from turnfold.core.engine.causes import in_words
from turnfold.core.engine.ports import (
    Action,
    Desk,
    Tool,
    ToolCall,
    ToolFailed,
    ToolFatal,
    ToolInterrupted,
    ToolResult,
    TurnOver,
)
from turnfold.core.engine.turn.closing import ABANDONED, closing_of_call
from turnfold.core.engine.turn.hooks import TurnHooks
from turnfold.core.engine.turn.kit import Kit
from turnfold.core.engine.yard import Running
from turnfold.core.hooks import Folded
from turnfold.events import EffectAbandoned, Event, MessageRecorded, ToolCallOutput


@attrs.define(eq=False)
class Flight:
    """A call under way."""

    call: ToolCall
    parallel: bool
    done: trio.Event = attrs.field(factory=trio.Event)
    result: ToolResult | None = None
    """What the model is told; None for a call that was interrupted."""
    fatal: ToolFatal | None = None
    contexts: list[str] = attrs.field(factory=list[str])
    """What hooks want the model to know, told right behind the output."""
    running: Running | None = None


class Calls:
    """All calls of one turn that have no output yet."""

    def __init__(self, kit: Kit, desk: Desk, hooks: TurnHooks, terms: Terms) -> None:
        self._kit = kit
        self._desk = desk
        self._hooks = hooks
        self._terms = terms
        self._flights: list[Flight] = []

    def begin(self, call: ToolCall) -> None:
        """Start a call whose request is recorded. It runs in the yard, where it can be abandoned."""
        tool = self._kit.tools.get(call.name)
        flight = Flight(call, parallel=tool is not None and tool.parallel)
        before = [each for each in self._flights if not (flight.parallel and each.parallel)]
        self._flights.append(flight)

        async def work() -> None:
            for each in before:
                await each.done.wait()
            await self._fly(flight, tool)

        flight.running = self._kit.kernel.yard.start(
            f"call:{call.call_id}", work, turn_id=self._desk.turn_id, call_id=call.call_id
        )

    async def drain(self) -> bool:
        """Record the outputs in call order (§1.3 of the upstream). Whether there was any.

        Raises TurnOver when a call was interrupted: those after it record nothing (C6). Raises ToolFatal when
        one ends the turn; the rest is cancelled and closed then.
        """
        drained = bool(self._flights)
        while self._flights:
            flight = self._flights[0]
            await flight.done.wait()
            if flight.fatal is not None:
                await self._close_all()
                raise flight.fatal
            if flight.result is None:
                raise TurnOver("a call was interrupted")
            self._flights.pop(0)
            await self._desk.record(self._output(flight, flight.result), *self._told(flight.contexts))
        return drained

    def _output(self, flight: Flight, result: ToolResult) -> ToolCallOutput:
        return ToolCallOutput(
            call_id=flight.call.call_id,
            call_type=flight.call.call_type,
            output=result.output,
            success=result.success,
            turn_id=self._desk.turn_id,
        )

    def _told(self, contexts: list[str]) -> list[MessageRecorded]:
        turn_id = self._desk.turn_id
        return [MessageRecorded(role="developer", text=text, parts=1, turn_id=turn_id) for text in contexts]

    async def _close_all(self) -> None:
        """Cancel what still runs, wait for the grace, and close by events what has no output."""
        grace_ms = self._desk.state.behaviour.grace_ms or 0
        for flight in self._flights:
            if flight.running is not None:
                flight.running.scope.cancel()
        with trio.move_on_after(grace_ms / 1000):
            for flight in self._flights:
                if flight.running is not None:
                    await flight.running.done.wait()
        for flight in self._flights:
            await self._close(flight, grace_ms)
        self._flights.clear()

    async def _close(self, flight: Flight, grace_ms: int) -> None:
        call_id, running = flight.call.call_id, flight.running
        state, turn_id = self._desk.state, self._desk.turn_id
        events: list[Event] = []
        if running is not None and not running.done.is_set():
            running.abandoned = True
            effect_id = running.effect_id
            events.append(
                EffectAbandoned(effect_id=effect_id, grace_ms=grace_ms, turn_id=turn_id, call_id=call_id)
            )
        message = None if flight.fatal is None else str(flight.fatal)
        how = ABANDONED if flight.fatal is None else "rejected"
        await self._desk.record(*events, *closing_of_call(state, turn_id, call_id, how=how, message=message))

    async def _fly(self, flight: Flight, tool: Tool | None) -> None:
        call = flight.call
        try:
            flight.result = await self._result(flight, tool)
        except ToolFailed as failure:
            flight.result = ToolResult(output=failure.message, success=False)
        except ToolFatal as fatal:
            flight.fatal = fatal
        except (ToolInterrupted, TurnOver):
            flight.result = None
        except Exception as error:  # noqa: BLE001  an embedder's tool may raise anything; the model is told
            text = f"tool `{call.name}` failed: {in_words(error)}"
            flight.result = ToolResult(output=text, success=False)
        finally:
            flight.done.set()

    async def _result(self, flight: Flight, tool: Tool | None) -> ToolResult:
        call = flight.call
        if tool is None:
            raise ToolFailed(f"unsupported call: {call.name}")
        cwd = self._desk.state.settings.cwd or self._kit.options.cwd
        action = tool.prepare(call, cwd)
        if self._kit.hooks is None:
            return await self._orchestrated(action, call)
        told = tool_input(action, call)
        before = await self._hooks.pre_tool(call, told)
        flight.contexts += before.contexts
        if before.decision is not None:
            raise ToolFailed(blocked_text(before, action))
        if before.updated_input is not None:
            call = attrs.evolve(call, arguments=_spelled(before.updated_input, call))
            action = tool.prepare(call, cwd)
            told = tool_input(action, call)
        result = await self._orchestrated(action, call)
        if not result.success:
            return result
        after = await self._hooks.post_tool(call, told, result.output)
        flight.contexts += after.contexts
        return _after(after, result)

    async def _orchestrated(self, action: Action, call: ToolCall) -> ToolResult:
        return await orchestrate(action, call, self._desk, self._terms, self._kit.services)


def tool_input(action: Action, call: ToolCall) -> object:
    """What hooks are told of a call's arguments: a shell's command, else the arguments as they are."""
    if action.hook_command is not None:
        return {"command": action.hook_command}
    if isinstance(call.arguments, str):
        try:
            return json.loads(call.arguments)
        except ValueError:
            return call.arguments
    return call.arguments


def _spelled(updated: object, call: ToolCall) -> object:
    """Arguments that a hook put in, as the call's own form has them; those that it leaves out stay."""
    old = _decoded(call.arguments)
    new = _in_words_of(old, _decoded(updated))
    merged = {**old, **new} if old and new else updated
    return json.dumps(merged) if isinstance(call.arguments, str) else merged


def _in_words_of(old: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Put the command, which hooks know as one text under one name, under the name and in the form of its tool."""
    text = new.get("command")
    if not isinstance(text, str):
        return new
    if "cmd" in old and "cmd" not in new:
        return {**{name: value for name, value in new.items() if name != "command"}, "cmd": text}
    return {**new, "command": shlex.split(text)} if isinstance(old.get("command"), list) else new


def _decoded(arguments: object) -> dict[str, Any]:
    """Arguments as a mapping; an empty one for what is none."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return {}
    if not isinstance(arguments, Mapping):
        return {}
    return dict(cast("Mapping[str, Any]", arguments))


def blocked_text(folded: Folded, action: Action) -> str:
    """What the model is told of a call that a PreToolUse hook blocked."""
    text = f"Command blocked by PreToolUse hook: {folded.message or 'no reason given'}."
    return text if action.hook_command is None else f"{text} Command: {action.hook_command}"


def _after(folded: Folded, result: ToolResult) -> ToolResult:
    """The result as PostToolUse hooks leave it: feedback first, then an output of theirs."""
    if folded.decision is not None and folded.message:
        return attrs.evolve(result, output=folded.message)
    if folded.updated_output is not None:
        spoken = folded.updated_output
        return attrs.evolve(result, output=spoken if isinstance(spoken, str) else json.dumps(spoken))
    return result
