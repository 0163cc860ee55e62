"""Short ways to write configurations of hooks."""

import json
from typing import Literal

from turnfold.core.hooks.config import Handler, HookConfig, HookFile, configure


def command(text: str = "true", **more: object) -> dict[str, object]:
    """Return a command handler; `more` are its further fields."""
    return {"type": "command", "command": text, **more}


def group(*handlers: dict[str, object], **more: object) -> dict[str, object]:
    """Return a group of handlers; `more` is its matcher."""
    return {**more, "hooks": list(handlers)}


def hooks_json(path: str = "/u/hooks.json", source: str = "user", **events: object) -> HookFile:
    """Return a `hooks.json` with the groups of each event."""
    return HookFile(
        path=path, source=source, text=json.dumps({"hooks": events}), layer=path.rpartition("/")[0]
    )


def under(event: str, *groups: dict[str, object]) -> HookFile:
    """Return a `hooks.json` with groups of one event."""
    return HookFile(
        path="/u/hooks.json", source="user", text=json.dumps({"hooks": {event: groups}}), layer="/u"
    )


def raw(text: str, form: Literal["json", "toml"] = "json", source: str = "user") -> HookFile:
    """Return a file with this text."""
    name = "hooks.json" if form == "json" else "config.toml"
    return HookFile(path=f"/u/{name}", source=source, text=text, form=form, layer="/u")


def seen(*files: HookFile) -> HookConfig:
    """Return the configuration with every handler let through."""
    return configure(files, bypass_trust=True)


def the_one(*files: HookFile) -> Handler:
    """Return the only handler of *files*, which have no problem."""
    config = seen(*files)
    assert () == config.problems
    (handler,) = config.handlers
    return handler
