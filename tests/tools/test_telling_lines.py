"""The lines of `timeline`, `explain` and `show`: data in, text out."""

from __future__ import annotations

import msgspec
import pytest

from turnfold.tools.documents.explain import ExplainDocument, StepEntry, UnknownEntry
from turnfold.tools.documents.show import (
    EndEntry,
    OpenEntry,
    SettingsEntry,
    ShowDocument,
    TokenEntry,
    TurnEntry,
)
from turnfold.tools.documents.timeline import TimelineEntry
from turnfold.tools.render.explanation import explanation_lines
from turnfold.tools.render.standing import standing_lines
from turnfold.tools.render.timeline import entry_lines
from turnfold.tools.render.times import moment, offset, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.400 s"), (12.34, "12.3 s"), (187, "3m 07s"), (7500, "2h 05m"), (300_000, "3d 11h")],
)
def test_spans_have_the_unit_that_fits(seconds: float, text: str) -> None:
    """Short ones to the millisecond, long ones to the hour."""
    assert text == span(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (2.35, "0:02.35"), (845.0, "14:05.00"), (11_645.0, "3:14:05"), (-2.0, "-0:02.00")],
)
def test_offsets_count_from_a_beginning(seconds: float | None, text: str) -> None:
    """Also backwards: clocks do go back."""
    assert text == offset(seconds)


def test_moments_are_utc_and_never_fail() -> None:
    """A file may claim any time."""
    assert ("2026-06-01 09:00:00", "", "1e+30") == (moment(1780304400), moment(None), moment(1e30))


EXPLANATION = ExplainDocument(
    schema="turnfold.explain/1",
    file="a/long/folder/with/a/rollout.jsonl",
    thread_id=None,
    turn_id="t",
    position=0,
    ending="completed",
    title="Turn 0 completed",
    answer="Because it did.",
    first_line=2,
    last_line=9,
    further_ends=0,
    rolled_back_at=None,
    steps=(
        StepEntry(text="the turn began", certainty="recorded", line=2, at_s=0.0),
        StepEntry(
            text="it follows", certainty="inferred", line=9, since_s=1.5, proves="more", quote="a\x1b[2Jb"
        ),
    ),
    unknowns=(UnknownEntry(question="who did it", remedy="ask them"),),
)


def test_steps_stand_beside_their_places_where_there_is_room() -> None:
    """One line a step, and what follows from it below."""
    lines = [line.plain for line in explanation_lines(EXPLANATION)]
    assert "  1. a/long/folder/with/a/rollout.jsonl:2             the turn began" in lines
    [step] = [line for line in lines if "it follows" in line]
    assert step.endswith(r"+1.500 s  (inferred) it follows: a\x1b[2Jb")
    assert lines[lines.index(step) + 1].strip() == "→ more"


def test_steps_go_under_their_places_where_there_is_none() -> None:
    """In a narrow window the path does not push the text out."""
    lines = [line.plain for line in explanation_lines(EXPLANATION, 60)]
    place = lines.index("  2. a/long/folder/with/a/rollout.jsonl:9  +1.500 s")
    assert r"     (inferred) it follows: a\x1b[2Jb" == lines[place + 1]
    assert max(map(len, lines[2:])) <= 60


STANDING = ShowDocument(
    schema="turnfold.show/1",
    file="f",
    line=9,
    number=8,
    at_s=0.0,
    dialect="turnfold",
    thread_id=None,
    thread_line=None,
    turn=TurnEntry(turn_id="t", position=1, line=3, phases=("running",), began_at_s=None, inputs=(4, 5)),
    turns=2,
    open=(
        OpenEntry(
            kind="hook_run", key="r", line=6, phases=(), name="stop", quote=None, turn_id="t", is_stale=False
        ),
        OpenEntry(kind="call", key="c", line=2, phases=(), name=None, quote="ls", turn_id="s", is_stale=True),
    ),
    last_end=EndEntry(line=2, turn_id="s", position=None, completed=False, reason=None, at_s=None),
    tokens=TokenEntry(line=7, total=1200, last=None, window=9000),
    settings=SettingsEntry(line=3, model="m", cwd=None, approval_policy="never", sandbox_mode=None),
    history_items=3,
    history_base=2,
    invisible=("hook runs",),
)


def shown(**changes: object) -> list[str]:
    """The lines of a standing, without the space between words."""
    document = msgspec.structs.replace(STANDING, **changes)
    return [" ".join(line.plain.split()) for line in standing_lines(document)]


def test_each_fact_has_its_place_and_its_label() -> None:
    """What is open comes before what was left behind."""
    assert shown() == [
        "f:9, number 8 1970-01-01 00:00:00 turnfold",
        "session no identity record so far",
        "f:3 turn 1 t, running, 2 inputs at line 4, 5",
        "f:6 hook run r stop",
        "f:2 left call c: ls, its turn is over",
        "f:2 last end turn s aborted: no reason given",
        "f:7 tokens 1,200 in all",
        "f:3 settings m, never",
        "f:2 history 3 items since the compaction",
        "not visible in a file of this kind: hook runs",
    ]


@pytest.mark.parametrize(
    ("phases", "text"),
    [
        ((), "open (no start is recorded)"),
        (("aborting", "running"), "running, or being aborted unseen"),
        (("aborting", "marked"), "aborting or marked"),
    ],
)
def test_the_phase_of_a_turn_is_told_as_far_as_it_is_known(phases: tuple[str, ...], text: str) -> None:
    """What a file cannot show is not claimed."""
    turn = TurnEntry(turn_id="t", position=None, line=3, phases=phases, began_at_s=None, inputs=())
    assert f"f:3 turn t, {text}" in shown(turn=turn)


def test_a_quiet_session_has_few_lines() -> None:
    """Nothing open, nothing known: it says so."""
    nothing = SettingsEntry(line=None, model=None, cwd=None, approval_policy=None, sandbox_mode=None)
    changes = {"turn": None, "open": (), "last_end": None, "tokens": None, "settings": nothing}
    lines = shown(**changes, history_items=None, invisible=())
    assert ["turn none is open; 2 turns so far", "open nothing that this file shows"] == lines[2:]


def test_an_entry_shows_silence_before_it_and_escapes_what_it_quotes() -> None:
    """A session cannot send sequences to the terminal."""
    entry = TimelineEntry(
        line=4, kind="model", text="says", quote="\x1b[31mred", idle_s=300.0, of_line=2, turn_id="t"
    )
    gap, line = (text.plain for text in entry_lines("f", entry))
    assert "··· 5m 00s without a record" in gap
    assert r"says: \x1b[31mred  (line 2)" in line


def test_a_turn_stands_apart() -> None:
    """An empty line comes before it, and it is not indented."""
    lines = [
        text.plain for text in entry_lines("f", TimelineEntry(line=4, kind="turn", text="turn 0 begins"))
    ]
    assert "" == lines[0]
    assert lines[1].split() == ["f:4", "turn", "turn", "0", "begins"]
