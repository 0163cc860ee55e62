"""Give the type checkers a tree whose folders match the import names.

The repository keeps each import package at its top level (`core/` is `turnfold.core`). Type checkers cannot
follow the import hook of the editable install, so `build/ns/turnfold/<folder>` is linked to each folder. The
table of folders is the one that packaging uses, read from `pyproject.toml`.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def package_folders(root: Path = ROOT) -> dict[str, str]:
    """Return the import packages and their folders, e.g. `{"turnfold.core": "core"}`."""
    config = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    folders: dict[str, str] = config["tool"]["setuptools"]["package-dir"]
    return folders


def link_packages(root: Path = ROOT) -> None:
    """Make `build/ns` under `root` mirror the import names; links that are right already are left alone."""
    for name, folder in package_folders(root).items():
        link = root / "build" / "ns" / Path(*name.split("."))
        target = root / folder
        if link.is_symlink() and link.readlink() == target:
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target, target_is_directory=True)


def main() -> int:
    """Link, and return the exit code."""
    link_packages()
    return 0


if __name__ == "__main__":
    sys.exit(main())
