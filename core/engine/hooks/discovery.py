"""Finds the hooks of all configuration layers."""

import itertools
import os
from collections.abc import Iterable, Iterator

import attrs

from turnfold.core.engine.hooks.files import DiskFiles, Files
from turnfold.core.hooks.config import MANAGED_SOURCES, HookConfig, HookFile, Problem, configure


@attrs.frozen
class Layer:
    """A folder with configuration."""

    source: str
    """What layer it is: `system`, `user`, `project`, ... Some are managed, see `MANAGED_SOURCES`."""

    folder: str
    """The folder; `hooks.json` and `config.toml` are looked for right in it.

    The keys of trust hold this path. Codex resolves links in that of its home first: to share its trust, do so too.
    """

    trusted: bool = True
    """Whether it may configure anything: a project that the user does not trust may not."""

    config_name: str = "config.toml"
    """Name of its TOML file."""


@attrs.frozen(kw_only=True)
class Plugin:
    """A plugin that brings hooks. They need the user's trust like any others, and stand last in the order."""

    plugin_id: str
    """Its id, the first part of the keys of its handlers."""

    root: str
    """Its folder; commands find it as `PLUGIN_ROOT` and `CLAUDE_PLUGIN_ROOT`, and their shell expands these."""

    data: str | None = None
    """Folder for what it keeps: `PLUGIN_DATA` and `CLAUDE_PLUGIN_DATA`."""

    path: str = "hooks/hooks.json"
    """Its file of hooks, under its folder."""


async def discover(
    layers: Iterable[Layer],
    *,
    plugins: Iterable[Plugin] = (),
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
        plugins: what stands after all layers.
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
    seen: set[str] = set()
    candidates = itertools.chain(_of_layers(layers), _of_plugins(plugins))
    for file in candidates:
        if file.path in seen or (managed_only and file.source not in MANAGED_SOURCES):
            continue
        seen.add(file.path)
        try:
            content = await disk.read(file.path)
            if content is not None:
                found.append(attrs.evolve(file, text=content.decode()))
        except OSError as fault:
            problems.append(
                _unread(file.path, fault.strerror or str(fault), "make it readable, or remove it")
            )
        except UnicodeDecodeError as fault:
            line = fault.object.count(b"\n", 0, fault.start) + 1
            problems.append(_unread(file.path, "it is not UTF-8", "save it as UTF-8", line))
    config = configure(found, bypass_trust=bypass_trust)
    return attrs.evolve(config, problems=(*problems, *config.problems))


def _of_layers(layers: Iterable[Layer]) -> Iterator[HookFile]:
    """Yield the files of *layers*, not read yet."""
    for layer in layers:
        if layer.trusted:
            folder = layer.folder
            yield HookFile(path=_path(folder, "hooks.json"), source=layer.source, text="", layer=folder)
            path = _path(folder, layer.config_name)
            yield HookFile(path=path, source=layer.source, text="", form="toml", layer=folder)


def _of_plugins(plugins: Iterable[Plugin]) -> Iterator[HookFile]:
    for plugin in plugins:
        env = {"PLUGIN_ROOT": plugin.root, "CLAUDE_PLUGIN_ROOT": plugin.root}
        if plugin.data is not None:
            env |= {"PLUGIN_DATA": plugin.data, "CLAUDE_PLUGIN_DATA": plugin.data}
        yield HookFile(
            path=_path(plugin.root, plugin.path),
            source="plugin",
            text="",
            layer=plugin.root,
            key_path=f"{plugin.plugin_id}:{plugin.path}",
            env=tuple(env.items()),
        )


def _path(folder: str, name: str) -> str:
    return os.path.abspath(os.path.join(folder, name))  # noqa: PTH100, PTH118


def _unread(path: str, why: str, remedy: str, line: int | None = None) -> Problem:
    return Problem(path=path, line=line, message=f"its hooks are left out: {why}", remedy=remedy)
