"""What the package's docstring shows is what comes out. (The page is run with the other pages.)"""

from __future__ import annotations

import doctest

from turnfold.replay import explore


def test_the_docstring_shows_what_comes_out() -> None:
    """The example of the package runs."""
    assert 0 == doctest.testmod(explore).failed
