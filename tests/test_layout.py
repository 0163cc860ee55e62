"""The folders import downwards only, and the pure ones touch nothing outside."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source import FOLDERS, ROOT, imported_modules, label, parse, python_files

MAY_IMPORT: dict[str, set[str]] = {
    "events": set(),
    "core": {"events"},
    "rollouts": {"events"},
    "replay": {"events", "core", "rollouts"},
    "tools": {"events", "core", "rollouts", "replay"},
}
IMPURE_MODULES = {
    "asyncio", "datetime", "os", "pathlib", "random", "secrets", "socket", "subprocess", "threading", "time",
    "trio", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"input", "open", "print"}


def pure_files() -> Iterator[Path]:
    """Yield the files that may know no clock, no randomness and no I/O."""
    engine = ROOT / "core" / "engine"
    return (path for path in python_files("events", "core") if not path.is_relative_to(engine))


def test_the_table_of_imports_names_every_folder() -> None:
    """A folder that is not in the table of imports does not exist."""
    assert set(FOLDERS) == set(MAY_IMPORT)
    assert set(FOLDERS) == {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_downwards(folder: str) -> None:
    """What a folder imports of ours is itself or stands below it in the table."""
    allowed = MAY_IMPORT[folder] | {folder}
    upward = [
        f"{label(path)}:{line}: {name}"
        for path in python_files(folder)
        for line, name in imported_modules(parse(path))
        if name.startswith("turnfold.") and name.split(".")[1] not in allowed
    ]
    assert [] == upward


def test_imports_are_absolute() -> None:
    """Each import says in full where the name comes from."""
    relative = [
        f"{label(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert [] == relative


def test_the_pure_part_imports_nothing_of_the_outside_world() -> None:
    """Time, ids and randomness arrive in the envelope: the pure part has no module to make them."""
    impure = [
        f"{label(path)}:{line}: {name}"
        for path in pure_files()
        for line, name in imported_modules(parse(path))
        if name.split(".")[0] in IMPURE_MODULES
    ]
    assert [] == impure


def test_the_pure_part_does_no_io_by_builtins() -> None:
    """No `open`, `print` or `input` in the pure part: these need no import to reach outside."""
    impure = [
        f"{label(path)}:{node.lineno}: {node.func.id}()"
        for path in pure_files()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS
    ]
    assert [] == impure


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_not_importable_by_its_bare_name(folder: str) -> None:
    """`import core` fails, so no module can be loaded twice, under two names.

    Under `python -m pytest` this test fails, because that puts the checkout on the path: use `pytest`.
    """
    assert importlib.util.find_spec(folder) is None
    assert folder not in sys.modules


def test_every_shipped_package_is_typed() -> None:
    """Each import package carries `py.typed`, without which its users' type checkers ignore it."""
    assert [] == [folder for folder in FOLDERS if not (ROOT / folder / "py.typed").is_file()]
