"""Finds the hooks of all configuration layers."""

import os
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import attrs

from turnfold.core.engine.hooks.files import DiskFiles, Files
from turnfold.core.hooks.config import MANAGED_SOURCES, HookConfig, HookFile, Problem, configure

_FORMS: Final[tuple[tuple[str, Literal["json", "toml"]], ...]] = (
    ("hooks.json", "json"),
    ("config.toml", "toml"),
)
"""Files of a layer, in the order in which their hooks stand."""


@attrs.frozen
class Layer:
    """A folder with configuration."""

    source: str
    """What layer it is: `system`, `user`, `project`, ... Some are managed, see `MANAGED_SOURCES`."""

    folder: str
    """The folder; `hooks.json` and `config.toml` are looked for right in it."""

    trusted: bool = True
    """Whether it may configure anything: a project that the user does not trust may not."""

    config_name: str = "config.toml"
    """Name of its TOML file."""


async def discover(
    layers: Iterable[Layer],
    *,
    enabled: bool = True,
    bypass_trust: bool = False,
    managed_only: bool = False,
    files: Files | None = None,
) -> HookConfig:
    """Read the hooks of *layers* (A2).

    A missing file is fine. What cannot be read or understood is left out, and is a problem of the result; the
    other files stay. The same folder given twice is read once.

    Args:
        layers: lowest first.
        enabled: the feature switch; off, nothing is read and there is no handler (A5).
        bypass_trust: run hooks that nobody trusted, too.
        managed_only: leave out every layer that no administrator writes.
        files: where to read; the disk by default.
    """
    if not enabled:
        return HookConfig()
    disk = DiskFiles() if files is None else files
    found: list[HookFile] = []
    problems: list[Problem] = []
    allowed = (layer for layer in layers if layer.source in MANAGED_SOURCES or not managed_only)
    for layer, path, form in _places(allowed):
        try:
            content = await disk.read(path)
            if content is None:
                continue
            text = content.decode()
        except OSError as fault:
            problems.append(_unread(path, fault.strerror or str(fault), "make it readable, or remove it"))
        except UnicodeDecodeError as fault:
            line = fault.object.count(b"\n", 0, fault.start) + 1
            problems.append(_unread(path, "it is not UTF-8", "save it as UTF-8", line))
        else:
            found.append(HookFile(path=path, source=layer.source, text=text, form=form, layer=layer.folder))
    config = configure(found, bypass_trust=bypass_trust)
    return attrs.evolve(config, problems=(*problems, *config.problems))


def _places(layers: Iterable[Layer]) -> Iterator[tuple[Layer, str, Literal["json", "toml"]]]:
    seen: set[str] = set()
    for layer in layers:
        for name, form in _FORMS:
            path = os.path.abspath(os.path.join(layer.folder, layer.config_name if form == "toml" else name))  # noqa: PTH100, PTH118
            if layer.trusted and path not in seen:
                seen.add(path)
                yield layer, path, form


def _unread(path: str, why: str, remedy: str, line: int | None = None) -> Problem:
    return Problem(path=path, line=line, message=f"its hooks are left out: {why}", remedy=remedy)
