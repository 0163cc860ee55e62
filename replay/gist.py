"""The gist of what a session says: one short line from a text, a call's arguments, a call's output."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

GIST_CHARS: Final = 160
"""Longer texts are cut, with an ellipsis."""

COMMAND_FIELDS: Final = ("cmd", "command", "input", "patch", "query", "path", "code", "chars")
"""Fields of a call's arguments that say what it does, the best first (Codex 0.34 to 0.169)."""

_ABORTED: Final = re.compile(
    r"(\A|\n)aborted by user( after [\d.]+s)?\s*\Z|\A(Wall time: .*\n)?aborted by user|\Aaborted\Z"
)
"""How the output of a call that an interrupt ended reads; the bare `aborted` is the model's stand-in for none."""

_REFUSED: Final = re.compile(
    r'Rejected\(\\?"(.*?)\\?"\)|\A(?:exec )?(?:command )?(rejected by user)', re.DOTALL
)


def gist(text: object) -> str | None:
    """The beginning of *text* on one line; None when it is no text or blank."""
    if not isinstance(text, str):
        return None
    head = " ".join(text[: 8 * GIST_CHARS].split())
    if not head:
        return None
    return head if len(head) <= GIST_CHARS else head[: GIST_CHARS - 1].rstrip() + "…"


def call_gist(arguments: object) -> str | None:
    """What a call does, from its arguments as they are recorded: JSON in a text, a patch, an action."""
    fields = _decoded(arguments)
    if not isinstance(fields, Mapping):
        return gist(fields)
    named = cast("Mapping[str, Any]", fields)
    for name in COMMAND_FIELDS:
        if named.get(name):
            return gist(command_text(named[name]))
    return gist(json.dumps(named, ensure_ascii=False)) if named else None


def command_text(command: object) -> str:
    """A command line as text; a list without its shell: `["bash", "-lc", "ls"]` → `ls`."""
    if not isinstance(command, list | tuple):
        return str(command)
    words = [str(word) for word in cast("list[object]", command)]
    return words[2] if len(words) == 3 and words[1] in ("-c", "-lc") else " ".join(words)


def output_text(output: object) -> str:
    """The text of a call's output, out of whichever of its forms: a text, JSON in a text, parts."""
    value = _decoded(output)
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        inner = next((named[name] for name in ("output", "content", "text") if name in named), None)
        return output_text(inner) if inner is not None else json.dumps(named, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "\n".join(output_text(part) for part in cast("list[object]", value))
    return "" if value is None else str(value)


def is_aborted(output: str) -> bool:
    """Whether an output says that an interrupt ended its call."""
    return _ABORTED.search(output) is not None


def refusal(output: str) -> str | None:
    """The words with which a call was refused instead of run; None when it was not."""
    found = _REFUSED.search(output)
    return (found[1] or found[2] or "") if found else None


def word_of(value: object) -> str:
    """A decision or an error code without its details: `{"acceptWithAmendment": …}` → `acceptWithAmendment`."""
    if isinstance(value, Mapping):
        return next(iter(cast("Mapping[str, Any]", value)), "")
    return str(value)


def message_of(error: object) -> object:
    """The message of a turn's error, which captures put into an object."""
    return cast("Mapping[str, Any]", error).get("message") if isinstance(error, Mapping) else error


def _decoded(value: object) -> object:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return cast("object", json.loads(value))  # what begins so is an object or a list
    except (ValueError, RecursionError):
        return value
