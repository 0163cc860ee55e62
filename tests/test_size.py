"""Files and functions stay small enough to be read in one go, and tests say what they claim."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.source import label, parse, python_files

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method of a file, nested ones included."""
    return (node for node in ast.walk(parse(path)) if isinstance(node, Function))


def line_count(node: Function) -> int:
    """Return the lines from `def` to the end, without decorators."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_are_short() -> None:
    """No file is longer than 400 lines."""
    sizes = {label(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {} == {name: size for name, size in sizes.items() if size > FILE_LINES_MAX}


def test_functions_are_short() -> None:
    """No function is longer than 60 lines."""
    sizes = {
        f"{label(path)}:{node.name}": line_count(node) for path in python_files() for node in functions(path)
    }
    assert {} == {name: size for name, size in sizes.items() if size > FUNCTION_LINES_MAX}


def test_every_test_states_its_claim() -> None:
    """Each test has a docstring: what would be wrong with the project if the test failed."""
    silent = [
        f"{label(path)}:{node.lineno}: {node.name}"
        for path in python_files("tests")
        if path.name.startswith("test_")
        for node in functions(path)
        if node.name.startswith("test_") and ast.get_docstring(node) is None
    ]
    assert [] == silent
