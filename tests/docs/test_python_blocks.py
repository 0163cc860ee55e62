"""Python in the pages is run, or said not to be; and all of it names what is there."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.source import ROOT
from turnfold.tools.transcriptdocs import PAGES

FENCE = re.compile(r"^```python(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = "not-run"
"""Said of a block that needs a network, a key or another program; it is compiled only."""


@attrs.frozen
class Block:
    """A block of Python in a page."""

    page: Path
    name: str
    """File that it is put into, or `not-run`; empty when it says neither."""
    code: str
    rest: str
    """What follows it in the page."""

    def __str__(self) -> str:
        return f"{self.page}:{self.name}"


def pages() -> list[Path]:
    """The README and every page in docs that is written by hand."""
    return [Path("README.md"), *sorted(path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of Python of *page*, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        yield Block(page, found["info"].strip(), found["code"], text[found.end() :])


ALL = [block for page in pages() for block in blocks(page)]


def test_a_page_with_programs_is_run() -> None:
    """Whatever page has a block of Python that is to be run is among those that the transcripts run."""
    assert set() == {block.page for block in ALL if block.name != NOT_RUN} - set(PAGES)


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_program_is_run_where_it_is_shown(block: Block) -> None:
    """Each block has a name that a later command of its page runs, or says that it is not run."""
    assert block.name
    assert block.name == NOT_RUN or runs(block.rest, block.name.removesuffix(".py"))


def runs(rest: str, module: str) -> bool:
    """Whether a command runs the module's file, in pytest or explored too, or another file that imports it."""
    run = rf"^\$ (?:python (?:-m pytest .*)?{module}\.py\b|turnfold explore {module}:)"
    if re.search(run, rest, re.MULTILINE):
        return True
    imports = re.compile(rf"^(?:from|import) {module}\b", re.MULTILINE)
    users = [found for found in FENCE.finditer(rest) if imports.search(found["code"])]
    return any(runs(rest[found.end() :], found["info"].strip().removesuffix(".py")) for found in users)


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_program_imports_what_is_there(block: Block) -> None:
    """Each block compiles, and the names that it takes from turnfold exist."""
    tree = ast.parse(block.code, str(block))
    compile(tree, str(block), "exec")
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    wanted = [
        (node.module, alias.name)
        for node in imports
        if node.module and node.module.startswith("turnfold.")
        for alias in node.names
    ]
    assert [] == [
        f"{module}.{name}" for module, name in wanted if not hasattr(importlib.import_module(module), name)
    ]
