"""The page of the lifecycle is made from the tables and is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from turnfold.core import PHASES, Machine, alphabet
from turnfold.tools import generated, lifecycledoc
from turnfold.tools.generated import stale


def test_the_page_of_the_lifecycle_is_current() -> None:
    """docs/lifecycle.md is that of the tables; `make docs` writes it anew."""
    assert [] == stale(lifecycledoc.page_files())


def test_the_page_says_everything_that_the_tables_say() -> None:
    """Each machine has a diagram and a row for each phase, and each event that it sees is named in its part."""
    page = lifecycledoc.lifecycle_page()
    parts = page.split("\n## ")[1 : 1 + len(Machine)]
    for machine, part in zip(Machine, parts, strict=True):
        assert part.startswith(f"{machine.value}\n")
        assert 1 == part.count("stateDiagram-v2")
        assert [] == [phase for phase in PHASES[machine] if f"| **{phase.value}** | " not in part]
        assert [] == [kind for kind in alphabet(machine) if f"[{kind.__name__}](events.md#" not in part]


def test_the_generator_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make docs` writes the page."""
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    lifecycledoc.main()
    assert (tmp_path / "docs/lifecycle.md").read_text("utf-8").startswith("# The lifecycle")
