"""What every test may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# No deadlines: a test claims what happens, not how fast this machine is today.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=200, print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of recorded sessions that some tests compare with; skip where there is none."""
    folder = Path(os.environ.get("TURNFOLD_SHARED", ROOT.parent / "shared"))
    if not (folder / "rollouts").is_dir():
        pytest.skip(f"no recorded sessions at {folder} (set TURNFOLD_SHARED to a folder that has rollouts/)")
    return folder


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known that says which findings a test expects in the logs of its sessions."""
    config.addinivalue_line(
        "markers",
        "findings(*codes, why, always=True): the rules find these in the logs of the test's sessions, and why",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Hand the log of every session that a test runs to the rules; what they find fails the test."""
    if "turnfold.core.engine" not in sys.modules:
        return (yield)
    from tests.verified import watching  # only where there is an engine

    mark = item.get_closest_marker("findings")
    codes, always = ((), True) if mark is None else (mark.args, mark.kwargs.get("always", True))
    with watching(codes, always=always):
        return (yield)
