"""Which rows of a fork are its parent's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from turnfold.replay.copies import begins_copy, ends_copy, time_s, uuid7_time_s
from turnfold.replay.session import SessionView
from turnfold.rollouts import Dialect, profile_of

OLDER = "019b9dae-b19e-781e-80a0-32ab9924609e"
OWN = "019b9daf-cf75-7c39-a730-87ce1aab49f9"
NEWER = "019b9daf-e6f0-788d-905a-4cb70f981382"


def meta(session_id: str = OWN, **more: object) -> SimpleNamespace:
    return SimpleNamespace(session_id=session_id, **{"forked_from_id": None, "created_at_text": None, **more})


def view(identity: SimpleNamespace | None) -> SessionView:
    return SessionView(profile=profile_of(Dialect.CODEX), identity=identity)


def start(turn_id: str, started_at_s: int | None = None) -> SimpleNamespace:
    return SimpleNamespace(turn_id=turn_id, started_at_s=started_at_s)


def test_the_time_in_an_id_of_version_7() -> None:
    """The first 48 bits are milliseconds; ids of other versions have no time."""
    assert 1767877103.477 == uuid7_time_s(OWN)
    assert uuid7_time_s("d89b490c-ca11-489b-a90c-ca1172a395a8") is None
    assert uuid7_time_s("turn-1") is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1970-01-01T00:00:01.500Z", 1.5), ("1970-01-01T00:00:01", 1.0), ("yesterday", None), (None, None)],
)
def test_iso_times(text: str | None, seconds: float | None) -> None:
    """A time without a zone is UTC; what is no time has no seconds."""
    assert seconds == time_s(text)


def test_a_fork_begins_with_copied_rows() -> None:
    """The identity of a fork says so; the identity of any other session does not."""
    assert begins_copy(view(None), meta(forked_from_id=OLDER))
    assert not begins_copy(view(None), meta())


def test_the_parents_meta_begins_them_too() -> None:
    """A second `session_meta` of another session, before any turn, is the head of copied rows."""
    assert begins_copy(view(meta()), meta(OLDER))
    assert not begins_copy(view(meta()), meta(OWN))
    began = view(meta())
    began.started["a"] = 3
    assert not begins_copy(began, meta(OLDER))


def test_copied_turns_are_older_than_the_fork() -> None:
    """A turn that began before the fork was made is copied, by its id or else by its start time."""
    fork = view(meta())
    assert not ends_copy(fork, start(OLDER))
    assert ends_copy(fork, start(NEWER))
    dated = view(meta("fork", created_at_text="2026-01-08T12:00:00Z"))
    made = 1767873600
    assert not ends_copy(dated, start("t", made - 60))
    assert ends_copy(dated, start("t", made))
    assert ends_copy(dated, start("t"))
    assert ends_copy(view(None), start("t"))
