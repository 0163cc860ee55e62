"""pytest with our plugin, and of all others only those that are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module

import pytest

OURS = "turnfold.tools.pytest_plugin"
_TOKEN = re.compile(r"--interleave-replay=([^' ]+)")


def run(pytester: pytest.Pytester, *words: str, plugins: Sequence[str] = (OURS,)) -> pytest.RunResult:
    """Run pytest in the test's folder, inside of this process."""
    import_module("turnfold.replay.testing")  # once: pytester forgets what is loaded inside of it
    with pytest.MonkeyPatch.context() as patch:
        _alone(pytester, patch)
        return pytester.runpytest_inprocess(*_loading(plugins), *words)


def run_process(pytester: pytest.Pytester, *words: str, plugins: Sequence[str] = (OURS,)) -> pytest.RunResult:
    """Run pytest in the test's folder, in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        _alone(pytester, patch)
        return pytester.runpytest_subprocess(*_loading(plugins), *words, timeout=300)


def _alone(pytester: pytest.Pytester, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    patch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(pytester.path / "hypothesis"))


def _loading(plugins: Sequence[str]) -> list[str]:
    return [word for plugin in plugins for word in ("-p", plugin)]


def token_in(result: pytest.RunResult) -> str:
    """The token that a report says to replay."""
    found = _TOKEN.search(result.stdout.str())
    assert found is not None, result.stdout.str()
    return found[1]
