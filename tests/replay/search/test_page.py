"""What the page and the packages' docstrings show is what comes out."""

from __future__ import annotations

import doctest

from tests.source import ROOT
from turnfold.replay import search
from turnfold.replay.search import session


def test_the_page_shows_what_comes_out() -> None:
    """The examples of `docs/search.md` run, and print what stands there."""
    result = doctest.testfile(str(ROOT / "docs" / "search.md"), module_relative=False)
    assert 0 == result.failed
    assert result.attempted >= 20


def test_the_docstrings_show_what_comes_out() -> None:
    """The examples of the packages run."""
    for package in (search, session):
        result = doctest.testmod(package)
        assert 0 == result.failed
        assert result.attempted >= 3
