"""Searching a folder, or a CODEX_HOME, for rollouts."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import attrs

from turnfold.rollouts.names import ROLLOUT_GLOBS

HOME_FOLDERS: Final = ("sessions", "archived_sessions")
"""Where Codex keeps rollouts: by year, month and day, and flat."""
_ZST: Final = ".zst"


@attrs.frozen(kw_only=True)
class Folder:
    """What is under a folder, each list sorted by path within the places searched."""

    files: tuple[Path, ...]
    """The rollouts to read."""
    twins: tuple[Path, ...]
    """Compressed rollouts beside a plain file of the same name; Codex reads the plain one, too."""
    others: tuple[Path, ...]
    """Files that are not named like rollouts."""
    unreadable: tuple[Path, ...]
    """Folders that could not be listed."""


def is_home(path: Path) -> bool:
    """Return whether *path* is laid out like a CODEX_HOME."""
    return bool(_home_folders(path))


def _home_folders(path: Path) -> list[Path]:
    # Path.is_dir raises, up to Python 3.12, where a folder must not be looked into.
    return [path / name for name in HOME_FOLDERS if os.path.isdir(path / name)]  # noqa: PTH112


def search(path: Path) -> Folder:
    """Look through a folder and all below it; of a CODEX_HOME, only where it keeps rollouts.

    Symbolic links to folders are not followed: they could lead round in a circle.
    """
    roots = _home_folders(path) or [path]
    unreadable: list[Path] = []

    def note(error: OSError) -> None:
        unreadable.append(Path(error.filename))

    found: list[Path] = []
    others: list[Path] = []
    for root in roots:
        for parent, folders, files in os.walk(root, onerror=note):
            folders.sort()
            for name in sorted(files):
                kept = found if any(fnmatchcase(name, glob) for glob in ROLLOUT_GLOBS) else others
                kept.append(Path(parent, name))
    twins = {file for file in found if file.suffix == _ZST} & {Path(f"{file}{_ZST}") for file in found}
    return Folder(
        files=tuple(file for file in found if file not in twins),
        twins=tuple(sorted(twins)),
        others=tuple(others),
        unreadable=tuple(unreadable),
    )
