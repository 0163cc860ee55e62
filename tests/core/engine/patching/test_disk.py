"""Files on disk are replaced as a whole, and what cannot be done is said with the path."""

from __future__ import annotations

import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import trio

from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.patching import ApplyPatchTool, DiskFiles, FilesError, FileWrite
from turnfold.core.engine.ports import Attempt, ToolCall

T = TypeVar("T")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run *work* with real threads."""
    return trio.run(work)


def read(path: Path) -> str | None:
    """What the port reads."""

    async def main() -> str | None:
        return await DiskFiles().read(str(path))

    return run(main)


def commit(*writes: tuple[Path, str | None]) -> None:
    """Let the port do *writes*."""

    async def main() -> None:
        await DiskFiles().commit([FileWrite(path=str(path), text=text) for path, text in writes])

    run(main)


def test_a_text_is_written_as_it_is_and_read_back(tmp_path: Path) -> None:
    """No line end and no byte is changed; folders are made where they are missing; nothing is left beside it."""
    path = tmp_path / "new" / "folder" / "f"
    text = "a\r\nb\n\u00e4\U0001f600\x0c"
    commit((path, text))
    assert text.encode() == path.read_bytes()
    assert text == read(path)
    assert [path] == list(path.parent.iterdir())
    commit((path, None))
    assert read(path) is None


def test_permissions_stay_and_new_files_get_the_usual_ones(tmp_path: Path) -> None:
    """A script stays executable; a new file is as private as the user's mask wants it."""
    script = tmp_path / "script"
    script.write_text("a")
    script.chmod(0o750)
    commit((script, "b"), (tmp_path / "new", "c"))
    (tmp_path / "usual").touch()
    assert 0o750 == stat.S_IMODE(script.stat().st_mode)
    assert (tmp_path / "usual").stat().st_mode == (tmp_path / "new").stat().st_mode


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    """Binaries, folders, pipes and monsters are named, and reading a pipe does not wait for a writer."""
    binary, pipe, large = tmp_path / "binary", tmp_path / "pipe", tmp_path / "large"
    binary.write_bytes(b"ab\xff")
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(1 << 30)
    for path, said in (
        (binary, r"is no UTF-8 text \(byte 2\)"),
        (pipe, "is no ordinary file"),
        (tmp_path, "is no ordinary file"),
        (large, "has 1073741824 bytes"),
        (binary / "below", "cannot be read: Not a directory"),
    ):
        with pytest.raises(FilesError, match=said) as error:
            read(path)
        assert str(path) in error.value.message


def test_a_failure_while_staging_changes_no_file(tmp_path: Path) -> None:
    """All texts are written beside their places before the first one is renamed."""
    first, blocked = tmp_path / "first", tmp_path / "file" / "below"
    first.write_text("old")
    (tmp_path / "file").touch()
    for bad, text in ((blocked, "x"), (tmp_path / "half", "\ud800")):
        with pytest.raises(FilesError, match="cannot be written") as error:
            commit((first, "new"), (bad, text))
        assert () == error.value.done
    assert "old" == first.read_text()
    assert {"first", "file"} == {path.name for path in tmp_path.iterdir()}


def test_a_failure_in_the_middle_tells_what_was_done(tmp_path: Path) -> None:
    """What was renamed is listed; nothing temporary is left."""
    first, folder, last = tmp_path / "first", tmp_path / "folder", tmp_path / "last"
    (folder / "full").mkdir(parents=True)
    last.write_text("old")
    with pytest.raises(FilesError, match="folder cannot be written") as error:
        commit((last, None), (first, "new"), (folder, "x"))
    assert (str(first),) == error.value.done
    assert ("new", "old") == (first.read_text(), last.read_text())
    assert {"first", "folder", "last"} == {path.name for path in tmp_path.iterdir()}


def test_real_follows_links(tmp_path: Path) -> None:
    """A link's target counts, also for what does not exist yet."""
    (tmp_path / "link").symlink_to("/nowhere/special")
    assert "/nowhere/special/a" == DiskFiles().real(str(tmp_path / "x" / ".." / "link" / "a"))


def test_the_tool_on_the_disk(tmp_path: Path) -> None:
    """A link is written through and deleted as a link; the file behind it keeps its place."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("1\n")
    link.symlink_to(target)

    async def apply(text: str) -> None:
        desk = BookDesk()
        desk.request("call-1", "apply_patch")
        call = ToolCall(
            call_id="call-1",
            name="apply_patch",
            turn_id="turn-1",
            call_type="custom_tool_call",
            arguments=f"*** Begin Patch\n{text}\n*** End Patch",
        )
        await ApplyPatchTool().prepare(call, str(tmp_path)).attempt(Attempt(number=1, desk=desk))

    trio.run(apply, "*** Update File: link\n-1\n+2")
    assert link.is_symlink()
    assert "2\n" == target.read_text()
    trio.run(apply, "*** Delete File: link")
    assert [target] == list(tmp_path.iterdir())
