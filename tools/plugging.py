"""The parts of a coding agent's session, put together: what `turnfold run` runs, and an example for who embeds one.

Every part can be left out or replaced: `Parts` has what there is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import attrs

from turnfold.core.engine import Parts, RandomIds
from turnfold.core.engine.hooks import CommandRunner, DiskFiles, Hooks, Layer, Spiller, discover
from turnfold.core.engine.patching import Workspace
from turnfold.core.engine.plugs import Plug, command_tools, exec_gate, guarded_names, network_approvals
from turnfold.core.engine.ports import Ids, Journal, Processes, Sandbox
from turnfold.core.engine.process import Spill, SystemProcesses
from turnfold.core.engine.rules import RuleBook, load_rules
from turnfold.core.engine.sandbox import Unavailable, find_sandbox
from turnfold.core.engine.tools import ExecSettings

HOME_VARIABLE: Final = "TURNFOLD_HOME"
FOLDER: Final = ".turnfold"
"""Name of the folder of configuration, in the user's home and in a project."""


class NoSandbox(Exception):
    """Commands cannot be confined as was asked; the text says why, and what can be done."""


def default_home() -> Path:
    """The folder of the user's configuration and sessions: `$TURNFOLD_HOME`, else `~/.turnfold`."""
    return Path(os.environ.get(HOME_VARIABLE) or Path.home() / FOLDER)


@attrs.frozen(kw_only=True)
class Setup:
    """What a session is to work with."""

    cwd: str
    """Working directory, absolute."""

    sandbox_mode: str = "workspace-write"
    """`read-only`, `workspace-write` or `danger-full-access`."""

    home: Path
    """The user's folder: `hooks.json`, `config.toml` and `rules/` are read from it, and accepted rules kept in it."""

    hooks: bool = True
    """Whether hooks are looked for at all (A5)."""

    trusts_project: bool = False
    """Whether hooks and rules of the project's own folder `.turnfold` count."""

    trusts_hooks: bool = False
    """Whether hooks run that the user has not marked as trusted in `config.toml`."""

    network: bool = False
    """Whether hosts are asked about, through a proxy. Needs the package h11."""

    env: Mapping[str, str] = attrs.field(factory=lambda: dict(os.environ))
    """Environment of commands and hooks."""


@attrs.frozen(kw_only=True)
class Plugged:
    """A session's parts, and what its user should know of them."""

    parts: Parts
    notes: tuple[str, ...] = ()
    """What was left out, why, and what to do about it."""


async def build_parts(setup: Setup, begin: Callable[[], Journal]) -> Plugged:
    """Put the parts of a session together. *begin* opens its journal, once all else is there.

    Raises NoSandbox when commands cannot be confined as *setup* wants: they are never run as if they were.
    """
    processes, ids = SystemProcesses(), RandomIds()
    project = Path(setup.cwd) / FOLDER
    folders = [setup.home, *([project] if setup.trusts_project else [])]
    rules = await load_rules(folders)
    book = RuleBook(rules.ruleset, home=setup.home)
    hooks, hook_notes = await _hooks(setup, project, processes, ids)
    parts = Parts(
        plugs=_plugs(setup, processes, book),
        hooks=hooks,
        commands=book,
        rules=book,
        sandbox=await _sandbox(setup, processes),
        journal=begin(),
        ids=ids,
    )
    notes = [f"{each.file}:{each.line or 1}: {each.message}" for each in rules.problems]
    return Plugged(parts=parts, notes=(*notes, *hook_notes))


def _plugs(setup: Setup, processes: Processes, book: RuleBook) -> tuple[Plug, ...]:
    """The tools: shells guarded by the rules, long-running commands, patches; the network's proxy if it is wanted."""
    env = {"PATH": os.defpath, **setup.env}
    settings = ExecSettings(
        processes=processes,
        env=env,
        shell=env.get("SHELL", "/bin/sh"),
        spill=Spill(folder=setup.home / "outputs"),
    )
    workspace = Workspace(
        cwd_writable=setup.sandbox_mode != "read-only",
        unrestricted=setup.sandbox_mode == "danger-full-access",
    )
    # Without a rule that asks or forbids there is nothing to stop inside a shell.
    guard = exec_gate(book, env["PATH"]) if guarded_names(book.ruleset) else None
    tools = command_tools(settings, workspace=workspace, guard=guard)
    return (tools, network_approvals(rules=book)) if setup.network else (tools,)


async def _sandbox(setup: Setup, processes: Processes) -> Sandbox | None:
    path = setup.env.get("PATH", os.defpath)
    found = await find_sandbox(setup.sandbox_mode, setup.cwd, processes, path=path)
    if isinstance(found, Unavailable):
        raise NoSandbox(str(found))
    return found


async def _hooks(
    setup: Setup, project: Path, processes: Processes, ids: Ids
) -> tuple[Hooks | None, tuple[str, ...]]:
    """The hooks of the user and of a trusted project, in this order."""
    if not setup.hooks:
        return None, ()
    user = Layer("user", str(setup.home))
    config = await discover(
        [user, Layer("project", str(project), trusted=setup.trusts_project)],
        bypass_trust=setup.trusts_hooks,
    )
    hooks = Hooks(
        config=config,
        runner=CommandRunner(processes=processes, env=setup.env),
        spiller=Spiller(folder=str(setup.home), files=DiskFiles(), new_id=ids.new),
    )
    notes = (f"{each.path}:{each.line or 1}: {each.message}; {each.remedy}" for each in config.problems)
    return hooks, tuple(notes)
