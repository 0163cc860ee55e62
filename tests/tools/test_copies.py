"""A new file is there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from turnfold.rollouts.source import STDIN
from turnfold.tools.copies import new_file
from turnfold.tools.exits import Complaint


def write(target: Path, then: Callable[[], object]) -> None:
    """Write a byte, do something else, and end."""
    with new_file(target, STDIN) as file:
        file.write(b"x")
        then()


def test_it_appears_when_it_is_whole(tmp_path: Path) -> None:
    """Until then nobody sees it under its name."""
    target = tmp_path / "a.jsonl"
    with new_file(target, STDIN) as file:
        file.write(b"x")
        assert not target.exists()
    assert ([target], b"x") == (list(tmp_path.iterdir()), target.read_bytes())


def test_whatever_interrupts_leaves_nothing(tmp_path: Path) -> None:
    """Not even a part under another name."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "a.jsonl", stop)
    assert [] == list(tmp_path.iterdir())


def test_a_name_that_is_taken_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """Somebody else's file is not replaced, however late it comes."""
    target = tmp_path / "a.jsonl"
    with pytest.raises(Complaint, match="--force"):
        write(target, lambda: target.write_bytes(b"theirs"))
    assert ([target], b"theirs") == (list(tmp_path.iterdir()), target.read_bytes())


@pytest.mark.parametrize(
    ("error", "taken"), [(FileExistsError(), True), (PermissionError("no links here"), False)]
)
def test_links_need_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, taken: bool
) -> None:
    """A file system without hard links gets the file by a rename; a name that was just taken is refused."""

    def fails(self: Path, other: Path) -> None:
        raise error

    monkeypatch.setattr(Path, "hardlink_to", fails)
    target = tmp_path / "a.jsonl"
    try:
        with new_file(target, STDIN) as file:
            file.write(b"x")
    except Complaint:
        assert taken
    assert taken is not target.exists()


def test_a_folder_that_takes_no_files_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which file could not be written."""

    def fails(**_: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("turnfold.tools.copies.tempfile.mkstemp", fails)
    with (
        pytest.raises(Complaint, match=r"a\.jsonl: Permission denied"),
        new_file(tmp_path / "a.jsonl", STDIN),
    ):
        pass
