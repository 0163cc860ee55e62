"""Finds a patch inside a shell command: models call `apply_patch` as if it were a program."""

import re
from collections.abc import Sequence
from typing import Final

import attrs

_PROGRAMS: Final = ("apply_patch", "applypatch")
_SHELLS: Final = ("bash", "zsh", "sh")
_FLAGS: Final = ("-c", "-lc")

_HEAD: Final = re.compile(
    r"""\s*
    (?:cd[ \t]+(?:'(?P<raw>[^'\n]+)'|"(?P<quoted>[^"$`\\\n]+)"|(?P<word>[^\s'"$`\\;&|<>()*?\[\]{}~!\#]+))\s*&&\s*)?
    (?:apply_patch|applypatch)[ \t]*
    <<(?P<tabs>-?)[ \t]*(?P<quote>['"]?)(?P<tag>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)[ \t]*\n""",
    re.VERBOSE,
)


@attrs.frozen(kw_only=True)
class ScriptedPatch:
    """A patch that was found in a command."""

    patch: str
    """Its text, not read yet."""

    cd: str | None = None
    """Folder that the command changes to first, relative to its own; None when it stays."""


def patch_in_command(argv: Sequence[str]) -> ScriptedPatch | None:
    """Return the patch that *argv* applies, or None when it is another command.

    Codex' forms: `apply_patch PATCH`, and a script for `bash`, `zsh` or `sh` (`-c`, `-lc`) that `patch_in_script`
    knows.
    """
    match list(argv):
        case [program, patch] if program in _PROGRAMS:
            return ScriptedPatch(patch=patch)
        case [shell, flag, script] if shell.rpartition("/")[2] in _SHELLS and flag in _FLAGS:
            return patch_in_script(script)
        case _:
            return None


def patch_in_script(script: str) -> ScriptedPatch | None:
    """Return the patch of a shell script that does nothing else than apply one, or None.

    The script is `apply_patch` with a here-document, maybe behind `cd FOLDER &&`. Anything before or after it makes it
    a script of which only the shell knows what it does.
    """
    head = _HEAD.match(script)
    if head is None:
        return None
    lines = script[head.end() :].rstrip().split("\n")
    if head["tabs"]:
        lines = [line.lstrip("\t") for line in lines]
    # The first line that is the tag ends the document, as it does for a shell.
    if head["tag"] not in lines or lines.index(head["tag"]) != len(lines) - 1:
        return None
    return ScriptedPatch(patch="\n".join(lines[:-1]), cd=head["raw"] or head["quoted"] or head["word"])
