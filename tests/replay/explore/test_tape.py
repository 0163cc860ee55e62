"""Tokens hold what a tape holds, and a bad one says what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.replay.explore import BadToken, Cancel, Deviation, Tape, decode, encode, scenario_of

SCENARIO = "tests.some:thing"
TOKEN = encode(Tape(deviations=((3, 1), (9, 0)), fingerprint=7), SCENARIO)


def rising(pairs: list[Deviation]) -> tuple[Deviation, ...]:
    """Deviations at gaps, as a tape has them."""
    at = -1
    found: list[Deviation] = []
    for gap, index in pairs:
        at += gap + 1
        found.append((at, index))
    return tuple(found)


numbers = st.integers(0, 10_000)
tapes = st.builds(
    Tape,
    deviations=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 300)), max_size=80).map(rising),
    cancel=st.none() | st.builds(Cancel, numbers, numbers),
    patience=numbers,
    fingerprint=st.none() | st.integers(0, 2**32 - 1),
)
names = st.text(st.characters(exclude_characters="~", codec="utf-8"))


@given(tape=tapes, name=names)
def test_a_token_holds_the_whole_tape(tape: Tape, name: str) -> None:
    """Encoding and decoding gives the tape again; the token names its scenario."""
    token = encode(tape, name)
    assert tape == decode(token, name)
    assert name == scenario_of(token)


def _read(token: str) -> Tape | str:
    try:
        return decode(token)
    except BadToken as error:
        return "damaged" if "damaged" in str(error) else str(error)


@given(place=st.integers(0), letter=st.sampled_from("ABCxyz019_-"))
def test_a_changed_letter_is_noticed(place: int, letter: str) -> None:
    """No other letter in the place of one gives another tape."""
    start = TOKEN.rindex("~") + 1
    at = start + place % (len(TOKEN) - start)
    changed = TOKEN[:at] + letter + TOKEN[at + 1 :]
    assert _read(changed) in {"damaged", decode(TOKEN)}  # unused bits of the last letter may differ


def test_a_token_is_short() -> None:
    """Twelve choices take less than a line."""
    tape = Tape(deviations=tuple((7 * place, 1) for place in range(12)), fingerprint=2**32 - 1)
    assert len(encode(tape, "")) < 60


def test_spaces_around_a_token_do_no_harm() -> None:
    """A token may have been pasted with the end of its line."""
    assert decode(TOKEN) == decode(f"  {TOKEN}\n")


@pytest.mark.parametrize(
    ("token", "complaint"),
    [
        (TOKEN.replace("tfx1", "tfx9"), "the token is of format 9, this turnfold reads 1"),
        (TOKEN[:-3], "the token is damaged"),
        (TOKEN[: TOKEN.rindex("~") + 1], "the token is damaged"),
        (TOKEN.replace("thing", "other"), "the token is damaged"),
        ("please replay", "not a token of a schedule: 'please replay'"),
        ("", "not a token of a schedule"),
        ("x" * 100, "xxx...'"),
    ],
)
def test_a_bad_token_says_what_is_wrong(token: str, complaint: str) -> None:
    """Another version, a part of a token, something else: each has a message of its own, with what to do."""
    with pytest.raises(BadToken) as caught:
        decode(token)
    assert complaint in str(caught.value)


def test_a_token_of_another_scenario_is_refused() -> None:
    """The message names both scenarios."""
    with pytest.raises(BadToken) as caught:
        decode(TOKEN, "tests.some:other")
    assert "of the scenario 'tests.some:thing', not of 'tests.some:other'" in str(caught.value)


def test_a_scenario_with_a_tilde_in_its_name_has_no_token() -> None:
    """The sign that separates the parts of a token cannot be in one."""
    with pytest.raises(ValueError, match="cannot hold '~'"):
        encode(Tape(), "a~b")
