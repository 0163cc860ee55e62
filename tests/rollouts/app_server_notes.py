"""One notification of each kind, and the event that it is."""

from __future__ import annotations

from typing import Any

from turnfold.events import (
    CompactionNoted,
    DiffUpdated,
    ErrorRaised,
    Event,
    GoalUpdated,
    HookCompleted,
    HookEntry,
    HookStarted,
    ItemCompleted,
    ItemStarted,
    PlanUpdated,
    ReviewEnded,
    ReviewStarted,
    SessionMetaRecorded,
    SessionRenamed,
    SettingsApplied,
    ShutdownCompleted,
    StatusChanged,
    TokenUsage,
    TokenUsageReported,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    WarningRaised,
)

T = {"threadId": "T"}
TURN = {**T, "turnId": "t1"}
TIMES: dict[str, Any] = {"startedAt": 8, "completedAt": 9, "durationMs": 1200}
RUN: dict[str, Any] = {
    "id": "permission-request:0:/hooks.json:c1",
    "eventName": "permissionRequest",
    "handlerType": "mcpTool",
    "executionMode": "sync",
    "scope": "turn",
    "sourcePath": "/hooks.json",
    "source": "user",
    "displayOrder": 0,
    "status": "running",
    "statusMessage": "asking",
    "startedAt": 8,
    "completedAt": None,
    "durationMs": None,
    "entries": [],
}
HOOK: dict[str, Any] = {
    "run_id": "permission-request:0:/hooks.json:c1",
    "turn_id": "t1",
    "event_name": "permission_request",
    "handler_type": "mcp_tool",
    "execution_mode": "sync",
    "scope": "turn",
    "source_path": "/hooks.json",
    "source": "user",
    "display_order": 0,
    "status_message": "asking",
    "started_at_s": 8,
}
TOKENS = {"totalTokens": 15, "inputTokens": 10, "cachedInputTokens": 4, "outputTokens": 5}
USAGE = TokenUsage(total_tokens=15, input_tokens=10, cached_input_tokens=4, output_tokens=5)
COMMAND = {"type": "commandExecution", "id": "c1", "status": "inProgress", "startedAtMs": 81}
USER_TEXT = {
    "type": "userMessage",
    "id": "i1",
    "content": [{"type": "image"}, {"type": "text", "text": "hello"}],
}
REVIEW = {**TURN, "reviewId": "r1", "targetItemId": "c1", "startedAtMs": 81}

NOTE_CASES: list[tuple[str, dict[str, Any], Event]] = [
    (
        "thread/started",
        {
            "thread": {
                "id": "T", "sessionId": "R", "forkedFromId": "F", "parentThreadId": "P", "createdAt": 0,
                "cwd": "/w", "cliVersion": "0.169.0", "originator": "o", "source": {"custom": "x"},
                "threadSource": "user", "historyMode": "paginated", "modelProvider": "m",
                "agentNickname": "n", "agentRole": "worker",
                "gitInfo": {"sha": "abc", "branch": "main", "originUrl": "u"},
            }
        },
        SessionMetaRecorded(
            session_id="T", tree_session_id="R", forked_from_id="F", parent_thread_id="P",
            created_at_text="1970-01-01T00:00:00.000Z", cwd="/w", cli_version="0.169.0", originator="o",
            source={"custom": "x"}, thread_source="user", history_mode="paginated", model_provider="m",
            agent_nickname="n", agent_role="worker",
            git={"commit_hash": "abc", "branch": "main", "repository_url": "u"},
        ),
    ),
    ("thread/name/updated", {**T, "threadName": "n"}, SessionRenamed(thread_id="T", name="n")),
    (
        "thread/status/changed",
        {**T, "status": {"type": "active", "activeFlags": ["waitingOnApproval"]}},
        StatusChanged(thread_id="T", status="active", flags=("waitingOnApproval",)),
    ),
    ("thread/status/changed", {**T, "status": {"type": "idle"}}, StatusChanged(thread_id="T", status="idle")),
    (
        "thread/settings/updated",
        {**T, "threadSettings": {"model": "m", "cwd": "/w", "approvalPolicy": "never", "approvalsReviewer": "user"}},
        SettingsApplied(thread_id="T", model="m", cwd="/w", approval_policy="never", approvals_reviewer="user"),
    ),
    (
        "thread/goal/updated",
        {**TURN, "goal": {"status": "active", "objective": "ship"}},
        GoalUpdated(thread_id="T", turn_id="t1", status="active", objective="ship"),
    ),
    (
        "thread/tokenUsage/updated",
        {**TURN, "tokenUsage": {"total": TOKENS, "last": TOKENS, "modelContextWindow": 100}},
        TokenUsageReported(total=USAGE, last=USAGE, model_context_window=100, turn_id="t1"),
    ),
    ("thread/compacted", TURN, CompactionNoted(turn_id="t1")),
    ("thread/closed", T, ShutdownCompleted()),
    (
        "turn/started",
        {**T, "turn": {"id": "t1", "rootTurnId": "t1", "status": "inProgress", "startedAt": 8}},
        TurnStarted(turn_id="t1", root_turn_id="t1", started_at_s=8),
    ),
    (
        "turn/completed",
        {**T, "turn": {"id": "t1", "rootTurnId": "t1", "status": "completed", "error": None, **TIMES}},
        TurnCompleted(
            turn_id="t1", root_turn_id="t1", status="completed", started_at_s=8, completed_at_s=9, duration_ms=1200
        ),
    ),
    (
        "turn/completed",
        {**T, "turn": {"id": "t1", "rootTurnId": "t1", "status": "interrupted", **TIMES}},
        TurnAborted(
            turn_id="t1", root_turn_id="t1", reason="interrupted", started_at_s=8, completed_at_s=9, duration_ms=1200
        ),
    ),
    (
        "turn/plan/updated",
        {**TURN, "explanation": "e", "plan": [{"step": "s", "status": "pending"}]},
        PlanUpdated(turn_id="t1", explanation="e", plan=[{"step": "s", "status": "pending"}]),
    ),
    ("turn/diff/updated", {**TURN, "diff": "+a"}, DiffUpdated(turn_id="t1", diff="+a")),
    (
        "item/started",
        {**TURN, "item": COMMAND, "startedAtMs": 82},
        ItemStarted(
            thread_id="T", turn_id="t1", item_id="c1", item_type="commandExecution", status="inProgress",
            started_at_ms=81,
        ),
    ),
    (
        "item/started",
        {**TURN, "item": USER_TEXT, "startedAtMs": 82},
        ItemStarted(
            thread_id="T", turn_id="t1", item_id="i1", item_type="userMessage", text="hello", started_at_ms=82
        ),
    ),
    (
        "item/completed",
        {**TURN, "item": {"type": "agentMessage", "id": "m1", "text": "done", "completedAtMs": 90}},
        ItemCompleted(
            thread_id="T", turn_id="t1", item_id="m1", item_type="agentMessage", text="done", completed_at_ms=90
        ),
    ),
    (
        "item/completed",
        {**TURN, "item": {"type": "reasoning", "id": "r", "content": ["thought"]}, "completedAtMs": 91},
        ItemCompleted(thread_id="T", turn_id="t1", item_id="r", item_type="reasoning", completed_at_ms=91),
    ),
    (
        "item/autoApprovalReview/started",
        {**REVIEW, "review": {"status": "inProgress"}},
        ReviewStarted(review_id="r1", call_id="c1", turn_id="t1", status="in_progress", started_at_ms=81),
    ),
    (
        "item/autoApprovalReview/completed",
        {**REVIEW, "completedAtMs": 95, "review": {"status": "timedOut", "riskLevel": "low", "rationale": "slow"}},
        ReviewEnded(
            review_id="r1", call_id="c1", turn_id="t1", status="timed_out", risk_level="low", rationale="slow",
            started_at_ms=81, completed_at_ms=95,
        ),
    ),
    ("hook/started", {**TURN, "run": RUN}, HookStarted(**HOOK, status="running")),
    (
        "hook/completed",
        {**TURN, "run": {**RUN, **TIMES, "status": "blocked", "entries": [{"kind": "feedback", "text": "no"}]}},
        HookCompleted(
            **HOOK, status="blocked", completed_at_s=9, duration_ms=1200,
            entries=(HookEntry(kind="feedback", text="no"),),
        ),
    ),
    (
        "hook/started",
        {**T, "turnId": None, "run": {"id": "stop:0:/h", "eventName": "stop", "status": "running"}},
        HookStarted(run_id="stop:0:/h", event_name="stop", status="running"),
    ),
    (
        "error",
        {**TURN, "error": {"message": "m", "codexErrorInfo": "serverOverloaded"}, "willRetry": True},
        ErrorRaised(message="m", error_code="serverOverloaded", turn_id="t1", will_retry=True),
    ),
    ("warning", {**T, "message": "m"}, WarningRaised(message="m", thread_id="T")),
    ("guardianWarning", {**T, "message": "m"}, WarningRaised(message="m", thread_id="T")),
    ("configWarning", {"summary": "s", "details": None}, WarningRaised(message="s")),
    ("deprecationNotice", {"summary": "s"}, WarningRaised(message="s")),
]  # fmt: skip
