"""What hooks of several events read."""

from turnfold.core.hooks import (
    PreCompactInput,
    PreToolUseInput,
    SessionStartInput,
    SubagentStartInput,
    UserPromptSubmitInput,
)

TOOL = PreToolUseInput(
    session_id="session-1",
    transcript_path=None,
    cwd="/work",
    model="m",
    permission_mode="default",
    turn_id="turn-1",
    tool_name="Bash",
    tool_input={},
    tool_use_id="call-1",
)
START = SessionStartInput(
    session_id="session-1",
    transcript_path=None,
    cwd="/work",
    model="m",
    permission_mode="default",
    source="startup",
)
COMPACT = PreCompactInput(
    session_id="session-1",
    transcript_path=None,
    cwd="/work",
    model="m",
    permission_mode="default",
    turn_id="turn-1",
    trigger="auto",
)
AGENT = SubagentStartInput(
    session_id="session-1",
    transcript_path=None,
    cwd="/work",
    model="m",
    permission_mode="default",
    turn_id="turn-1",
    agent_id="a",
    agent_type="explorer",
)
PROMPT = UserPromptSubmitInput(
    session_id="session-1",
    transcript_path=None,
    cwd="/work",
    model="m",
    permission_mode="default",
    turn_id="turn-1",
    prompt="hello",
)
