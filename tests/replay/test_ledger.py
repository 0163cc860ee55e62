"""The ledger has every turn, and finds one by what a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from turnfold.replay.histories import write
from turnfold.replay.ledger import Ledger, NoSuchTurn, ledger_of

HISTORY = 'meta; start a; user "1"; complete a; start b; user "2"; abort b; rollback 1; start c; user "3"; complete c'


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Three turns, of which the second was taken back."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(write(HISTORY))
    return ledger_of(path)


def test_turns_that_were_taken_back_are_kept(ledger: Ledger) -> None:
    """They have the line of the rollback and no position; the others are counted without them."""
    assert [False, True, False] == [bool(turn.rolled_back_at) for turn in ledger.turns]
    assert [0, None, 1] == [ledger.position(turn) for turn in ledger.turns]


def test_a_turn_is_found_by_position_and_by_its_id(ledger: Ledger) -> None:
    """Positions count what stands, from either end; an id may be cut at either end; the taken back have ids only."""
    first, second, third = ledger.turns
    assert first is ledger.find("0")
    assert third is ledger.find("1")
    assert third is ledger.find("-1")
    for turn in (first, second, third):
        assert turn is ledger.find(turn.slot.turn_id)
        assert turn is ledger.find(turn.slot.turn_id[-12:])


def test_an_unknown_turn_is_answered_with_those_that_there_are(ledger: Ledger) -> None:
    """Each with its position, id and status."""
    with pytest.raises(NoSuchTurn) as caught:
        ledger.find("9")
    assert all(turn.slot.turn_id in str(caught.value) for turn in ledger.turns)
    assert "rolled back" in str(caught.value)


def test_an_ambiguous_id_is_answered_with_what_it_may_mean(ledger: Ledger) -> None:
    """The beginning that all ids of one hour share says too little."""
    with pytest.raises(NoSuchTurn, match="3 turns are meant by"):
        ledger.find(ledger.turns[0].slot.turn_id[:6])


def test_long_lists_are_cut(tmp_path: Path) -> None:
    """An error message has a bounded number of turns in it."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(write("meta;" + ";".join(f'start t{n}; user "{n}"; complete t{n}' for n in range(30))))
    with pytest.raises(NoSuchTurn, match=r"and 10 more$"):
        ledger_of(path).find("none")


def test_the_turn_of_interest_is_the_last_that_did_not_simply_complete(ledger: Ledger) -> None:
    """Here the interrupted one, although it was taken back; without any turn there is none."""
    assert ledger.turns[1] is ledger.latest_of_interest()
    with pytest.raises(NoSuchTurn, match="no turn"):
        Ledger().latest_of_interest()
