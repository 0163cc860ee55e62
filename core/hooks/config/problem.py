"""What is wrong with a configuration, as data."""

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class Problem:
    """Something in a file that the user should mend. It never stops a session."""

    path: str
    """The file."""

    message: str
    """What is wrong, and what is left out for it."""

    remedy: str
    """What to do about it."""

    line: int | None = None
    """Line of the fault, counted from 1, where the parser says it."""

    severity: Literal["error", "warning"] = "error"
    """`error`: the file is left out. `warning`: a part of it is, or something will surprise."""

    def __str__(self) -> str:
        """Return one line for a person: place, message, remedy."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}. {self.remedy}."
