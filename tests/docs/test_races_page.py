"""What the tutorial on races says in words agrees with what its commands print.

The commands themselves are run with those of the other pages, by `tests/test_readme.py`.
"""

from __future__ import annotations

import re

from tests.docs.test_links import FENCED, prose
from tests.source import ROOT

PAGE = ROOT / "docs" / "races.md"
CODE = re.compile(r"`[^`]*`|\]\([^)]*\)")
NUMBER = re.compile(r"\b\d+\b")
TOKEN = re.compile(r"tfx\d+~[\w.:-]+~[\w-]+")
PROGRAM = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> str:
    """The programs of the page, and what its commands print."""
    return "\n".join(found[0] for found in FENCED.finditer(PAGE.read_text(encoding="utf-8")))


def test_every_figure_is_printed() -> None:
    """A number in the text is one that a program has or a command prints: none is left from an earlier version."""
    told = set(NUMBER.findall(CODE.sub("", prose(PAGE))))
    assert told
    assert set() == told - set(NUMBER.findall(blocks()))


def test_every_token_in_a_program_was_printed() -> None:
    """What is replayed is what was found, and not a schedule of an earlier version of the page."""
    programs = PROGRAM.findall(PAGE.read_text(encoding="utf-8"))
    pasted = {token for _, code in programs for token in TOKEN.findall(code)}
    assert pasted
    printed = TOKEN.findall(PROGRAM.sub("", PAGE.read_text(encoding="utf-8")))
    assert set() == pasted - set(printed)


def test_the_program_is_as_short_as_it_is_said_to_be() -> None:
    """About thirty lines."""
    first = next(
        code for name, code in PROGRAM.findall(PAGE.read_text(encoding="utf-8")) if name == "pool.py"
    )
    assert 30 == round(len([line for line in first.splitlines() if line]), -1)
