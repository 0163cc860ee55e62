"""One payload of each event."""

from turnfold.core.hooks import (
    HookInput,
    InterruptInput,
    PermissionMode,
    PermissionRequestInput,
    PostCompactInput,
    PostToolUseInput,
    PreCompactInput,
    PreToolUseInput,
    SessionEndInput,
    SessionStartInput,
    StopInput,
    SubagentStartInput,
    SubagentStopInput,
    UserPromptSubmitInput,
)


def payloads(
    session_id: str = "s", transcript_path: str | None = "/r.jsonl", mode: PermissionMode = "default"
) -> list[HookInput]:
    """A payload of each event, in their order."""
    path, cwd, model, turn = transcript_path, "/w", "m", "t"
    return [
        PreToolUseInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, tool_name="Bash", tool_input={"command": "ls"}, tool_use_id="c",
        ),
        PermissionRequestInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, command="rm -rf x", description="tidy up",
        ),
        PostToolUseInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, tool_name="Bash", tool_input={}, tool_response="done", tool_use_id="c",
            agent_id="a", agent_type="scout",
        ),
        SessionStartInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            source="startup",
        ),
        UserPromptSubmitInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, prompt="hello",
        ),
        StopInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, stop_hook_active=False, last_assistant_message=None,
        ),
        PreCompactInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, trigger="auto",
        ),
        PostCompactInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, trigger="manual",
        ),
        SessionEndInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode
        ),
        SubagentStartInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, agent_id="a", agent_type="scout",
        ),
        SubagentStopInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn, agent_id="a", agent_type="scout", agent_transcript_path=None,
            stop_hook_active=True, last_assistant_message="bye",
        ),
        InterruptInput(
            session_id=session_id, transcript_path=path, cwd=cwd, model=model, permission_mode=mode,
            turn_id=turn,
        ),
    ]  # fmt: skip
