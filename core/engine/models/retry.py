"""When a request that failed is made again."""

import zlib

import attrs
from attrs import validators


@attrs.frozen(kw_only=True)
class Backoff:
    """A policy of retries: how many attempts, and how long to wait before each. It sleeps not and counts not itself.

    The first retry waits `base_s` seconds, each further one `factor` times as long. What the server asks for
    counts instead, as in Codex.
    """

    max_attempts: int = attrs.field(default=5, validator=validators.ge(1))
    """Attempts in all, the first one included."""
    base_s: float = attrs.field(default=0.2, validator=validators.ge(0))
    """Seconds before the second attempt."""
    factor: float = attrs.field(default=2.0, validator=[validators.ge(1), validators.le(100)])
    delay_s_max: float = attrs.field(default=30.0, validator=validators.ge(0))
    """Longest delay of our own, in seconds."""
    retry_after_s_max: float = attrs.field(default=300.0, validator=validators.ge(0))
    """Longest wait, in seconds, that a server may ask for; a request that would wait longer is given up at once."""
    jitter: float = attrs.field(default=0.1, validator=[validators.ge(0), validators.le(1)])
    """A delay of our own is longer or shorter by up to this part of it, so that sessions do not retry in step."""

    def delay_s(
        self, attempt: int, retry_after_s: float | None = None, key: str | None = None
    ) -> float | None:
        """Return the seconds to wait after *attempt* (1 for the first) failed; None to give up.

        Ask only for a failure that is `retryable`.

        Args:
            attempt: number of the attempt that failed.
            retry_after_s: what the server asks for, as `ModelError` says it.
            key: from which the jitter is made, such as the id of the turn: the same key, the same delay.
                Without it there is no jitter.
        """
        if attempt >= self.max_attempts:
            return None
        if retry_after_s is not None:
            return max(0.0, retry_after_s) if retry_after_s <= self.retry_after_s_max else None
        return self._own_delay_s(attempt) * self._stretch(attempt, key)

    def _own_delay_s(self, attempt: int) -> float:
        delay = self.base_s
        for _ in range(attempt - 1):
            delay *= self.factor
            if delay >= self.delay_s_max:
                break
        return min(delay, self.delay_s_max)

    def _stretch(self, attempt: int, key: str | None) -> float:
        if key is None:
            return 1.0
        share = zlib.crc32(f"{key}:{attempt}".encode(errors="replace")) / 0xFFFF_FFFF
        return 1.0 + self.jitter * (2.0 * share - 1.0)
