"""The public face of `turnfold.replay`."""

from __future__ import annotations

import doctest
import subprocess
import sys

import turnfold.replay


def test_the_example_is_true() -> None:
    """The docstring's example does what it shows."""
    assert 0 == doctest.testmod(turnfold.replay).failed


def test_a_program_pays_for_what_it_uses() -> None:
    """To import the face loads none of the modules behind it."""
    code = "import sys, turnfold.replay; print([m for m in sys.modules if m.startswith('turnfold.replay.')])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_a_wrong_name_is_an_attribute_error() -> None:
    """What is not there is said as Python says it."""
    assert not hasattr(turnfold.replay, "verfy")
