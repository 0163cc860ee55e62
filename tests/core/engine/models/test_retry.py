"""A failed request is made again when that may help, later each time, and not for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine.models import Backoff


def test_each_delay_is_twice_the_last_until_the_attempts_are_used_up() -> None:
    """Five attempts have four delays between them."""
    assert [0.2, 0.4, 0.8, 1.6, None, None] == [Backoff().delay_s(n) for n in range(1, 7)]


def test_a_delay_has_a_limit() -> None:
    """However many attempts there are, a delay of ours does not pass the limit, nor any number."""
    patient = Backoff(max_attempts=100_000, factor=100, delay_s_max=10)
    assert [0.2, 10, 10] == [patient.delay_s(attempt) for attempt in (1, 2, 99_999)]


def test_the_server_says_how_long_to_wait() -> None:
    """Its wish counts instead of our delay, without jitter; a wish for the past is one for now."""
    assert 7 == Backoff().delay_s(1, 7, "turn-1")
    assert 0 == Backoff().delay_s(1, -7)


def test_a_server_that_asks_for_too_long_a_wait_is_given_up() -> None:
    """Nobody wants to look at a turn that waits for an hour: the error says it at once."""
    assert Backoff(retry_after_s_max=60).delay_s(1, 61) is None
    assert Backoff(retry_after_s_max=60).delay_s(1, float("nan")) is None


def test_one_attempt_means_no_retry() -> None:
    """A policy of one attempt gives up on the first failure."""
    assert Backoff(max_attempts=1).delay_s(1) is None


@given(st.text(), st.integers(1, 4))
def test_jitter_comes_from_the_key_and_stays_near_the_delay(key: str, attempt: int) -> None:
    """The same key gives the same delay, within a tenth of the plain one."""
    plain = Backoff(jitter=0).delay_s(attempt, key=key)
    delay = Backoff().delay_s(attempt, key=key)
    assert plain is not None
    assert delay is not None
    assert plain == Backoff().delay_s(attempt)
    assert delay == Backoff().delay_s(attempt, key=key)
    assert plain * 0.899 <= delay <= plain * 1.101


def test_keys_spread_the_retries() -> None:
    """Sessions that failed together do not come back together."""
    assert 1 < len({Backoff().delay_s(1, key=f"turn-{number}") for number in range(10)})


@pytest.mark.parametrize("broken", [{"max_attempts": 0}, {"base_s": -1}, {"factor": 0.5}, {"jitter": 2}])
def test_a_policy_without_sense_is_refused(broken: dict[str, float]) -> None:
    """A wrong number is noticed when the policy is made, not at the first failure."""
    with pytest.raises(ValueError, match=next(iter(broken))):
        Backoff(**broken)  # type: ignore[arg-type]
