"""Which texts in a user's name the user did not write.

Codex gives its model instructions, surroundings and notices as messages of the role `user`. They begin no turn of
the user, and a rollback does not count them.
"""

from __future__ import annotations

from typing import Any, Final

MARKER: Final = "<turn_aborted>"
"""How the message begins that tells the model of an interrupt."""

HOOK_PROMPT: Final = "<hook_prompt"
"""How the text begins by which a hook makes the model go on."""

CONTEXTUAL_PREFIXES: Final = (
    "<environment_context>",
    "<user_instructions>",
    "# AGENTS.md",
    MARKER,
    "<skill>",
    "<user_shell_command>",
    "<subagent_notification>",
    "<permissions instructions>",
    "<collaboration_mode>",
    HOOK_PROMPT,
)
"""How such texts begin (seen in files of Codex 0.34 to 0.169)."""


def is_contextual(text: str | None) -> bool:
    """Whether a text in the user's name was put there by Codex. A message without text (an image) was not."""
    return (text or "").lstrip().startswith(CONTEXTUAL_PREFIXES)


def is_boundary(message: Any) -> bool:
    """Whether a `MessageRecorded` is the user's own, so that it begins a turn of the user."""
    return message.role == "user" and not is_contextual(message.text)
