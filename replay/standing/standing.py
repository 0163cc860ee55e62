"""How a session stands at one point of its file: what is open there, and since which line.

It runs the lifecycle tables as its producer shows them, so that a foreign log needs no repair to be looked at; where
a log cannot show in which of several phases something is, all of them are told.
"""

from __future__ import annotations

import os

import attrs

from turnfold.replay.ledger import LedgerTurn, ledger_of
from turnfold.replay.standing.fold import StandingFold
from turnfold.replay.standing.parts import EndFacts, OpenThing, SettingsFacts, TokenFacts, TurnFacts
from turnfold.replay.turn_rows import Opening, TurnStatus
from turnfold.replay.walk import Walk
from turnfold.rollouts import Reader, open_source


@attrs.frozen(kw_only=True)
class Standing:
    """A session at one point."""

    line: int
    """Line of the last record that counts."""
    number: int | None
    """Its `seq` or ordinal."""
    at_s: float | None
    """Its time in unix seconds."""
    dialect: str
    thread_id: str | None
    thread_line: int | None
    """Line of the identity record."""
    turn: TurnFacts | None
    """The open turn."""
    turns: int
    """How many turns began up to here, also those that a rollback took back."""
    open: tuple[OpenThing, ...]
    """Oldest first."""
    last_end: EndFacts | None
    tokens: TokenFacts | None
    settings: SettingsFacts
    history_items: int | None
    """How many items the model would be given of the past; None where the file does not hold them."""
    history_base: int | None
    """Line of the compaction that they begin with."""
    invisible: tuple[str, ...]
    """What may be open and could not be shown by a file of this kind."""


@attrs.frozen
class Point:
    """A place in a file: up to and including the last record that fits."""

    line: int | None = None
    number: int | None = None


class NoSuchPoint(Exception):
    """A point was asked for that the file does not have. The text says what it has."""


def standing_at(path: str | os.PathLike[str], point: Point | None = None) -> Standing:
    """How the session in the file at *path* stands at *point*, by default at its end.

    Raises:
        NoSuchPoint: no record stands there or before.
        SourceError: the file cannot be opened.
    """
    point = point or Point()
    with open_source(path) as source:
        walk = Walk(Reader(source))
        fold: StandingFold | None = None
        for moment in walk:
            if point.line is not None and moment.line > point.line:
                break
            if point.number is not None and moment.number is not None and moment.number > point.number:
                break
            fold = fold or StandingFold(walk.profile)
            fold.feed(moment, walk.profile)
    if fold is None:
        raise NoSuchPoint("no record stands there: the first one comes later, or there is none")
    if point.number is not None and fold.number is None:
        raise NoSuchPoint("its records have no numbers (seq or ordinal); ask for a --line instead")
    return _standing(fold)


def before_end_of(path: str | os.PathLike[str], name: str) -> Point:
    """The point at which a turn had not ended yet: before its terminal, or at its last record where it has none.

    Raises:
        NoSuchTurn: there is no such turn.
    """
    turn = ledger_of(path).find(name)
    return Point(line=max(turn.slot.last_line - bool(has_terminal(turn)), turn.slot.first_line))


def has_terminal(turn: LedgerTurn) -> bool:
    """Whether an end of it is recorded, which is then its last line."""
    return turn.slot.opening is Opening.EXPLICIT and turn.slot.status is not TurnStatus.IN_PROGRESS


def _standing(fold: StandingFold) -> Standing:
    plan = fold.history_plan()
    return Standing(
        line=fold.line,
        number=fold.number,
        at_s=fold.at_s,
        dialect=fold.session.profile.dialect.value,
        thread_id=fold.session.identity.session_id if fold.session.identity else None,
        thread_line=fold.session.identity_at or None,
        turn=fold.turn(),
        turns=len(fold.ledger.turns),
        open=tuple(fold.open_things()),
        last_end=fold.last_end,
        tokens=fold.tokens,
        settings=fold.settings,
        history_items=None if plan is None else len(plan.refs),
        history_base=None if plan is None else plan.base,
        invisible=tuple(fold.invisible()),
    )
