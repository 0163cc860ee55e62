"""What the page shows is what comes out."""

from __future__ import annotations

import doctest

from tests.source import ROOT


def test_the_page_shows_what_comes_out() -> None:
    """The examples of `docs/linearizability.md` run, and print what stands there."""
    result = doctest.testfile(str(ROOT / "docs" / "linearizability.md"), module_relative=False)
    assert (0, 25) == (result.failed, result.attempted)
