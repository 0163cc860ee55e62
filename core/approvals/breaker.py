"""The circuit breaker of the automated reviewer: a turn in which it denies again and again is stopped."""

from typing import Final

import attrs

CONSECUTIVE_DENIALS_MAX: Final = 3
"""So many denials in a row open the breaker."""

RECENT_DENIALS_MAX: Final = 10
"""So many denials among the last `WINDOW` reviews open it too."""

WINDOW: Final = 50
"""Number of reviews that are remembered."""


@attrs.frozen
class Breaker:
    """The reviews of one turn so far, as far as the breaker has to know them. A new turn begins with a new one."""

    consecutive: int = 0
    """Denials since the last review that was none."""

    recent: tuple[bool, ...] = ()
    """Whether each of the last `WINDOW` reviews was a denial, oldest first."""

    def after(self, *, denied: bool) -> "Breaker":
        """Return the breaker after one more review. One that did not deny ends the row, a timeout too."""
        recent = (*self.recent, denied)[-WINDOW:]
        return Breaker(self.consecutive + 1 if denied else 0, recent)

    @property
    def complaint(self) -> str | None:
        """Why the turn is to be stopped, as a warning to the user; None while it may go on."""
        if self.consecutive >= CONSECUTIVE_DENIALS_MAX:
            count = f"{self.consecutive} calls in a row"
        elif sum(self.recent) >= RECENT_DENIALS_MAX:
            count = f"{sum(self.recent)} of the last {len(self.recent)} calls"
        else:
            return None
        return f"The automated reviewer denied {count}; the turn is interrupted."
