"""Files that are made from code: written by `make docs`, and held current by a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write(files: Mapping[Path, str], *, owned: tuple[Path, str] | None = None) -> None:
    """Write each file, named relative to the checkout, with its text.

    `owned` is a folder and a pattern: other files of that kind are removed, for nothing makes them any more.
    """
    for path, text in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    for path in _present(owned) - files.keys():
        (ROOT / path).unlink()


def stale(files: Mapping[Path, str], *, owned: tuple[Path, str] | None = None) -> list[str]:
    """Return the names of files that differ from what they should hold, are missing, or are there in vain."""
    differing = {path for path, text in files.items() if _text(path) != text}
    return sorted(str(path) for path in differing | (_present(owned) - files.keys()))


def _text(path: Path) -> str | None:
    whole = ROOT / path
    return whole.read_text(encoding="utf-8") if whole.is_file() else None


def _present(owned: tuple[Path, str] | None) -> set[Path]:
    if owned is None:
        return set()
    folder, pattern = owned
    return {path.relative_to(ROOT) for path in (ROOT / folder).glob(pattern)}
