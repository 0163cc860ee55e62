"""What the page and the package's docstring show is what comes out, and the package says what it needs."""

from __future__ import annotations

import doctest
import subprocess
import sys

from tests.source import ROOT
from turnfold.replay import testing

WITHOUT = """
import sys
sys.modules["hypothesis"] = None
try:
    import turnfold.replay.testing
except ImportError as error:
    print(error)
"""


def test_the_page_shows_what_comes_out() -> None:
    """The examples of `docs/testing.md` run, and print what stands there."""
    result = doctest.testfile(str(ROOT / "docs" / "testing.md"), module_relative=False)
    assert 0 == result.failed
    assert result.attempted >= 16


def test_the_docstring_shows_what_comes_out() -> None:
    """The example of the package runs."""
    result = doctest.testmod(testing)
    assert 0 == result.failed


def test_without_hypothesis_it_says_what_to_install() -> None:
    """The message of the import names the extra."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "pip install 'turnfold[test]'" in ran.stdout
