"""The state machine over the engine: the engine passes, and an engine with a fault is found out."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest
import trio
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from tests import verified
from turnfold.core.decide import aborts, turns
from turnfold.core.decide.draft import Draft
from turnfold.core.engine import Parts
from turnfold.core.engine.owntools import tool
from turnfold.core.state import State, Turn
from turnfold.events import Envelope, HookStarted, ToolCallOutput
from turnfold.replay.testing import PromiseBroken, SessionMachine

STEPS = settings(
    max_examples=20,
    stateful_step_count=25,
    database=None,
    suppress_health_check=(HealthCheck.filter_too_much, HealthCheck.too_slow),
)


@contextmanager
def unwatched() -> Generator[None]:
    """Keep the logs from the rules that judge those of other tests: the machine does that itself."""
    kept: list[list[Envelope]] = []
    watched = verified._open  # pyright: ignore[reportPrivateUsage]
    watched.append(kept)
    try:
        yield
    finally:
        watched.remove(kept)


class Plain(SessionMachine):
    """Without hooks: short logs."""

    hook_events = ()


@pytest.mark.covers("F5", "F6", "F7", "F13")
def test_the_engine_keeps_its_promises() -> None:
    """Whatever clients, the model, tools, hooks and time do in whatever order: no promise is broken."""
    with unwatched():
        run_state_machine_as_test(SessionMachine, settings=STEPS)


@pytest.mark.deep
def test_the_engine_keeps_its_promises_for_long() -> None:
    """The same, with more and longer examples."""
    long = settings(STEPS, max_examples=60, stateful_step_count=50)
    with unwatched():
        run_state_machine_as_test(SessionMachine, settings=long)


def found(machine: type[SessionMachine], examples: int, *phases: Phase) -> str:
    """What Hypothesis reports of a machine that fails: the program, and what broke."""
    chosen = settings(STEPS, max_examples=examples, derandomize=True, phases=phases)
    with unwatched(), pytest.raises(PromiseBroken) as caught:
        run_state_machine_as_test(machine, settings=chosen)
    error = caught.value
    return "\n".join((str(error), *getattr(error, "__notes__", ())))


class Steering(Plain):
    """Rules of a turn that is steered, and no others."""

    answer_nothing: Any = None
    compact: Any = None
    interrupt: Any = None
    mail: Any = None
    review: Any = None
    roll_back: Any = None
    shutdown: Any = None
    time_passes: Any = None


def nothing_left(_state: State, _turn_id: str) -> tuple[str, ...]:
    """A fault: a turn that ends does not look whether it has accepted input."""
    return ()


def nothing_dropped(_draft: Draft, _turn_id: str, _reason: str) -> None:
    """A fault: what waited for an aborted turn is not dropped."""


def never_marked(_state: State, _turn: Turn) -> bool:
    """A fault: an interruption leaves no marker."""
    return False


@pytest.mark.parametrize(
    ("machine", "module", "name", "fault"),
    [
        (Steering, turns, "inputs_of", nothing_left),
        (Plain, aborts, "drop_waiters", nothing_dropped),
        (Plain, aborts, "_wants_marker", never_marked),
    ],
    ids=["input lost", "waiters kept", "no marker"],
)
def test_an_engine_with_a_fault_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
    machine: type[SessionMachine],
    module: Any,
    name: str,
    fault: Callable[..., Any],
) -> None:
    """A fault in the core of the engine, also one that needs a race, breaks a promise within a few hundred examples."""
    monkeypatch.setattr(module, name, fault)
    assert "The log:" in found(machine, 300, Phase.generate)


class Impatient(Plain):
    """A machine that does one thing, and a claim that this breaks."""

    @rule()
    def steer_nobody(self) -> None:
        """Steer while nothing runs."""
        self.ask("steer", lambda: self.session.steer("hello"))

    def check(self) -> None:
        """Claim that nothing is ever refused."""
        super().check()
        if any(type(request.result).__name__ == "Refused" for request in self.requests):
            raise self.promises.broken("refused")


def test_a_failure_prints_a_program() -> None:
    """What Hypothesis prints of a failure is the shortest program, with the log that it left."""
    text = found(Impatient, 50, Phase.generate, Phase.shrink)
    assert "refused\nThe log:\n     0 [Open] SessionMetaRecorded(" in text
    program = re.findall(r"^ *(state[.\w]*)", text, re.MULTILINE)
    assert ["state", "state.steer_nobody", "state.teardown"] == program


class Extended(SessionMachine):
    """A machine of somebody else: a tool and a rule of their own, and one hook."""

    tool_names = ("count",)

    def parts(self) -> Parts:
        """With a tool that counts."""
        calls: list[int] = []

        @tool(name="count", asks=False)
        async def count() -> str:
            """Count the calls."""
            calls.append(1)
            await trio.sleep(1)
            return str(len(calls))

        self.calls = calls
        return attrs.evolve(super().parts(), tools=(*self.hands.tools, count))


def test_tools_hooks_and_rules_of_ones_own() -> None:
    """A subclass brings its own tools; steps can be called by hand, as in the program that a failure prints."""
    state = Extended()
    state.submit(text="a", mode="start_or_steer", rounds=None)
    state.model_calls(tool="count", rounds=None)
    state.model_ends(end_turn=None, rounds=None)
    state.time_passes(seconds=1.0)
    log = [envelope.event for envelope in state.journal.appended]
    assert ["1"] == [event.output for event in log if isinstance(event, ToolCallOutput)]
    assert "pre_tool_use" in {event.event_name for event in log if isinstance(event, HookStarted)}
    state.teardown()


class Strict(Plain):
    """Nothing that the rules wonder at is allowed."""

    allowed = frozenset()


def test_what_the_rules_find_is_told_and_no_run_is_left_behind() -> None:
    """A finding fails the step that brought it about; afterwards trio can be run as ever."""
    with unwatched():
        state = Strict()
        with pytest.raises(PromiseBroken, match="TF703"):
            state.roll_back(rounds=None)
        with pytest.raises(PromiseBroken, match="TF703"):
            state.teardown()
    trio.run(trio.lowlevel.checkpoint)
