"""What every test may use."""

from __future__ import annotations

import os
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
