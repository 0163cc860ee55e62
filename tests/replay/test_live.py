"""Live verification: the rules that judge a file judge the session that writes it, and say the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import attrs
import pytest
import trio
import trio.testing

from turnfold.core.commands import Command
from turnfold.core.decide import Decision, decide
from turnfold.core.engine import (
    Parts,
    RandomIds,
    Session,
    SessionFailed,
    SessionOptions,
    Verifier,
    actor,
    open_session,
)
from turnfold.core.engine.fakes import CallTool, Fail, Pause, Say, ScriptedModel, Step, TrioClock
from turnfold.core.engine.owntools import tool
from turnfold.core.results import Started
from turnfold.core.state import State
from turnfold.events import Event, TurnCompleted, TurnStarted
from turnfold.replay import Finding, Verdict, read_back, registry, verify
from turnfold.replay.live import InvariantViolated, LiveVerification
from turnfold.rollouts.recorder import Recorder

LEFT_OPEN: Final = (registry()["TF306"],)
"""The rule that speaks at the end of a log."""

OPTIONS: Final = SessionOptions(cwd="/work", model="scripted")

Drive = Callable[[Session], Awaitable[None]]
Script = list[list[Step]]


@tool(asks=False)
async def nap(seconds: float) -> str:
    """Sleep."""
    await trio.sleep(seconds)
    return "slept"


@tool(asks=True)
async def risky(what: str) -> str:
    """Do what somebody has to allow."""
    await trio.lowlevel.checkpoint()
    return what


async def a_turn(session: Session) -> None:
    """One input, up to the end of its turn."""
    started = await session.submit("go")
    assert isinstance(started, Started)
    await session.finished(started.turn_id)


async def an_interrupt(session: Session) -> None:
    """A turn that is steered and interrupted, one more, and that one rolled back."""
    started = await session.submit("go")
    assert isinstance(started, Started)
    await trio.sleep(1)
    await session.steer("mind the gap")
    await session.interrupt()
    await session.finished(started.turn_id)
    await a_turn(session)
    await session.roll_back(1)


async def nothing(session: Session) -> None:
    """Leave at once."""
    del session
    await trio.lowlevel.checkpoint()


async def in_the_middle(session: Session) -> None:
    """Leave while a turn runs."""
    await session.submit("go")
    await trio.sleep(1)


async def other_tasks(session: Session) -> None:
    """A turn, a compaction and a review."""
    await a_turn(session)
    for begin in (session.compact, lambda: session.review("the change")):
        started = await begin()
        assert isinstance(started, Started)
        await session.finished(started.turn_id)


SESSIONS: Final[Mapping[str, tuple[Script, Drive]]] = MappingProxyType(
    {
        "nothing": ([], nothing),
        "a turn": ([[CallTool("nap", {"seconds": 1})], [Say(["all ", "done"])]], a_turn),
        "interrupted": ([[CallTool("nap", {"seconds": 60})], [Say("done")]], an_interrupt),
        "asking": ([[CallTool("risky", {"what": "it"})]], in_the_middle),
        "left": ([[Pause(60)]], in_the_middle),
        "failing": ([[Fail()]], a_turn),
        "other tasks": ([[Say("one")], [Say("two")], [Say("three")]], other_tasks),
    }
)


def run(name: str, path: Path, verifier: Verifier | str) -> None:
    """Run a session under watch that records to *path*, or goes on there."""
    script, drive = SESSIONS[name]
    resumed = path.exists()
    log = read_back(path).envelopes if resumed else ()
    journal = Recorder.resume(path) if resumed else Recorder.create(path)

    at_us = 1_776_100_000_000_000 + (3_600_000_000 if resumed else 0)

    async def main() -> None:
        parts = Parts(tools=(nap, risky), journal=journal, clock=TrioClock(at_us), ids=RandomIds())
        model = ScriptedModel(script)
        async with open_session(model, OPTIONS, parts, verify=verifier, resume=log) as session:
            with trio.fail_after(3600):
                await drive(session)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def plant(patch: pytest.MonkeyPatch, extra: Callable[[Event], Event | None]) -> None:
    """Make the actor append, behind each event, what *extra* gives for it, and ask no table."""

    def planting(state: State, command: Command) -> Decision:
        decision = decide(state, command)
        events: list[Event] = []
        for event in decision.events:
            more = extra(event)
            events.extend((event,) if more is None else (event, more))
        grown = len(events) - len(decision.events)
        after = attrs.evolve(decision.state, seq=decision.state.seq + grown)
        return attrs.evolve(decision, events=tuple(events), state=after)

    patch.setattr(actor, "decide", planting)


def ends_twice(event: Event) -> Event | None:
    """A turn ends, and again."""
    return event if isinstance(event, TurnCompleted) else None


def begins_at_the_end(event: Event) -> Event | None:
    """A turn begins that nobody ends, which only the end of the log shows."""
    return TurnStarted(turn_id="forgotten") if isinstance(event, TurnCompleted) else None


@pytest.mark.parametrize("name", SESSIONS)
def test_nothing_is_found_in_legal_sessions(name: str, tmp_path: Path) -> None:
    """A session under watch runs as without, and the entry point `live` finds the watch."""
    path = tmp_path / "log.jsonl"
    run(name, path, "live")
    assert ((), Verdict.VALID) == (verify(path).findings, verify(path).verdict)


@pytest.mark.parametrize("name", SESSIONS)
def test_says_of_a_session_what_verify_says_of_its_file(name: str, tmp_path: Path) -> None:
    """The reports are equal but for the name of the file."""
    live, path = LiveVerification("report"), tmp_path / "log.jsonl"
    run(name, path, live)
    assert attrs.evolve(verify(path), file="session") == live.report()


@pytest.mark.parametrize("name", ["nothing", "left", "asking"])
def test_goes_on_with_a_resumed_session(name: str, tmp_path: Path) -> None:
    """What the log held before belongs to what is judged."""
    path = tmp_path / "log.jsonl"
    run(name, path, "live")
    live = LiveVerification("report")
    run("other tasks", path, live)
    assert attrs.evolve(verify(path), file="session") == live.report()
    assert Verdict.VALID is live.report().verdict


@pytest.mark.findings("TF304", why="a second terminal is planted")
def test_reports_what_verify_reports_of_a_planted_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fault, too, the reports are equal: same codes, lines, witnesses, counts."""
    plant(monkeypatch, ends_twice)
    live, path = LiveVerification("report"), tmp_path / "log.jsonl"
    run("a turn", path, live)
    assert "TF304" in live.report().counts
    assert attrs.evolve(verify(path), file="session") == live.report()


@pytest.mark.findings("TF304", why="a second terminal is planted", always=False)
def test_a_violation_ends_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session fails with the finding as its cause; the log holds the event that is the proof."""
    plant(monkeypatch, ends_twice)
    path = tmp_path / "log.jsonl"
    with pytest.raises(SessionFailed, match="TF304 second-terminal at line") as failed:
        run("a turn", path, "live")
    cause = failed.value.__cause__
    assert isinstance(cause, InvariantViolated)
    assert ["TF304"] == [finding.code for finding in cause.findings]
    assert cause.findings[0] in verify(path).findings


@pytest.mark.findings("TF304", why="a second terminal is planted")
def test_nobody_is_told_of_a_fault_of_the_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a resumed log holds is known and kept, but nobody is told of it again."""
    plant(monkeypatch, ends_twice)
    path = tmp_path / "log.jsonl"
    run("a turn", path, LiveVerification("report"))
    told: list[Finding] = []
    live = LiveVerification(told.append)
    live.recall(read_back(path).envelopes)
    assert [] == told
    assert "TF304" in live.report().counts


@pytest.mark.findings("TF304", why="a second terminal is planted")
def test_a_function_is_told_of_each_finding_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session goes on, and what was told is what is found."""
    plant(monkeypatch, ends_twice)
    told: list[Finding] = []
    live = LiveVerification(told.append)
    run("a turn", tmp_path / "log.jsonl", live)
    assert live.findings == tuple(told)


@pytest.mark.findings("TF304", why="a second terminal is planted")
def test_what_a_function_raises_ends_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever embeds the session may be stricter than `raise`."""

    def strict(finding: Finding) -> None:
        raise RuntimeError(f"found {finding.code}")

    plant(monkeypatch, ends_twice)
    with pytest.raises(SessionFailed, match="found TF304"):
        run("a turn", tmp_path / "log.jsonl", LiveVerification(strict))


@pytest.mark.findings("TF119", "TF306", why="a turn without end is planted")
def test_what_only_the_end_shows_is_judged_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suspicion is a warning, and ends nothing."""
    plant(monkeypatch, begins_at_the_end)
    live = LiveVerification(rules=[registry()["TF306"]])
    run("a turn", tmp_path / "log.jsonl", live)
    assert ["TF306"] == [finding.code for finding in live.warnings]


@pytest.mark.findings("TF119", "TF306", why="a turn without end is planted")
def test_the_journal_is_closed_before_the_last_finding_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes of it: another recorder can go on with the file."""

    def strict(finding: Finding) -> None:
        raise RuntimeError(f"found {finding.code}")

    plant(monkeypatch, begins_at_the_end)
    path = tmp_path / "log.jsonl"
    with pytest.raises(SessionFailed, match="found TF306"):
        run("a turn", path, LiveVerification(strict, rules=[registry()["TF306"]]))
    trio.run(Recorder.resume(path).aclose)
