"""What a patch would make of the files, worked out before any of them is touched."""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from turnfold.core.engine.patching.files import Files, FilesError, FileWrite
from turnfold.core.engine.ports import ToolFailed
from turnfold.core.patch import AddFile, DeleteFile, FileChange, PatchError, UpdateFile, apply


@attrs.frozen(kw_only=True)
class Step:
    """A section of the patch with its places on disk."""

    change: FileChange
    """The section."""

    path: str
    """File that it is about, absolute and without links."""

    target: str
    """File that gets the text: another one when the file is moved."""


@attrs.frozen(kw_only=True)
class Plan:
    """All that a patch does."""

    before: Mapping[str, str | None]
    """Text of each file that it is about, as found; None for one that does not exist."""

    after: Mapping[str, str | None]
    """Text of each file when all is done."""

    letters: Mapping[str, str]
    """`A`, `M` or `D` for each file whose fate is told to the model, by its path as the patch says it."""

    @property
    def writes(self) -> tuple[FileWrite, ...]:
        """What has to be written and removed."""
        return tuple(
            FileWrite(path=path, text=text) for path, text in self.after.items() if text != self.before[path]
        )


def steps(changes: Sequence[FileChange], folder: str, real: Callable[[str], str]) -> tuple[Step, ...]:
    """Find the places of *changes*, whose relative paths start at *folder*."""
    return tuple(_steps(changes, folder, real))


def _steps(changes: Sequence[FileChange], folder: str, real: Callable[[str], str]) -> Iterator[Step]:
    for change in changes:
        path = posixpath.join(folder, change.path)
        match change:
            case AddFile():
                yield Step(change=change, path=real(path), target=real(path))
            case DeleteFile():
                yield Step(change=change, path=_itself(path, real), target=_itself(path, real))
            case UpdateFile(move_to=None):
                yield Step(change=change, path=real(path), target=real(path))
            case UpdateFile(move_to=move_to):
                target = real(posixpath.join(folder, move_to or ""))
                yield Step(change=change, path=_itself(path, real), target=target)


def _itself(path: str, real: Callable[[str], str]) -> str:
    """Return the place of what is removed: of a link that is the link and not the file behind it."""
    head, name = posixpath.split(posixpath.normpath(path))
    return posixpath.join(real(head), name)


async def verify(steps: Sequence[Step], files: Files) -> Plan:
    """Read the files and apply all steps in memory, each to what the ones before it leave.

    Raises ToolFailed when one does not fit; then nothing was written.
    """
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    letters: dict[str, str] = {}
    for step in steps:
        try:
            for path in (step.path, step.target):
                if path not in before:
                    before[path] = after[path] = await files.read(path)
            _step(step, after)
        except (PatchError, FilesError) as error:
            raise ToolFailed(
                f"apply_patch verification failed: {step.change.path}: {error.message}\nNothing was written."
            ) from error
        shown, letter = _told(step)
        letters[shown] = letter
    return Plan(before=before, after=after, letters=letters)


def _step(step: Step, texts: dict[str, str | None]) -> None:
    match step.change:
        case AddFile(content=content):
            # As in Codex, a file that exists already is written anew.
            texts[step.path] = content
        case DeleteFile(line=line):
            _existing(step.path, texts, line)
            texts[step.path] = None
        case UpdateFile(hunks=hunks, line=line):
            new = apply(_existing(step.path, texts, line), hunks)
            texts[step.path] = None
            texts[step.target] = new


def _existing(path: str, texts: Mapping[str, str | None], line: int) -> str:
    text = texts[path]
    if text is None:
        raise PatchError(
            f"there is no file {path}. Look up its name, or create it with '*** Add File:'", line
        )
    return text


def _told(step: Step) -> tuple[str, str]:
    """Return the path that is told to the model, and its letter."""
    match step.change:
        case AddFile(path=path):
            return path, "A"
        case DeleteFile(path=path):
            return path, "D"
        case UpdateFile(path=path, move_to=move_to):
            return move_to or path, "M"
