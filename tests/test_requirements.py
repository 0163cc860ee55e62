"""The acceptance list is whole, and tests that say they show a line of it name a line that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.source import ROOT, label, parse, python_files

LINES_PER_CHAPTER = {"A": 6, "B": 9, "C": 7, "D": 5, "E": 3, "F": 17, "G": 3}
"""How many lines each chapter has; ids are never reused, so these only grow."""

ROW = re.compile(r"^\| ([A-Z]\d+) \| \S", re.MULTILINE)


def listed_ids() -> list[str]:
    """Return the ids of the rows in `docs/requirements.md`, in their order there."""
    return ROW.findall((ROOT / "docs" / "requirements.md").read_text(encoding="utf-8"))


def claims() -> Iterator[tuple[str, str]]:
    """Yield `file:line` and id of each `covers` mark; what is no literal comes as its source text.

    A mark that is made of a table, `covers(*each.covers)`, is read where the table says `covers=(...)`.
    """
    for path in python_files("tests"):
        for node in ast.walk(parse(path)):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="covers"), args=[ast.Starred(value=ast.Attribute(attr="covers"))]
                ):
                    continue
                case ast.Call(func=ast.Attribute(attr="covers"), args=args):
                    pass
                case ast.keyword(arg="covers", value=ast.Tuple(elts=args)):
                    pass
                case _:
                    continue
            for arg in args:
                text = arg.value if isinstance(arg, ast.Constant) else ast.unparse(arg)
                yield f"{label(path)}:{node.lineno}", str(text)


def test_every_requirement_has_one_row() -> None:
    """The list runs from A1 to G3 without a gap and without a repeat."""
    expected = [f"{chapter}{n}" for chapter, last in LINES_PER_CHAPTER.items() for n in range(1, last + 1)]
    assert expected == listed_ids()


def test_marks_name_known_requirements() -> None:
    """A test cannot claim to show a requirement that is not on the list."""
    known = set(listed_ids())
    assert [] == [f"{where}: {claimed}" for where, claimed in claims() if claimed not in known]


def test_every_requirement_is_shown() -> None:
    """No line of the list is without a test that claims to show it."""
    claimed = {requirement for _, requirement in claims()}
    assert [] == [requirement for requirement in listed_ids() if requirement not in claimed]
