"""From what a user names to the files to read.

A name is a file (taken whatever it is called), a folder, a CODEX_HOME, the beginning of a session id, or `-`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import attrs

from turnfold.rollouts.folders import Folder, is_home, search
from turnfold.rollouts.names import RolloutName, parse_name
from turnfold.rollouts.source import STDIN

_ID_PREFIX: Final = re.compile(r"[0-9A-Za-z-]+")
_LISTED_MAX: Final = 8


class DiscoveryError(Exception):
    """Nothing to read under a name, or too much. For a file that is there but cannot be read, see SourceError."""


@attrs.frozen(kw_only=True)
class Discovery:
    """What was found under all the names together."""

    paths: tuple[str, ...]
    """What to read, each file once, in the order of the names, sorted within a folder; `-` is standard input."""
    twins: tuple[str, ...] = ()
    """Compressed files passed over because the plain file of the same name is there."""
    unreadable: tuple[str, ...] = ()
    """Folders that could not be looked into."""
    others: int = 0
    """How many files were passed over because they are not named like rollouts."""


def codex_home() -> Path:
    """Return the folder in which Codex keeps its sessions: `$CODEX_HOME`, else `~/.codex`."""
    return Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex")


def discover(
    names: Sequence[str | os.PathLike[str]],
    *,
    since: date | None = None,
    latest: int | None = None,
    home: Path | None = None,
) -> Discovery:
    """Find the files that *names* stand for.

    *since* (local time, if it has no zone) and *latest* (how many) choose by the time in the file's name, or by
    its last change where the name has none. They choose among the files of folders: one that was named itself,
    or by its session id, is read in any case. Session ids are looked up in *home*, by default `codex_home()`.

    Raises DiscoveryError, which says what was there instead and what can be done.
    """
    entries: list[tuple[str, bool]] = []  # a path, and whether it was searched for and not named
    folders: list[Folder] = []
    for given in names:
        name = os.fspath(given)
        if name == STDIN:
            entries.append((STDIN, False))
        elif (mode := _mode(name)) is None:
            entries += ((str(file), False) for file in _session(name, home or codex_home()))
        elif stat.S_ISDIR(mode):
            folder = _searched(name)
            folders.append(folder)
            entries += ((str(file), True) for file in folder.files)
        else:
            entries.append((name, False))
    chosen = _chosen([path for path, searched in entries if searched], since, latest)
    paths: dict[str, str] = {}
    for path, searched in entries:
        if not searched or path in chosen:
            paths.setdefault(path if path == STDIN else os.path.realpath(path), path)
    if not paths:
        raise DiscoveryError(_nothing(names, since))
    return Discovery(
        paths=tuple(paths.values()),
        twins=_texts(folders, lambda folder: folder.twins),
        unreadable=_texts(folders, lambda folder: folder.unreadable),
        others=sum(len(folder.others) for folder in folders),
    )


def _texts(folders: Iterable[Folder], pick: Callable[[Folder], Iterable[Path]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(path) for folder in folders for path in pick(folder)))


def _mode(name: str) -> int | None:
    """Return what kind of file *name* is, None if there is none; that it must not be looked at is an error."""
    try:
        return os.stat(name).st_mode  # noqa: PTH116 (Path("") is the current folder, and an empty name is no file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DiscoveryError(
            f"{name}: {error.strerror}; check the permissions of the folders above"
        ) from error


def _searched(name: str) -> Folder:
    folder = search(Path(name))
    if folder.files:
        return folder
    if folder.unreadable:
        raise DiscoveryError(f"{name}: cannot look into {folder.unreadable[0]}; check its permissions")
    what = "CODEX_HOME without rollouts" if is_home(Path(name)) else "no rollout*.jsonl or rollout*.jsonl.zst"
    if not folder.others:
        raise DiscoveryError(f"{name}: {what}, and no other file; check the path")
    listed = _listed(str(file.relative_to(name)) for file in folder.others)
    raise DiscoveryError(
        f"{name}: {what}, only {listed}; name a file itself to read it whatever it is called"
    )


def _session(prefix: str, home: Path) -> tuple[Path, ...]:
    """Return the files of the one session whose id begins with *prefix*."""
    if not _ID_PREFIX.fullmatch(prefix):
        raise DiscoveryError(f"{prefix}: no such file or folder; check the path")
    if not is_home(home):
        raise DiscoveryError(
            f"{prefix}: no such file or folder, and no sessions in {home} to look up an id in;"
            " check the path, or set CODEX_HOME"
        )
    matching = {
        file: parsed
        for file in search(home).files
        if (parsed := parse_name(file.name)) is not None and parsed.thread_id.startswith(prefix)
    }
    threads = sorted({parsed.thread_id for parsed in matching.values()})
    if not threads:
        raise DiscoveryError(
            f"{prefix}: no such file or folder, and no session in {home} has an id that begins so; check both"
        )
    if len(threads) > 1:
        raise DiscoveryError(
            f"{prefix}: {len(threads)} sessions have an id that begins so: {_listed(threads)}; add a few characters"
        )
    return tuple(matching)


def _chosen(paths: Sequence[str], since: date | None, latest: int | None) -> set[str]:
    """Return the searched files that *since* and *latest* leave."""
    if since is None and latest is None:
        return set(paths)
    times = {path: began_at(Path(path)) for path in paths}
    newest = sorted(times, key=lambda path: (times[path], path), reverse=True)
    if since is not None:
        start = _local(since)
        newest = [path for path in newest if times[path] >= start]
    return set(newest[:latest])


def began_at(path: Path) -> datetime:
    """Return when a rollout began by its name, else when it last changed; local time, without a zone."""
    name: RolloutName | None = parse_name(path.name)
    if name is not None:
        return name.at
    try:
        changed_s = path.stat().st_mtime
    except OSError:
        return datetime.max  # noqa: DTZ901 (no zone, like all of them; gone meanwhile: let the reader say so)
    return _local(datetime.fromtimestamp(changed_s, UTC))


def _local(moment: date) -> datetime:
    """Return a moment as names write it: in local time, and without the zone. A date is its midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, datetime.min.time())
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment


def _nothing(names: Sequence[object], since: date | None) -> str:
    if not names:
        return "nothing to read; name a file, a folder, a session id or -"
    limit = f" since {since}" if since is not None else ""
    return f"{', '.join(map(str, names))}: no rollout{limit} among those found; ask for an earlier time or for more"


def _listed(items: Iterable[str]) -> str:
    """Join a few of *items*, and count the rest."""
    every = list(items)
    shown = ", ".join(every[:_LISTED_MAX])
    return shown if len(every) <= _LISTED_MAX else f"{shown} and {len(every) - _LISTED_MAX} more"
