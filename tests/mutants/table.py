"""Measures the mutants and writes `docs/mutants.md`: `PYTHONPATH=. python -m tests.mutants.table`.

With `--check` it measures everything, writes nothing, and tells what is not as the page says. With `--page` it writes
the page from what was measured last. Names of mutants: only these.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import msgspec

from tests.mutants.cases import MUTANTS
from tests.mutants.measuring import BUDGET, DELAYS, Figures, differences, measure
from tests.source import ROOT

PAGE: Final = ROOT / "docs" / "mutants.md"
FIGURES: Final = ROOT / "tests" / "mutants" / "figures.json"

WORKERS: Final = 2

HEAD: Final = f"""\
# Mutants of the engine

Does the race lab find what it is for? [hazards.md](hazards.md) lists what can go wrong in the design that ours was
made after. Each of it is put into our engine as a *mutant*, and the lab has to find it. A mutant replaces deciders,
methods, or rows of the tables while a test runs (`tests/mutants/cases`); the shipped engine knows nothing of it. The
rules that judge a log go by the tables as they are. Each mutant is as narrow as its mistake allows, so that neither the
default schedule nor trio's own order shows it.

This page is written by `python -m tests.mutants.table`. A test finds each mutant anew with its quickest strategy, in
the number of schedules that stands here, and replays its token; `python -m tests.mutants.table --check` measures all
of it again.

* **dfs**: all schedules with at most {DELAYS} delays, those with fewer first. **pct**: PCT with the smallest depth d by
  which it is found within min({BUDGET:,}, 1/bound) schedules, seed 0; that limit stands behind *of*. **random**: a
  random walk, seed 0. Each has {BUDGET:,} schedules; the one that fails is counted, and - says that none did.
* **trio**: of {BUDGET:,} plain runs under `trio.run`, which shuffles what is runnable, the first that fails.
* **shipped race**: a race of `turnfold.replay.races` that shows it too, in so many schedules of PCT with d=3, seed 0,
  and, if it did, in so many runs of trio's shuffle. The other races are made for the mutant: they begin right before it
  can show, have the tool or hook that it needs, and some have a client that makes a few idle steps before it acts, so
  that trio's order, in which everybody makes a step in turn, passes the moment by.
* **delays**: choices of the shrunk schedule that differ from the default. No failing schedule has fewer: dfs tried
  them. It is no measure of d, nor d of it: *d=1* says that an order of priorities without a change is enough.
* **the engine**: schedules of the same race and the same strategies that it passed without the mutant.

"""

LEGEND: Final = """\
In the schedules below, a task is written with its number; the race itself has its name, and its clients are `user`,
`other`, ... `_act` is the actor, `reader` reads the session's events, `turn:turn-1` and `call:call-1` are tasks of the
engine's yard, and `_do` is work that the kernel does beside the actor: waiting for the tasks of an aborted turn, then
what comes last in an interruption. Only choices other than the default are told.

"""

TAIL: Final = """\
## How faithful they are

* U1 is hazard 3 of an older version; one mutant stands for both.
* The mutants of hazards 5 and 7 are a row in the engine's tables: an event of an abort that has begun is recorded, and
  not entered. That of hazard 3 is a decider with a row that lets its event happen. Without that row the tables refuse
  the event and nothing is wrong with the session: they make up for the mistake, and a test shows it. Those of hazard 1
  and U2 have a row for the end of a turn that is not in the slot; without it the session hangs.
* Those of hazard 2, that of hazard 8, and the first steps of 1 and U2 empty the slot without an event. No code of ours
  can do that by mistake: a state comes from `reduce` alone.
* U4 was an extra wait and a false warning. Here such a warning is an event, so the mutant tells a false
  `effect_abandoned`.
* U9 is shown for the journal's commit. What a commit means on a disk is the recorder's, and tested there.
* The mutants of hazard 6 and U10 hang the session. Their races end such a session by force after an hour of virtual
  time, and say so.
"""


def rendered(figures: Mapping[str, Figures]) -> str:
    """The page."""
    head = (
        "| hazard | mutant | race | complaints | dfs | pct | random | delays | trio | shipped race |"
        " the engine |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
    )
    rows = "".join(map(_row, figures.values()))
    return (
        HEAD + head + rows + "\n## The mutants\n\n" + LEGEND + "".join(map(_section, figures.values())) + TAIL
    )


def _row(figures: Figures) -> str:
    mutant = MUTANTS[figures.mutant]
    cells = (
        ", ".join(mutant.hazards),
        f"[{mutant.name}](#{mutant.name})",
        mutant.race.name,
        " ".join(figures.codes),
        _number(figures.dfs),
        f"{figures.pct} of {figures.pct_allowed}, d={figures.depth}",
        _number(figures.random),
        str(figures.delays),
        f"not in {BUDGET}" if figures.trio is None else f"run {figures.trio}",
        "" if mutant.shipped is None else _shipped(mutant.shipped.name, figures),
        f"{figures.survived} passed",
    )
    return "| " + " | ".join(cells) + " |\n"


def _shipped(name: str, figures: Figures) -> str:
    by_trio = "" if figures.shipped_trio is None else f", trio {figures.shipped_trio}"
    return f"{name}: {_number(figures.shipped)}{by_trio}"


def _number(number: int | None) -> str:
    return "-" if number is None else str(number)


def _section(figures: Figures) -> str:
    mutant = MUTANTS[figures.mutant]
    words = "".join(f"* {words}\n" for words in figures.words)
    return (
        f"### {mutant.name}\n\n{mutant.about}\nRace `{mutant.race.name}`: {mutant.race.about}\n\n{words}\n"
        f"```text\n{figures.token}\n```\n\n"
    )


def read() -> dict[str, Figures]:
    """What was measured last."""
    if not FIGURES.exists():
        return {}
    rows = msgspec.json.decode(FIGURES.read_bytes(), type=list[Figures])
    return {row.mutant: row for row in rows}


def measured(names: Sequence[str]) -> dict[str, Figures]:
    """Measure these mutants, in several processes."""
    with ProcessPoolExecutor(WORKERS) as pool:
        return dict(zip(names, pool.map(_measure, names), strict=True))


def _measure(name: str) -> Figures:
    figures = measure(MUTANTS[name])
    print(figures, flush=True)  # noqa: T201  it takes minutes
    return figures


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say. Returns the exit code."""
    names = [name for name in arguments if name in MUTANTS] or list(MUTANTS)
    old = read()
    if "--page" not in arguments:
        new = measured(names)
        if "--check" in arguments:
            lines = differences(old, new)
            print("\n".join(lines) or "all as the page says")  # noqa: T201
            return 1 if lines else 0
        both = {**old, **new}
        ordered = [both[name] for name in MUTANTS if name in both]
        FIGURES.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=2) + b"\n")
    PAGE.write_text(rendered(read()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
