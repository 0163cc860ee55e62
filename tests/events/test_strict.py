"""Where a value does not fit is found in the errors of cattrs."""

from __future__ import annotations

from cattrs import ClassValidationError

from turnfold.events import TurnStarted
from turnfold.events.strict import first_problem


def test_notes_of_others_are_passed_over() -> None:
    """A note that is no path, such as one that a debugger left, does not become part of the path."""
    problem = TypeError("expected text")
    problem.add_note("seen on a Tuesday")
    # cattrs adds the class as a third argument; the stubs of ExceptionGroup do not know it.
    group = ClassValidationError("", [problem], TurnStarted)  # pyright: ignore[reportCallIssue]
    assert ("", problem) == first_problem(group)
