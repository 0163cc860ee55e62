"""Verbs about what the model does: think, agent, call, output, tokens."""

from __future__ import annotations

import json

from turnfold.replay.histories.arguments import Arguments
from turnfold.replay.histories.pen import Fields
from turnfold.replay.histories.story import CONTEXT_WINDOW, CWD, Call, Story, sum_of, usage_of


def think(story: Story, words: Arguments) -> None:
    """`think ["SUMMARY"]`: the model reasons; the summary, if any, is shown to the user."""
    story.model_spoke(story.open_turn(words))
    summary = words.text("a summary", "")
    if summary:
        item: Fields = {"summary_text": [summary], "raw_content": []}
        story.twin("agent_reasoning", {"text": summary}, "Reasoning", item)
    parts = [{"type": "summary_text", "text": summary}] if summary else []
    story.pen.item("reasoning", summary=parts, content=None, encrypted_content="c2VhbGVk")


def agent(story: Story, words: Arguments) -> None:
    """`agent "TEXT" [commentary]`: the model says something; without `commentary` it is its answer."""
    turn = story.open_turn(words)
    story.model_spoke(turn)
    turn.last_message = text = words.text("what the model says")
    phase = words.choice("final_answer", "commentary", default="final_answer")
    phases = {"phase": phase} if story.form.has_turns else {}
    item: Fields = {"content": [{"type": "Text", "text": text}], **phases}
    story.twin("agent_message", {"message": text, **phases}, "AgentMessage", item)
    story.pen.message("assistant", text, **phases)


def call(story: Story, words: Arguments) -> None:
    """`call ID [TOOL] ["TEXT"]`: a call; TEXT is the command of `shell`, the patch of `apply_patch`."""
    story.model_spoke(story.open_turn(words))
    call_id = words.name("the id of the call")
    if call_id in story.call_ids:
        raise words.wrong("a call of this id was made before", "take another id")
    tool, text = words.name("the name of the tool", "shell"), words.text("what it is given", "ls")
    story.call_ids.add(call_id)
    story.calls[call_id] = Call(tool=tool, text=text, started_ms=story.pen.now_ms)
    if tool == "apply_patch":
        story.pen.item("custom_tool_call", status="completed", call_id=call_id, name=tool, input=text)
    else:
        given = {"command": ["bash", "-lc", text], "workdir": CWD} if tool == "shell" else {"input": text}
        story.pen.item("function_call", name=tool, arguments=json.dumps(given), call_id=call_id)


def output(story: Story, words: Arguments) -> None:
    """`output ID ["TEXT"] [failed]`: what the tool gave back."""
    story.open_turn(words)
    call_id = words.name("the id of the call")
    made = story.calls.pop(call_id, None)
    if made is None:
        waiting = ", ".join(story.calls) or "none"
        raise words.wrong(
            f"no call of this id waits for its output (waiting: {waiting})", "write its `call` before"
        )
    text = words.text("the output", "ok")
    write_tool_end(story, call_id, made, text, failed=words.flag("failed"))
    tag = "custom_tool_call_output" if made.tool == "apply_patch" else "function_call_output"
    story.pen.item(tag, call_id=call_id, output=text)


def tokens(story: Story, words: Arguments) -> None:
    """`tokens IN [OUT]`: a request was paid for; OUT is a tenth of IN unless given."""
    story.started(words)
    tokens_in = words.number("the input tokens")
    last = usage_of(tokens_in, words.number("the output tokens", tokens_in // 10), story.form)
    story.usage = sum_of(story.usage, last)
    if story.form.is_paginated and story.turn is not None:
        story.turn.usage = sum_of(story.turn.usage, last)
        write_usage_record(story, last)
    write_token_count(story, last)


def write_tool_end(story: Story, call_id: str, made: Call, text: str, *, failed: bool) -> None:
    """What clients are shown of a finished call: patches always, commands in the paginated form only."""
    now, status = story.pen.now_ms, "failed" if failed else "completed"
    if made.tool == "apply_patch":
        changes: Fields = {
            f"{CWD}/parse.py": {"type": "update", "unified_diff": made.text, "move_path": None}
        }
        named = {
            "call_id": call_id,
            **({"turn_id": story.turn.id} if story.turn and story.form.has_turns else {}),
        }
        fields: Fields = {**named, "stdout": text, "stderr": "", "success": not failed, "changes": changes}
        item: Fields = {"id": call_id, "changes": changes, "status": status}
        story.twin("patch_apply_end", fields, "FileChange", item, since_ms=made.started_ms)
    elif story.form.is_paginated and made.tool == "shell":
        seconds, milliseconds = divmod(now - made.started_ms, 1000)
        item = {
            "id": call_id,
            "command": ["bash", "-lc", made.text],
            "cwd": f"file://{CWD}",
            "parsed_cmd": [{"type": "unknown", "cmd": made.text}],
            "source": "agent",
            "status": status,
            "aggregated_output": text,
            "exit_code": int(failed),
            "duration": {"secs": seconds, "nanos": milliseconds * 1_000_000},
        }
        story.twin("", {}, "CommandExecution", item, since_ms=made.started_ms)


def write_usage_record(story: Story, last: Fields) -> None:
    """The accounting of one request, as paginated files have it before each `token_count`."""
    if story.turn is not None:
        record: Fields = {
            "thread_id": story.thread_id,
            "turn_id": story.turn.id,
            "session_id": story.thread_id,
        }
        record |= {"root_turn_id": story.turn.id, "response_id": story.pen.fresh_id("resp")}
        record |= {"usage": last, "turn_token_usage": story.turn.usage, "thread_token_usage": story.usage}
        story.pen.row("token_usage_record", record)


def write_token_count(story: Story, last: Fields) -> None:
    """Tokens of the thread, and of its last request."""
    info = {
        "total_token_usage": story.usage,
        "last_token_usage": last,
        "model_context_window": CONTEXT_WINDOW,
    }
    story.pen.event("token_count", info=info, rate_limits=None)
