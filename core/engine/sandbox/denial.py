"""Whether a command was probably stopped by its confinement: all that can be known of it is how it ended."""

from typing import Final

WORDS: Final = (
    "operation not permitted",
    "permission denied",
    "read-only file system",
    "seccomp",
    "sandbox",
    "landlock",
    "failed to write file",
)
"""What programs say of it, in lower case (as in Codex)."""


def likely_denied(exit_code: int | None, output: str) -> bool:
    """Return whether a command that ended so was probably stopped by a sandbox.

    As Codex guesses: it failed, and its output has one of the words. This errs to both sides: a program may fail for
    another reason and print such a word, and may be stopped and keep silent.
    """
    if exit_code == 0:
        return False
    lowered = output.lower()
    return any(word in lowered for word in WORDS)
