"""The real Codex and our engine live through the same scenarios."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.conformance.client import Client
from tests.conformance.codex import codex_path
from tests.conformance.differences import DIFFERENCES, SCENARIOS, shown_by
from tests.conformance.endpoint import Endpoint, serving
from tests.conformance.ours import ours
from tests.conformance.scenario import Hunk, Scenario
from tests.conformance.seen import hunks, items_seen
from tests.conformance.theirs import codex
from turnfold.replay import verify
from turnfold.replay.findings import Verdict

pytestmark = pytest.mark.slow

PATIENCE_S = 60
"""Seconds after which a scenario counts as hung."""

LEFT_OPEN = frozenset({"TF210"})
"""What a capture may show: an item of the model that a steer cut off, and that never ended."""

UNMARKED = frozenset({"TF401"})
"""What a rollout may show: the turn of a compaction that a hook stops is aborted without a marker."""

Opening = Callable[[Scenario, Endpoint, Path], AbstractAsyncContextManager[Client]]


def lived(opening: Opening, scenario: Scenario, base: Path) -> tuple[list[str], list[str]]:
    """Let one engine live through *scenario*: what its client heard, and what its model saw."""

    async def main() -> tuple[list[str], list[str]]:
        with trio.fail_after(PATIENCE_S):
            async with serving(scenario.model) as endpoint:
                async with opening(scenario, endpoint, base) as client:
                    for name in scenario.fifos:
                        os.mkfifo(client.work / name)
                    await client.play(scenario)
                assert [] == endpoint.unasked
                return client.heard, items_seen(endpoint.requests)

    return trio.run(main)


def compared(scenario: Scenario, theirs: Sequence[str], ours: Sequence[str]) -> list[Hunk]:
    """Return where the two differ; as sets, where things run side by side."""
    return hunks(theirs, ours) if scenario.ordered else hunks(sorted(theirs), sorted(ours))


def marked(scenarios: Iterable[Scenario]) -> list[Any]:
    """The scenarios as parameters, each with the requirements that it shows."""
    return [
        pytest.param(
            each,
            id=each.name,
            marks=(pytest.mark.covers(*each.covers), pytest.mark.findings(*each.findings, always=False)),
        )
        for each in scenarios
    ]


@pytest.mark.parametrize("scenario", marked(SCENARIOS))
def test_both_engines_do_the_same(scenario: Scenario, tmp_path: Path) -> None:
    """But for the differences that the scenario names: no other is there, and none of those is gone."""
    codex_path()
    heard_theirs, seen_theirs = lived(codex, scenario, tmp_path)
    heard_ours, seen_ours = lived(ours, scenario, tmp_path)
    differs, seen = compared(scenario, heard_theirs, heard_ours), hunks(seen_theirs, seen_ours)
    if scenario.raced is not None:
        # What the release does is settled inside of it, and this time it may have been in time.
        assert differs in ([], list(scenario.heard), list(scenario.raced))
        assert seen in ([], list(scenario.seen))
    else:
        assert list(scenario.heard) == differs
        assert list(scenario.seen) == seen
    judge_codex(tmp_path)


def judge_codex(base: Path) -> None:
    """What Codex wrote and said is sound to our rules, and we know every record of it."""
    [rollout] = (base / "codex-home").rglob("rollout-*.jsonl")
    report = verify(rollout)
    assert Verdict.INVALID is not report.verdict
    assert set(report.counts) <= UNMARKED
    assert {} == report.unknown_types
    told = verify(base / "capture.jsonl")
    assert Verdict.INVALID is not told.verdict
    assert set(told.counts) <= LEFT_OPEN
    assert {} == told.unknown_types


def test_every_difference_has_a_reason_and_every_reason_a_scenario() -> None:
    """No hunk is without a name in the table, and no name is left over."""
    named = Counter(hunk.why for each in SCENARIOS for hunk in (*each.heard, *each.seen))
    assert set(DIFFERENCES) == set(named)
    assert all(shown_by(name) for name in DIFFERENCES)
