"""Every turn of a session, also those taken back by a rollback, and finding one by the name a user gives it."""

from __future__ import annotations

import os
from collections.abc import Sequence

import attrs

from turnfold.events import HistoryRolledBack, TurnAborted, TurnCompleted
from turnfold.replay.turn_fold import TurnFold
from turnfold.replay.turn_rows import Opening, Slot, TurnStatus
from turnfold.replay.walk import Moment, Walk
from turnfold.rollouts import Dialect, Reader, open_source

LISTED_MAX = 20
SHORT_ID_CHARS = 4
"""The shortest beginning or end of an id that may stand for it."""


class NoSuchTurn(Exception):
    """A turn was asked for that the session does not have. The text lists those that it has."""


@attrs.define(kw_only=True)
class LedgerTurn:
    """One turn. Its `slot` says how Codex counts it."""

    slot: Slot
    rolled_back_at: int = 0
    """Line of the rollback that took it back; 0 while it stands."""
    next_at: int = 0
    """Line of the record that opened the turn after it; 0 when none did."""
    further_ends: int = 0
    """How many terminals named it after its first one."""

    @property
    def status(self) -> TurnStatus:
        """How it stands at the end of the log: a turn without start has no terminal to wait for."""
        slot = self.slot
        if slot.status is not TurnStatus.IN_PROGRESS:
            return slot.status
        if slot.failed:
            return TurnStatus.FAILED
        return TurnStatus.IN_PROGRESS if slot.opening is Opening.EXPLICIT else TurnStatus.COMPLETED

    @property
    def simply_completed(self) -> bool:
        """Whether there is nothing to ask about its end."""
        return self.status is TurnStatus.COMPLETED and not self.further_ends


class Ledger:
    """Feed it every moment of one session in order. Grows with the number of turns, not with their size."""

    def __init__(self, *, bare: bool = False) -> None:
        self.turns: list[LedgerTurn] = []
        self._fold = TurnFold(bare=bare)
        self._standing: list[LedgerTurn] = []
        self._by_id: dict[str, LedgerTurn] = {}

    @property
    def current(self) -> LedgerTurn | None:
        """The turn that the latest moment belongs to."""
        return self.turns[-1] if self.turns and self._fold.current is self.turns[-1].slot else None

    @property
    def thread_id(self) -> str | None:
        """Identity of the session, once it is known."""
        identity = self._fold.identity
        return None if identity is None else str(identity.session_id)

    def feed(self, moment: Moment) -> None:
        """Take in one moment."""
        if moment.kind is TurnCompleted or moment.kind is TurnAborted:
            named = self._by_id.get(moment.payload.turn_id or "")
            if named is not None and named.slot.status is not TurnStatus.IN_PROGRESS:
                named.further_ends += 1
        self._fold.feed(moment.record, moment.line)
        slot = self._fold.current
        if slot is not None and (not self.turns or slot is not self.turns[-1].slot):
            if self.turns:
                self.turns[-1].next_at = moment.line
            turn = LedgerTurn(slot=slot)
            self.turns.append(turn)
            self._standing.append(turn)
            self._by_id[slot.turn_id] = turn
        if moment.kind is HistoryRolledBack:
            self._take_back(moment.line)

    def position(self, turn: LedgerTurn) -> int | None:
        """The turn's place among those that stand, as `turnfold turns` counts; None when it was taken back."""
        # From the end: it is asked for mostly about the latest turn.
        places = range(len(self._standing) - 1, -1, -1)
        return next((place for place in places if self._standing[place] is turn), None)

    def position_of(self, turn_id: str | None) -> int | None:
        """The position of the turn of that id; None where it does not stand."""
        turn = self._by_id.get(turn_id or "")
        return None if turn is None else self.position(turn)

    def name_of(self, turn_id: str | None) -> str:
        """`turn 3`, or the id of a turn that never began here."""
        turn = self._by_id.get(turn_id or "")
        return f"the unknown turn {turn_id or '?'}" if turn is None else f"turn {self.position(turn)}"

    def find(self, name: str) -> LedgerTurn:
        """The turn that *name* means: an id, its unique beginning or end, or a position (from the end: -1).

        Raises:
            NoSuchTurn: there is none, or more than one.
        """
        exact = [turn for turn in self.turns if turn.slot.turn_id == name]
        if exact:
            return exact[-1]
        place = int(name) if name.removeprefix("-").isdecimal() and len(name) < SHORT_ID_CHARS * 2 else None
        if place is not None and -len(self._standing) <= place < len(self._standing):
            return self._standing[place]
        short = [turn for turn in self.turns if _abbreviates(name, turn.slot.turn_id)]
        if len(short) == 1:
            return short[0]
        problem = f"{len(short)} turns are meant by" if short else "no turn is called"
        raise NoSuchTurn(f"{problem} {name!r}; {self.listing(short or self.turns)}")

    def latest_of_interest(self) -> LedgerTurn:
        """The last turn that did not simply complete, else the last.

        Raises:
            NoSuchTurn: there is no turn at all.
        """
        if not self.turns:
            raise NoSuchTurn("there is no turn in it")
        return next((turn for turn in reversed(self.turns) if not turn.simply_completed), self.turns[-1])

    def listing(self, turns: Sequence[LedgerTurn]) -> str:
        """Some turns in one line, for an error message."""
        if not turns:
            return "there is no turn in it"
        places = {id(turn): place for place, turn in enumerate(self._standing)}
        told = [
            f"{places.get(id(turn), 'rolled back')} {turn.slot.turn_id} ({turn.status})"
            for turn in turns[:LISTED_MAX]
        ]
        more = len(turns) - len(told)
        return "the turns are " + ", ".join(told) + (f" and {more} more" if more else "")

    def _take_back(self, line: int) -> None:
        kept = self._fold.kept
        while self._standing and (not kept or self._standing[-1].slot is not kept[-1]):
            turn = self._standing.pop()
            turn.rolled_back_at = line
            self._by_id.pop(turn.slot.turn_id, None)


def ledger_of(path: str | os.PathLike[str]) -> Ledger:
    """The turns of the file at *path*. Raises SourceError when it cannot be opened."""
    with open_source(path) as source:
        walk = Walk(Reader(source))
        ledger: Ledger | None = None
        for moment in walk:
            ledger = ledger or Ledger(bare=walk.profile.dialect is Dialect.BARE)
            ledger.feed(moment)
    return ledger or Ledger()


def _abbreviates(name: str, turn_id: str) -> bool:
    return len(name) >= SHORT_ID_CHARS and (turn_id.startswith(name) or turn_id.endswith(name))
