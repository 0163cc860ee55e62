"""The project's own source, for the tests that read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("core", "events", "replay", "rollouts", "tools")


def python_files(*folders: str) -> Iterator[Path]:
    """Yield the Python files under these top-level folders (default: all, tests included), sorted."""
    for folder in folders or (*FOLDERS, "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of one of our files."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def label(path: Path) -> str:
    """Return the path as a person would write it: relative to the repository."""
    return path.relative_to(ROOT).as_posix()


def imported_modules(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of each absolute import, wherever in the file it stands.

    `from turnfold import core` counts as `turnfold.core`: there is nothing else in the namespace package.
    """
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="turnfold", level=0, names=names):
                yield from ((node.lineno, f"turnfold.{alias.name}") for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case _:
                pass
