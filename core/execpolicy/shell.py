"""The commands of a shell script, where it is so plain that they can be known without running it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

_SHELLS: Final = ("bash", "zsh", "sh")
_FLAGS: Final = ("-c", "-lc")

_OPERATORS: Final = ("&&", "||", ";", "|")
_BLANKS: Final = " \t"
_PLAIN: Final = frozenset("_./:@%+,-=")
"""Characters besides letters and digits that stand for themselves outside of quotes."""

_NOT_IN_DOUBLE: Final = frozenset("$`\\!")
"""What a shell does not take literally inside double quotes."""

_RESERVED: Final = frozenset(
    (
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select", "in",
        "function", "time", "coproc", "foreach", "end", "repeat", "nocorrect", "noglob",
    )
)  # fmt: skip
"""Words that begin something else than a command, in any of the shells."""


class _Word(NamedTuple):
    text: str
    bare: str
    """The part of it that stood outside of quotes."""


def plain_commands(argv: Sequence[str]) -> tuple[tuple[str, ...], ...] | None:
    """Return the commands that *argv* runs: of `bash -lc SCRIPT` those of a plain script, else the command itself.

    None for a script that is not plain, and for no command at all.
    """
    match tuple(argv):
        case (shell, flag, script) if shell.rpartition("/")[2] in _SHELLS and flag in _FLAGS:
            return plain_script(script)
        case ():
            return None
        case command:
            return (command,)


def plain_script(script: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the commands of *script*, or None when it is not plain.

    Plain are words, quoted or not, joined by `&&`, `||`, `;` and `|`. Anything that a shell would expand, redirect,
    assign, group, define, repeat or run in the background makes a script one that only the shell knows. In doubt it
    is not plain.
    """
    commands: list[tuple[str, ...]] = []
    words: list[_Word] = []
    at = 0
    script = script.strip(" \t\n")
    while at < len(script):
        if script[at] in _BLANKS:
            at += 1
            continue
        operator = next((sign for sign in _OPERATORS if script.startswith(sign, at)), None)
        if operator is None:
            word, at = _word(script, at)
            if word is None:
                return None
            words.append(word)
            continue
        at += len(operator)
        if not _is_command(words) or (operator != ";" and at == len(script)):
            return None
        commands.append(tuple(word.text for word in words))
        words = []
    if words:
        if not _is_command(words):
            return None
        commands.append(tuple(word.text for word in words))
    return tuple(commands) or None


def _is_command(words: Sequence[_Word]) -> bool:
    """Whether *words* are a command: not empty, no keyword, no assignment before it."""
    return bool(words) and words[0].bare not in _RESERVED and "=" not in words[0].bare


def _word(script: str, at: int) -> tuple[_Word | None, int]:
    """Read the word at *at*; None when it is none that stands for itself."""
    text: list[str] = []
    bare: list[str] = []
    while at < len(script):
        character = script[at]
        if character in "'\"":
            end = script.find(character, at + 1)
            inside = script[at + 1 : end]
            if end < 0 or (character == '"' and not _NOT_IN_DOUBLE.isdisjoint(inside)):
                return None, at
            text.append(inside)
            at = end + 1
        elif character.isalnum() or character in _PLAIN:
            text.append(character)
            bare.append(character)
            at += 1
        else:
            break
    # `=program` is a path in zsh.
    if (at < len(script) and script[at] not in "; \t|&") or not (text or bare) or bare[:1] == ["="]:
        return None, at
    return _Word("".join(text), "".join(bare)), at
