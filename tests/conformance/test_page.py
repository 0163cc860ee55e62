"""The page about the comparison says what the tables say."""

from __future__ import annotations

import re

from tests.conformance.differences import DIFFERENCES
from tests.conformance.page import PAGE, rendered
from tests.conformance.test_files import NAMES
from tests.source import ROOT


def test_the_page_is_fresh() -> None:
    """`PYTHONPATH=. python -m tests.conformance.page` writes it anew."""
    assert rendered(len(NAMES)) == PAGE.read_text(encoding="utf-8")


def test_differences_name_requirements() -> None:
    """Each is filed under a line of the acceptance list."""
    known = set(re.findall(r"\b[A-G]\d+\b", (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")))
    assert {each.requirement for each in DIFFERENCES.values()} <= known
