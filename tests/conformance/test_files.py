"""One file, written by ours and by the real Codex in turns."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest
import trio

from tests.conformance.client import Client
from tests.conformance.codex import Message, codex_path, write_home
from tests.conformance.differences import SCENARIOS
from tests.conformance.endpoint import message, serving
from tests.conformance.ours import ours, ours_again
from tests.conformance.scenario import Ended, Scenario, Start
from tests.conformance.seen import items_seen
from tests.conformance.theirs import Codex, codex_at
from turnfold.replay import turns, verify
from turnfold.replay.findings import Verdict

pytestmark = pytest.mark.slow

PATIENCE_S = 60
NAMES = (
    "two-turns",
    "compaction",
    "parallel-commands",
    "cancelled",
    "steered-while-a-command-runs",
    "interrupted-while-a-command-runs",
    "hook-denies-and-interrupts",
    "prompt-blocked",
    "session-with-context",
    "stop-blocked",
)
"""Scenarios whose files the real Codex continues."""

Turns = list[tuple[str, str, list[str]]]
"""Id, status and texts of the user."""


def chosen() -> list[Scenario]:
    """The scenarios of `NAMES`."""
    return [each for each in SCENARIOS if each.name in NAMES]


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run *main*, for a while."""

    async def patiently() -> Any:
        with trio.fail_after(PATIENCE_S):
            return await main()

    return trio.run(patiently)


async def record(scenario: Scenario, base: Path) -> Path:
    """Record *scenario* with ours; return the file."""
    async with serving(scenario.model) as endpoint, ours(scenario, endpoint, base) as client:
        for name in scenario.fifos:
            os.mkfifo(client.work / name)
        await client.play(scenario)
    return the_file(base)


def the_file(base: Path) -> Path:
    """The only session in our home."""
    [file] = (base / "our-home").rglob("rollout-*.jsonl")
    return file


async def say(client: Client, text: str) -> list[str]:
    """Let a client have one more turn; return what its model saw, without the request's number."""
    for step in (Start(text), Ended()):
        await client.do(step)
    return items_seen(client.endpoint.requests)[1:]


async def codex_goes_on(scenario: Scenario, base: Path, text: str) -> tuple[list[str], Turns]:
    """Let the real Codex continue the file; return what its model saw, and the turns that it found."""
    home, work = base / "our-home", base / "our-work"
    (home / "hooks.json").unlink()
    async with serving([(message(f"Codex: {text}", "m-codex"),)]) as endpoint:
        write_home(home, work, endpoint.url, approval=scenario.approval, sandbox=scenario.sandbox)
        async with codex_at(endpoint, home, work) as client:
            found = await client.resume(the_file(base).stem[-36:])
            return await say(client, text), [shown(turn) for turn in found]


def shown(turn: Message) -> tuple[str, str, list[str]]:
    """A turn as the app-server shows it."""
    said = [item["content"][0]["text"] for item in turn["items"] if item["type"] == "userMessage"]
    return turn["id"], turn["status"], said[:1]


def rows(path: Path) -> Turns:
    """The turns of a file as our own reader has them."""
    return [
        (row.turn_id, str(row.status), [] if row.preview is None else [row.preview]) for row in turns(path)
    ]


async def ours_goes_on(scenario: Scenario, base: Path, text: str) -> list[str]:
    """Let ours continue the file; return what its model saw."""
    (base / "our-home" / "config.toml").unlink()
    async with (
        serving([(message(f"ours: {text}", "m-ours"),)]) as endpoint,
        ours_again(scenario, endpoint, base, the_file(base)) as client,
    ):
        return await say(client, text)


def parameters(scenarios: Iterable[Scenario]) -> list[Any]:
    """The scenarios as parameters."""
    return [pytest.param(each, id=each.name) for each in scenarios]


@pytest.mark.covers("G1", "G3")
@pytest.mark.findings(
    "TF322", "TF323", always=False, why="what Codex wrote is given to the rules as if a session of ours had"
)
@pytest.mark.parametrize("scenario", parameters(chosen()))
def test_a_file_goes_back_and_forth(scenario: Scenario, tmp_path: Path) -> None:
    """Ours, Codex, ours, Codex: turns and statuses are the same for both, and each sees what the other said."""
    codex_path()

    async def main() -> None:
        path = await record(scenario, tmp_path)
        plain = attrs.evolve(scenario, hooks={})
        before = rows(path)
        first, found = await codex_goes_on(plain, tmp_path, "one")
        assert before == found
        second = await ours_goes_on(plain, tmp_path, "two")
        assert [*first, "assistant: Codex: one", "user: two"] == second
        before = rows(path)
        third, found = await codex_goes_on(plain, tmp_path, "three")
        assert before == found
        assert [*second, "assistant: ours: two", "user: three"] == third
        report = verify(path)
        assert (Verdict.VALID, (), {}) == (report.verdict, report.findings, report.unknown_types)

    run(main)


EXCUSED = frozenset({"TF305", "TF402"})
"""What the rules may suspect in a log that was cut off: a turn without an end, a marker without its abort."""


@pytest.mark.covers("G1")
def test_a_log_that_was_cut_off_is_resumed(tmp_path: Path) -> None:
    """Behind whichever line: Codex finds the turns that we find, continues, and nothing is damaged or illegal then."""
    codex_path()
    scenario = next(each for each in SCENARIOS if each.name == "interrupted-while-asked")

    async def main() -> None:
        path = await record(scenario, tmp_path)
        (tmp_path / "our-home" / "hooks.json").unlink()
        logs = list(cuts(path))
        async with serving([[message("on", "m-codex")]] * len(logs)) as endpoint:
            home, work = tmp_path / "our-home", tmp_path / "our-work"
            write_home(home, work, endpoint.url, approval=scenario.approval, sandbox=scenario.sandbox)
            async with codex_at(endpoint, home, work) as client:
                for log in logs:
                    await resumed(client, log)

    run(main)


def cuts(path: Path) -> Iterator[Path]:
    """The log at *path* as it was after each of its lines, as sessions of their own."""
    lines = path.read_bytes().splitlines(keepends=True)
    old = path.stem[-36:]
    for count in range(1, len(lines) + 1):
        new = str(UUID(int=count, version=4))
        log = path.with_name(path.name.replace(old, new))
        log.write_bytes(b"".join(lines[:count]).replace(old.encode(), new.encode()))
        yield log


async def resumed(client: Codex, log: Path) -> None:
    """Let Codex resume a log that was cut off, and look at what it says and writes."""
    ended = {"inProgress": "interrupted"}
    before = [(turn_id, ended.get(status, status)) for turn_id, status, _ in rows(log)]
    found = await client.resume(log.stem[-36:])
    assert before == [(turn["id"], turn["status"]) for turn in found], log
    await say(client, "go on")
    report = verify(log)
    assert report.verdict is not Verdict.INVALID, log
    assert set(report.counts) <= EXCUSED, log
    assert {} == report.unknown_types
