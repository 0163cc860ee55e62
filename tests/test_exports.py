"""The public names of each package are a sorted, complete list that can be imported."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source import FOLDERS, ROOT, parse


def packages() -> list[str]:
    """Return the import names of all our packages, those inside the folders included."""
    inits = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("__init__.py")))
    return [".".join(("turnfold", *path.parent.relative_to(ROOT).parts)) for path in inits]


def bound_names(tree: ast.Module) -> Iterator[str]:
    """Yield the public names that a package's `__init__` defines or imports from the project."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "turnfold":
                yield from (alias.asname or alias.name for alias in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


@pytest.mark.parametrize("package", packages())
def test_public_names_are_sorted_and_importable(package: str) -> None:
    """`__all__` is in plain sorted order, names nothing twice, and each name is there."""
    module = importlib.import_module(package)
    names: list[str] = list(module.__all__)
    assert sorted(set(names)) == names
    assert [] == [name for name in names if not hasattr(module, name)]


@pytest.mark.parametrize("package", packages())
def test_public_names_are_complete(package: str) -> None:
    """What an `__init__` brings in under a public name is in `__all__`: there are no half-public names."""
    init = ROOT.joinpath(*package.split(".")[1:]) / "__init__.py"
    public = {name for name in bound_names(parse(init)) if not name.startswith("_")}
    assert set() == public - set(importlib.import_module(package).__all__)


def test_every_folder_with_modules_is_a_package() -> None:
    """A folder that holds modules has an `__init__`: without one it would have no public face."""
    holders: set[Path] = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    assert [] == sorted(folder for folder in holders if not (folder / "__init__.py").is_file())
