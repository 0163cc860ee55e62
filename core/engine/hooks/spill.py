"""Puts long outputs of hooks aside: the model gets a preview and the place of the whole."""

from collections.abc import Callable
from typing import Final

import attrs

from turnfold.core.engine.hooks.files import Files
from turnfold.core.hooks import Outcome
from turnfold.core.hooks.config import CONTEXT_LIMIT_TOKENS

FOLDER: Final = "hook_outputs"
TOKEN_BYTES: Final = 4
"""Bytes that are counted as one token."""


@attrs.frozen(kw_only=True)
class Spiller:
    """Writes long texts to `<folder>/hook_outputs/<session>/<id>.txt`.

    Args:
        folder: home of the files; None when nothing may be written, then the rest of a long text is lost.
        new_id: makes the id of each file.
    """

    folder: str | None
    files: Files
    new_id: Callable[[str], str]

    async def outcome(self, outcome: Outcome, session_id: str, limit_tokens: int | None) -> Outcome:
        """Return *outcome* with its long texts shortened; a text that occurs twice is written once.

        Args:
            limit_tokens: what its contexts may have; None for the usual limit, which all other texts have.
        """
        short: dict[str, str] = {}
        usual = CONTEXT_LIMIT_TOKENS
        for text in outcome.contexts:
            limit = usual if limit_tokens is None else limit_tokens
            short[text] = short.get(text) or await self.shorten(text, session_id, limit)
        others = [entry.text for entry in outcome.entries] + ([outcome.message] if outcome.message else [])
        for text in others:
            short[text] = short.get(text) or await self.shorten(text, session_id, usual)
        return attrs.evolve(
            outcome,
            contexts=tuple(short[text] for text in outcome.contexts),
            message=short[outcome.message] if outcome.message else outcome.message,
            entries=tuple(attrs.evolve(entry, text=short[entry.text]) for entry in outcome.entries),
        )

    async def shorten(self, text: str, session_id: str, limit_tokens: int) -> str:
        """Return *text*, or a preview of it that ends with the path of the whole."""
        content = text.encode(errors="replace")
        if len(content) <= limit_tokens * TOKEN_BYTES:
            return text
        footer = f"\n\n{await self._put_aside(content, session_id)}"
        room = max(0, limit_tokens * TOKEN_BYTES - len(footer.encode()) - 64)
        return f"{preview(content, room)}{footer}"

    async def _put_aside(self, content: bytes, session_id: str) -> str:
        if self.folder is None:
            return "The full hook output was not saved"
        path = f"{self.folder}/{FOLDER}/{_name(session_id)}/{_name(self.new_id('hook_output'))}.txt"
        try:
            await self.files.write(path, content)
        except OSError as fault:
            return f"The full hook output could not be saved to {path}: {fault.strerror or fault}"
        return f"Full hook output saved to: {path}"


def preview(content: bytes, room: int) -> str:
    """Return the beginning and the end of *content*, *room* bytes together, and what is missing between."""
    head, tail = room - room // 2, room // 2
    cut = len(content) - head - tail
    first = content[:head].decode(errors="ignore")
    last = content[len(content) - tail :].decode(errors="ignore")
    return f"{first}\n[{cut} bytes left out]\n{last}"


def _name(text: str) -> str:
    """Return *text* as a name that stays in its folder."""
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in text)
