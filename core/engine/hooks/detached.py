"""What asynchronous hooks had to say, kept for the model until a person speaks again."""

from collections import deque
from typing import Final

import attrs

from turnfold.core.hooks import HookEvent, HookExit, interpret

COMPLETION_BYTES_MAX: Final = 500 * 4
"""Bytes of the text of one hook: 500 tokens."""

BATCH_BYTES_MAX: Final = 1000 * 4
"""Bytes that are handed out at once, tags included: 1000 tokens."""

WAITING_MAX: Final = 256
"""Texts that are kept; of more the oldest are dropped, and the next batch says so."""

_OPEN: Final = "<async_hook_outputs>\n"
_CLOSE: Final = "\n</async_hook_outputs>"


@attrs.define
class DetachedOutputs:
    """A queue of texts, first in, first out."""

    _waiting: deque[str] = attrs.field(factory=deque[str])
    _dropped: int = 0

    def add(self, event: HookEvent, text: str) -> None:
        """Keep the text of one hook, cut to 500 tokens."""
        content = text.encode(errors="replace")
        if len(content) > COMPLETION_BYTES_MAX:
            text = content[:COMPLETION_BYTES_MAX].decode(errors="ignore")
            text += f"\n[{len(content) - len(text.encode())} bytes left out]"
        if len(self._waiting) == WAITING_MAX:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(f'<async_hook_output event="{event.wire}">\n{text}\n</async_hook_output>')

    def drain(self) -> str | None:
        """Return the next batch for the model as one developer text, or None when nothing waits.

        What does not fit into 1000 tokens stays for the next batch, and keeps its order.
        """
        if not self._waiting:
            return None
        batch: list[str] = []
        if self._dropped:
            batch.append(f"[{self._dropped} older outputs were dropped]")
            self._dropped = 0
        size = len(_OPEN.encode()) + len(_CLOSE.encode()) + sum(len(text.encode()) + 1 for text in batch)
        while self._waiting and size + len(self._waiting[0].encode()) <= BATCH_BYTES_MAX:
            text = self._waiting.popleft()
            size += len(text.encode()) + 1
            batch.append(text)
        return _OPEN + "\n".join(batch) + _CLOSE


def deliverable(event: HookEvent, result: HookExit, profile: str) -> str | None:
    """Return what a hook that nobody waited for has to tell the model; None when it is nothing.

    It cannot decide: of a JSON answer only contexts and the message for the user are taken. A failure is told,
    for nobody else would.
    """
    if result.error is not None:
        return f"Async hook failed to run: {result.error}"
    if result.code is None:
        return "Async hook process terminated without an exit code"
    if result.code != 0:
        return f"Async hook exited with code {result.code}"
    stdout = result.stdout.strip()
    if not stdout.startswith(("{", "[")):
        return stdout or None
    outcome = interpret(event, result, profile)
    told = ("warning", "error")
    texts = [entry.text for entry in outcome.entries if entry.kind in told] + list(outcome.contexts)
    return "\n".join(texts) or None
