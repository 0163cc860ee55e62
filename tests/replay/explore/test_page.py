"""What the page and the package's docstring show is what comes out."""

from __future__ import annotations

import doctest

from tests.source import ROOT
from turnfold.replay import explore


def test_the_page_shows_what_comes_out() -> None:
    """The example of `docs/exploring.md` runs, and prints what stands there."""
    result = doctest.testfile(str(ROOT / "docs" / "exploring.md"), module_relative=False)
    assert (0, 6) == (result.failed, result.attempted)


def test_the_docstring_shows_what_comes_out() -> None:
    """The example of the package runs."""
    assert 0 == doctest.testmod(explore).failed
