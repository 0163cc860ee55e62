"""Captures of the JSON-RPC messages between a client and `codex app-server`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from turnfold.events import (
    AbortRequested,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    CompactionNoted,
    DiffUpdated,
    ErrorRaised,
    Event,
    GoalUpdated,
    HookCompleted,
    HookStarted,
    ItemCompleted,
    ItemStarted,
    PlanUpdated,
    RequestAnswered,
    ReviewEnded,
    ReviewStarted,
    SessionMetaRecorded,
    SessionRenamed,
    SettingsApplied,
    ShutdownCompleted,
    StatusChanged,
    SteerRefused,
    SteerRequested,
    TokenUsageReported,
    TurnAborted,
    TurnCompleted,
    TurnRequested,
    TurnStarted,
    TurnSteered,
    UnknownRecorded,
    WarningRaised,
)
from turnfold.rollouts.dialects import app_server_wire as wire
from turnfold.rollouts.dialects.app_server_notes import NOTES, identity, is_silent
from turnfold.rollouts.dialects.app_server_requests import (
    SILENT_REQUESTS,
    THREAD_OPENERS,
    TURN_REQUESTS,
    Asked,
    Sent,
    answer,
    dropped,
    is_question,
    question,
    resolution,
    steer_response,
    turn_request,
)
from turnfold.rollouts.dialects.base import decode_object
from turnfold.rollouts.dialects.rpc import (
    Message,
    MessageId,
    Sender,
    as_object,
    is_message,
    parse_message,
    read,
    sender_of,
)
from turnfold.rollouts.record import Record, RecordLike

__all__ = ["APP_SERVER_VISIBLE", "AppServerDecoder", "is_message"]

APP_SERVER_VISIBLE: frozenset[type[Event]] = frozenset(
    {
        AbortRequested,
        ApprovalDropped,
        ApprovalRequested,
        ApprovalResolved,
        CompactionNoted,
        DiffUpdated,
        ErrorRaised,
        GoalUpdated,
        HookCompleted,
        HookStarted,
        ItemCompleted,
        ItemStarted,
        PlanUpdated,
        RequestAnswered,
        ReviewEnded,
        ReviewStarted,
        SessionMetaRecorded,
        SessionRenamed,
        SettingsApplied,
        ShutdownCompleted,
        StatusChanged,
        SteerRefused,
        SteerRequested,
        TokenUsageReported,
        TurnAborted,
        TurnCompleted,
        TurnRequested,
        TurnStarted,
        TurnSteered,
        UnknownRecorded,
        WarningRaised,
    }
)
"""Exactly the events that a capture shows. No `ExecBegan`: a command's item starts before it is approved."""


class AppServerDecoder:
    """Message by message: a response means what the request with its id asked.

    A capture may hold several threads, a log is about one. The first that a message opens or is about is
    followed; turn and thread messages of others become `UnknownRecorded`, `other-thread/<method>`.

    Methods that are known and say nothing of a session's order give no record; `silent` counts them. Fields
    that no event takes over are dropped.
    """

    def __init__(self) -> None:
        self.thread_id: str | None = None
        """The thread that is followed, once there is one."""
        self.silent: Counter[str] = Counter()
        """Method → messages without a record."""
        self._server_version: str | None = None
        self._asked: dict[MessageId, Asked] = {}
        self._sent: dict[MessageId, Sent] = {}

    def block(self, data: bytes) -> Sequence[RecordLike] | None:
        """None: what a message means depends on those before it."""
        return None

    def line(self, data: bytes) -> Sequence[RecordLike]:
        """The events of one message, mostly one.

        Raises:
            MalformedRecord: no message, or a known one in the wrong shape.
        """
        message = parse_message(decode_object(data))
        stamp = message.timestamp
        return [Record(timestamp=stamp, payload=event) for event in self._events(message)]

    def _events(self, message: Message) -> list[Event]:
        sender = sender_of(message, self._asked, self._sent, is_question)
        method, message_id, params = message.method, message.id, message.params or {}
        if message_id is None:
            return [unknown(message, "response")] if method is None else self._note(message, method, params)
        if sender is Sender.CLIENT:
            if method is None:
                return self._client_response(message, message_id)
            return self._client_request(message, message_id, method, params)
        if method is None:
            return self._server_response(message, message_id)
        return self._server_request(message, message_id, method, params)

    def _note(self, message: Message, method: str, params: dict[str, Any]) -> list[Event]:
        if is_silent(method):
            return self._pass_over(method)
        if not self._follows(thread_of(params)):
            return [elsewhere(message, method)]
        match method:
            case "thread/started":
                thread = read(params, wire.ThreadNote, method).thread
                return [identity(thread, self._server_version)]
            case "serverRequest/resolved":
                asked = self._asked.get(read(params, wire.ResolvedNote, method).request_id)
                if asked is None or asked.question is None or asked.answered:
                    return self._pass_over(method)
                return [dropped(asked.question)]
            case _ if method in NOTES:
                return [NOTES[method](params)]
            case _:
                return [unknown(message, method)]

    def _server_request(
        self, message: Message, message_id: MessageId, method: str, params: dict[str, Any]
    ) -> list[Event]:
        thread_id = thread_of(params)
        asked = question(method, message_id, params) if is_question(method) else None
        self._asked[message_id] = Asked(method=method, thread_id=thread_id, question=asked)
        if asked is None:
            return self._pass_over(method) if is_silent(method) else [unknown(message, method)]
        return [asked] if self._follows(thread_id) else [elsewhere(message, method)]

    def _client_response(self, message: Message, message_id: MessageId) -> list[Event]:
        asked = self._asked.get(message_id)
        if asked is None:
            # The capture began after the question, so nothing says what it was.
            return [resolution(message, None) if message.looks_like_answer else unknown(message, "response")]
        if asked.question is None:
            return self._pass_over(f"{asked.method} response")
        asked.answered = True
        if not self._follows(asked.thread_id):
            return [elsewhere(message, asked.method)]
        return [resolution(message, asked.question)]

    def _client_request(
        self, message: Message, message_id: MessageId, method: str, params: dict[str, Any]
    ) -> list[Event]:
        thread_id = thread_of(params)
        self._sent[message_id] = Sent(method=method, thread_id=thread_id, params=params)
        if method in TURN_REQUESTS:
            event = turn_request(method, message_id, params)
            return [event] if self._follows(thread_id) else [elsewhere(message, method)]
        return self._pass_over(method) if method.startswith(SILENT_REQUESTS) else [unknown(message, method)]

    def _server_response(self, message: Message, message_id: MessageId) -> list[Event]:
        sent = self._sent.pop(message_id, None)
        if sent is None:
            return [answer(message, None)]
        if sent.method in TURN_REQUESTS and not self._follows(sent.thread_id):
            return [elsewhere(message, sent.method)]
        if sent.method == "turn/steer":
            return [steer_response(message, sent)]
        if message.error is None:
            if sent.method == "initialize":
                self._server_version = version_of(message.result)
            elif sent.method in THREAD_OPENERS:
                return [answer(message, sent), *self._opened(message, sent.method)]
        return [answer(message, sent)]

    def _opened(self, message: Message, method: str) -> list[Event]:
        """The identity of a resumed thread, which unlike a new one is not announced by `thread/started`."""
        thread = read(message.result, wire.ThreadNote, method).thread
        followed = self._follows(thread.id)
        return [identity(thread, self._server_version)] if followed and method == "thread/resume" else []

    def _follows(self, thread_id: str | None) -> bool:
        """Whether a message of this thread is ours; the first thread asked about becomes the followed one."""
        if self.thread_id is None:
            self.thread_id = thread_id
        return thread_id is None or thread_id == self.thread_id

    def _pass_over(self, method: str) -> list[Event]:
        self.silent[method] += 1
        return []


def thread_of(params: dict[str, Any]) -> str | None:
    """The thread that a message is about; None when it is about none."""
    own = as_object(params.get("thread")).get("id")
    named = params.get("threadId", params.get("conversationId", own))
    return named if isinstance(named, str) else None


def version_of(result: object) -> str | None:
    """`{"userAgent": "client/0.169.0 (...)"}` → `0.169.0`."""
    agent = as_object(result).get("userAgent")
    found = re.search(r"/(\d+\.\d+\.\d+\S*)", agent) if isinstance(agent, str) else None
    return found[1] if found else None


def unknown(message: Message, record_type: str) -> UnknownRecorded:
    """A message that this version cannot read, kept whole."""
    return UnknownRecorded(record_type=record_type, payload=message.raw)


def elsewhere(message: Message, method: str) -> UnknownRecorded:
    """A message of a thread that is not followed."""
    return unknown(message, f"other-thread/{method}")
