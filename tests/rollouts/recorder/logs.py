"""Sessions to record, and a file system that fails where a test wants it to."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import Any

import attrs

from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    AbortUnwound,
    Envelope,
    Event,
    HookClosed,
    HookStarted,
    JournalFlushed,
    MessageRecorded,
    Origin,
    ScopesCancelled,
    SessionConfigured,
    SessionMetaRecorded,
    TokenUsage,
    TokenUsageReported,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.events import located_of
from turnfold.rollouts import Reader, source_of
from turnfold.rollouts.recorder import SystemFiles, lines_of

SESSION = "01a1fbf3-9dc0-79e2-84be-20e59e877ce4"
AT_US = 1_780_304_400_000_000
MARKER = "<turn_aborted>\nThe user interrupted the previous turn on purpose.\n</turn_aborted>"
USAGE = TokenUsage(input_tokens=10, output_tokens=5, total_tokens=15)

META = SessionMetaRecorded(
    session_id=SESSION,
    created_at_text="2026-06-01T09:00:00.000Z",
    cwd="/x",
    originator="turnfold",
    cli_version="0.163.0",
    source="exec",
    model_provider="mock",
)
CONTEXT = TurnContextRecorded(
    turn_id="t1", cwd="/x", model="m", approval_policy="on-request", sandbox_mode="workspace-write"
)


def a_turn(turn_id: str, text: str, answer: str) -> list[Event]:
    """A turn with a call and an answer."""
    call_id = f"call-{turn_id}"
    return [
        TurnStarted(turn_id=turn_id, started_at_s=1_780_304_400, task_kind="regular", trigger="input"),
        attrs.evolve(CONTEXT, turn_id=turn_id),
        UserInputRecorded(message=text, turn_id=turn_id, input_id=f"in-{turn_id}"),
        ToolCallRequested(
            call_id=call_id, name="shell", call_type="function_call", arguments='{"command":["ls"]}', turn_id=turn_id
        ),
        ToolCallOutput(call_id=call_id, call_type="function_call", output="a\nb", success=True, turn_id=turn_id),
        MessageRecorded(role="assistant", text=answer, parts=1, turn_id=turn_id),
        TokenUsageReported(total=USAGE, last=USAGE, model_context_window=1000, turn_id=turn_id),
        TurnCompleted(turn_id=turn_id, last_agent_message=answer, completed_at_s=1_780_304_400, duration_ms=7),
    ]  # fmt: skip


def an_abort(turn_id: str, text: str) -> list[Event]:
    """A turn that is interrupted while a call is open."""
    call_id = f"call-{turn_id}"
    return [
        TurnStarted(turn_id=turn_id, started_at_s=1_780_304_400),
        UserInputRecorded(message=text, turn_id=turn_id),
        attrs.evolve(CONTEXT, turn_id=turn_id),
        ToolCallRequested(call_id=call_id, name="shell", call_type="function_call", arguments="{}"),
        HookStarted(run_id="h", event_name="permission_request", status="running", turn_id=turn_id),
        AbortBegan(turn_id=turn_id, reason="interrupted", by="client"),
        ScopesCancelled(turn_id=turn_id),
        ToolCallClosed(call_id=call_id, how="interrupted"),
        HookClosed(run_id="h", reason="interrupted", turn_id=turn_id),
        AbortUnwound(turn_id=turn_id),
        AbortMarkerRecorded(turn_id=turn_id, text=MARKER),
        JournalFlushed(turn_id=turn_id),
        TurnAborted(turn_id=turn_id, reason="interrupted", completed_at_s=1_780_304_400, duration_ms=10),
    ]


def enveloped(events: Iterable[Event], first: int = 0) -> list[Envelope]:
    """Events in their envelopes, a millisecond apart."""
    return [
        Envelope(session_id=SESSION, seq=seq, at_us=AT_US + seq * 1000, event=event)
        for seq, event in enumerate(events, start=first)
    ]


SHORT = enveloped(
    [
        META,
        SessionConfigured(session_id=SESSION, model="m"),
        *a_turn("t1", "list the files ✓", "two files"),
        *an_abort("t2", "delete them")[:4],
    ]
)
"""A session that was cut off in its second turn."""


def written(envelopes: Iterable[Envelope]) -> bytes:
    """The bytes that a log of these envelopes has."""
    return b"".join(line for envelope in envelopes for line in lines_of(envelope))


def envelopes_in(data: bytes) -> list[Envelope]:
    """The envelopes of a log, without copies for Codex."""
    found = [item.envelope for item in located_of(Reader(source_of(data)))]
    return [envelope for envelope in found if envelope.origin is not Origin.DERIVED]


def events_in(data: bytes) -> list[Event]:
    """The events of a log, without copies for Codex."""
    return [envelope.event for envelope in envelopes_in(data)]


class FaultyFiles(SystemFiles):
    """The real files, but for the operations that a test lets fail.

    `plan` says by the number of the operation, counted from 0, what happens: an errno, or for a write a number of
    bytes that are written, with the errno that comes after them (0 for none: a short write).
    """

    def __init__(self, plan: dict[int, int | tuple[int, int]]) -> None:
        self.plan = plan
        self.done: list[str] = []

    def _step(self, name: str) -> tuple[int, int] | None:
        number = len(self.done)
        self.done.append(name)
        fault = self.plan.get(number)
        if isinstance(fault, int):
            raise OSError(fault, os.strerror(fault))
        return fault

    def create(self, path: str) -> int:
        self._step("create")
        return super().create(path)

    def open(self, path: str) -> int:
        self._step("open")
        return super().open(path)

    def size(self, fd: int) -> int:
        self._step("size")
        return super().size(fd)

    def write(self, fd: int, data: Any, offset: int) -> int:
        fault = self._step("write")
        if fault is None:
            return super().write(fd, data, offset)
        count, code = fault
        count = super().write(fd, data[:count], offset)
        if code:
            raise OSError(code, os.strerror(code))
        return count

    def truncate(self, fd: int, size: int) -> None:
        self._step("truncate")
        super().truncate(fd, size)

    def sync(self, fd: int) -> None:
        self._step("sync")
        super().sync(fd)

    def sync_folder(self, path: str) -> None:
        self._step("sync_folder")
        super().sync_folder(path)


FAILURES = (errno.ENOSPC, errno.EIO, errno.EDQUOT)
