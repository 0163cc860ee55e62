"""What the README and the pages in docs show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.source import ROOT
from turnfold.tools.cli import COMMANDS
from turnfold.tools.transcriptdocs import BLOCK, PAGES, transcribed

LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_prints_what_the_page_says(page: Path) -> None:
    """Each output in a console block is the present one, to the letter: `make docs` writes them anew."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.splitlines() == transcribed(text).splitlines()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_works(page: Path) -> None:
    """No output that a page shows is a complaint of ours or a traceback."""
    shown = "".join(block["body"] for block in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")))
    assert [] == re.findall(r"^(?:turnfold: |Usage: |Traceback|.*: not found$).*", shown, re.MULTILINE)


def test_the_readme_has_every_command() -> None:
    """Its table has a row for each command, in the order of `turnfold --help`."""
    rows = re.findall(r"^\| `turnfold (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert list(COMMANDS) == rows


@pytest.mark.parametrize("page", [*PAGES, Path("CONTRIBUTING.md"), Path("docs/README.md")], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link names a file or folder of the checkout."""
    links = LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert [] == [link for link in links if not (ROOT / page.parent / link).exists()]


def test_outputs_are_written_anew() -> None:
    """A page with a wrong output is mended, files are there for later commands, and `$?` is that of the command."""
    page = (
        "```python say.py\nprint(6 * 7)\n```\n\n```console\n$ python say.py\n41\n$ (exit 3)\n$ echo $?\n```\n"
    )
    assert page.replace("41\n", "42\n").replace("$?\n", "$?\n3\n") == transcribed(page)
