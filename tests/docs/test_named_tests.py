"""Pages that rest on tests name tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.source import ROOT, parse

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ITEM = re.compile(r"^\d+\. ", re.MULTILINE)
PAGES = [Path("docs/guarantees.md"), Path("docs/hazards.md")]


@cache
def functions(path: Path) -> frozenset[str]:
    """The names of the functions of a file; none for a file that is not there."""
    if not path.exists():
        return frozenset()
    tree = parse(path)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_named_test_exists(page: Path) -> None:
    """Each `tests/...py::test_...` is a test of that file, each `tests/...py` a file."""
    found = NAMED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert found
    missing = [
        f"{file}::{name}"
        for file, name in found
        if not (ROOT / file).exists() or (name and name not in functions(ROOT / file))
    ]
    assert [] == missing


def test_every_guarantee_is_shown() -> None:
    """No promise stands there without a test, and they are counted without a gap."""
    text = (ROOT / PAGES[0]).read_text(encoding="utf-8")
    starts = [found.start() for found in ITEM.finditer(text)]
    items = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert list(range(1, len(items) + 1)) == [int(item.partition(".")[0]) for item in items]
    assert [] == [item.partition("\n")[0] for item in items if not NAMED.search(item)]
