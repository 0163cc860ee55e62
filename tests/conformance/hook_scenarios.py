"""The scenarios with hooks."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

from tests.conformance.endpoint import Hold, message, run
from tests.conformance.scenario import Answer, Compact, Ended, Held, Hunk, Interrupt, Scenario, Start, Until
from tests.conformance.scenarios import ASKS, BEGUN_LATE, DECLINED, DONE, NO_OUTPUT, REJECTED, rejected


def hook(event: str, command: str, matcher: str | None = "^Bash$") -> Mapping[str, Any]:
    """One handler of *event*."""
    group: dict[str, Any] = {"hooks": [{"type": "command", "command": command}]}
    return {event: [group if matcher is None else {"matcher": matcher, **group}]}


def says(answer: object) -> str:
    """A command that reads its input and prints *answer*."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return f"cat > /dev/null; echo {shlex.quote(text)}"


def permission(**decision: object) -> Mapping[str, Any]:
    """A PermissionRequest hook that decides so."""
    return hook("PermissionRequest", says(_specific("PermissionRequest", decision=decision)))


def _specific(event: str, **output: object) -> Mapping[str, object]:
    return {"hookSpecificOutput": {"hookEventName": event, **output}}


OUTPUT: Final = (
    "output c1: Wall time: N seconds\nProcess exited with code 0\nOriginal token count: 1\nOutput:\nhi\n"
)

REQUESTS: Final = (
    Scenario(
        name="hook-allows",
        claim="A hook that allows lets the command run without a question.",
        covers=("C1", "C7"),
        hooks=permission(behavior="allow"),
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="hook-denies",
        claim="A hook that denies rejects the command with its message, and the turn goes on.",
        covers=("B4", "C3"),
        hooks=permission(behavior="deny", message="not here"),
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
        seen=(rejected("not here"),),
    ),
    Scenario(
        name="hook-denies-without-a-word",
        claim="A hook that denies without a message does so with a text of its own.",
        covers=("B4",),
        hooks=permission(behavior="deny"),
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
        seen=(rejected("PermissionRequest hook denied approval"),),
    ),
    Scenario(
        name="hook-denies-by-exit-code",
        claim="Exit code 2 denies, with what the hook wrote to stderr.",
        covers=("B6",),
        hooks=hook("PermissionRequest", "cat > /dev/null; echo by code >&2; exit 2"),
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
        seen=(rejected("by code"),),
    ),
    Scenario(
        name="hook-fails",
        claim="A hook that fails decides nothing, and the user is asked.",
        covers=("B6",),
        hooks=hook("PermissionRequest", "cat > /dev/null; exit 1"),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="hook-denies-silently",
        claim="Exit code 2 without a reason decides nothing, and the user is asked.",
        covers=("B6",),
        hooks=hook("PermissionRequest", "cat > /dev/null; exit 2"),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="hook-prints-junk",
        claim="A hook whose output is nearly JSON fails, and the user is asked.",
        covers=("B5",),
        hooks=hook("PermissionRequest", says("{not json")),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("denied"), Ended()),
        heard=DECLINED,
        seen=(rejected("rejected by user"),),
    ),
    Scenario(
        name="hook-prints-text",
        claim="A hook that prints plain text decides nothing, and the user is asked.",
        covers=("B5",),
        hooks=hook("PermissionRequest", says("looks fine")),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="hook-updates-input",
        claim="A hook that wants to change the command fails, and the user is asked.",
        covers=("B3",),
        hooks=permission(behavior="allow", updatedInput={}),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="hook-stops-the-world",
        claim="A hook that answers `continue: false` fails, and the user is asked.",
        covers=("B3",),
        hooks=hook("PermissionRequest", says({"continue": False})),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="hook-warns",
        claim="A hook's message to the user comes before its denial.",
        covers=("B4",),
        hooks=hook(
            "PermissionRequest",
            says(
                {"systemMessage": "careful", **_specific("PermissionRequest", decision={"behavior": "deny"})}
            ),
        ),
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
        seen=(rejected("PermissionRequest hook denied approval"),),
    ),
    Scenario(
        name="hook-denies-and-interrupts",
        claim="A hook that denies and interrupts ends the turn in ours; the release fails the hook and asks.",
        covers=("B3", "C3"),
        hooks=permission(behavior="deny", message="stop", interrupt=True),
        model=(ASKS, DONE),
        client=(Start("hello"), Ended(answer="denied")),
        heard=(
            Hunk(
                (
                    (
                        "hook failed: permission_request, error: "
                        "PermissionRequest hook returned unsupported interrupt:true"
                    ),
                    "command started",
                    "asked",
                    "answered: denied",
                    "command declined",
                    "agentmessage started",
                    "agentmessage completed",
                    "turn completed",
                ),
                ("hook blocked: permission_request, feedback: stop", "turn aborted: interrupted"),
                "interrupting-denial",
            ),
        ),
        seen=(
            Hunk(
                (
                    "request 2",
                    (
                        "call c1: exec_command "
                        '{"cmd": "echo hi", "sandbox_permissions": "require_escalated", "justification": "need it"}'
                    ),
                    f"output c1: {REJECTED.format('rejected by user')}",
                ),
                (),
                "interrupting-denial",
            ),
        ),
    ),
    Scenario(
        name="hook-denies-and-interrupts-as-released",
        claim="With the profile of the release, ours fails the hook and asks, too.",
        covers=("B3",),
        hooks=permission(behavior="deny", message="stop", interrupt=True),
        profile="codex",
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("denied"), Ended()),
        heard=DECLINED,
        seen=(rejected("rejected by user"),),
    ),
    Scenario(
        name="hooks-disagree",
        claim="All hooks run and end in configured order, and the first denial wins over an earlier allow.",
        covers=("B7", "B8"),
        hooks={
            "PermissionRequest": [
                *permission(behavior="allow")["PermissionRequest"],
                *permission(behavior="deny", message="first no")["PermissionRequest"],
                *permission(behavior="deny", message="second no")["PermissionRequest"],
            ]
        },
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
        seen=(rejected("first no"),),
    ),
    Scenario(
        name="hook-times-out",
        claim="A hook that takes too long fails, and the user is asked.",
        covers=("A2", "B6"),
        hooks={"PermissionRequest": [{"hooks": [{"type": "command", "command": "sleep 30", "timeout": 1}]}]},
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="interrupted-while-a-hook-runs",
        claim="An interruption while a hook runs ends the turn.",
        covers=("F1", "F6"),
        hooks=hook("PermissionRequest", "sleep 30"),
        model=(ASKS, DONE),
        client=(
            Start("hello"),
            Until("hook started"),
            Interrupt(),
            Ended(),
            Start("next"),
            Ended(),
        ),
        heard=(Hunk((), ("hook closed: interrupted",), "hook-run-closed"),),
        seen=(NO_OUTPUT,),
    ),
)

OTHERS: Final = (
    Scenario(
        name="pre-tool-use-blocks",
        claim="A PreToolUse hook that blocks rejects the call with its reason.",
        covers=("A1",),
        approval="never",
        sandbox="danger-full-access",
        hooks=hook("PreToolUse", says({"decision": "block", "reason": "not now"})),
        model=((run("c1", "echo hi"),), DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="post-tool-use-objects",
        claim="A PostToolUse hook that blocks replaces the output by its reason.",
        covers=("A1",),
        approval="never",
        sandbox="danger-full-access",
        hooks=hook("PostToolUse", says({"decision": "block", "reason": "look again"})),
        model=((run("c1", "echo hi"),), DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="prompt-blocked",
        claim="A UserPromptSubmit hook that blocks keeps the message from the model.",
        covers=("A1",),
        hooks=hook("UserPromptSubmit", says({"decision": "block", "reason": "no"}), None),
        model=(),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="prompt-with-context",
        claim="A UserPromptSubmit hook adds something for the model to read.",
        covers=("A1",),
        hooks=hook(
            "UserPromptSubmit", says(_specific("UserPromptSubmit", additionalContext="be brief")), None
        ),
        model=(DONE,),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="session-with-context",
        claim="A SessionStart hook adds something for the model to read before the first message.",
        covers=("A1",),
        hooks=hook("SessionStart", "cat > /dev/null; echo the house rules", None),
        model=(DONE,),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="stop-blocked",
        claim="A Stop hook that blocks sends the model back to work, once.",
        covers=("A1",),
        hooks=hook(
            "Stop",
            "if grep -q '\"stop_hook_active\":true'; then exit 0; fi; "
            'echo \'{"decision": "block", "reason": "go on <b> & \\"c\\" d > e"}\'',
            None,
        ),
        model=((message("one", "m1"),), DONE),
        client=(Start("hello"), Ended()),
        heard=(Hunk(("hookprompt started", "hookprompt completed"), (), "hook-prompt-is-no-item"),),
    ),
    Scenario(
        name="pre-tool-use-rewrites",
        claim="A PreToolUse hook changes the command that is run.",
        covers=("A1",),
        approval="never",
        sandbox="danger-full-access",
        hooks=hook(
            "PreToolUse",
            says(
                _specific("PreToolUse", permissionDecision="allow", updatedInput={"command": "echo instead"})
            ),
        ),
        model=((run("c1", "echo hi"),), DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="post-tool-use-adds-context",
        claim="A PostToolUse hook adds something for the model to read.",
        covers=("A1",),
        approval="never",
        sandbox="danger-full-access",
        hooks=hook("PostToolUse", says(_specific("PostToolUse", additionalContext="note this"))),
        model=((run("c1", "echo hi"),), DONE),
        client=(Start("hello"), Ended()),
        seen=(Hunk((), (OUTPUT,), "context-behind-output"), Hunk((OUTPUT,), (), "context-behind-output")),
    ),
    Scenario(
        name="pre-tool-use-adds-context",
        claim="A PreToolUse hook adds something for the model to read.",
        covers=("A1",),
        approval="never",
        sandbox="danger-full-access",
        hooks=hook("PreToolUse", says(_specific("PreToolUse", additionalContext="note this"))),
        model=((run("c1", "echo hi"),), DONE),
        client=(Start("hello"), Ended()),
        seen=(Hunk((), (OUTPUT,), "context-behind-output"), Hunk((OUTPUT,), (), "context-behind-output")),
    ),
    Scenario(
        name="prompt-stopped",
        claim="A UserPromptSubmit hook that answers `continue: false` ends the turn.",
        covers=("A1",),
        hooks=hook("UserPromptSubmit", says({"continue": False, "stopReason": "enough"}), None),
        model=(),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="session-stopped",
        claim="A SessionStart hook that answers `continue: false` keeps the model from being asked.",
        covers=("A1",),
        hooks=hook("SessionStart", says({"continue": False, "stopReason": "enough"}), None),
        model=(),
        client=(Start("hello"), Ended()),
        heard=(Hunk((), ("usermessage started", "usermessage completed"), "input-kept"),),
    ),
    Scenario(
        name="stop-stopped",
        claim="A Stop hook that answers `continue: false` ends the turn.",
        covers=("A1",),
        hooks=hook("Stop", says({"continue": False, "stopReason": "enough"}), None),
        model=(DONE,),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="compaction-stopped",
        claim="A PreCompact hook that answers `continue: false` keeps the history as it is.",
        covers=("A1",),
        hooks=hook("PreCompact", says({"continue": False, "stopReason": "enough"}), None),
        model=((message("one", "m1"),), DONE),
        client=(Start("hello"), Ended(), Compact(), Ended(), Start("next"), Ended()),
        heard=(Hunk(("turn aborted: interrupted",), ("turn completed",), "compaction-not-made"),),
    ),
    Scenario(
        name="compaction-with-hooks",
        claim="Hooks run before and after a compaction, and the session starts anew for those of SessionStart.",
        covers=("A1",),
        hooks={
            **hook("PreCompact", "cat > /dev/null", None),
            **hook("PostCompact", "cat > /dev/null", None),
            **hook("SessionStart", "cat > /dev/null; echo the house rules", None),
        },
        model=((message("one", "m1"),), (message("the summary", "m2"),), DONE),
        client=(Start("hello"), Ended(), Compact(), Ended(), Start("next"), Ended()),
        heard=(
            Hunk(
                ("contextcompaction started", "contextcompaction completed"),
                ("compacted",),
                "compaction-is-no-item",
            ),
        ),
    ),
    Scenario(
        name="interrupt-hook",
        claim="An Interrupt hook is told of the user's interruption.",
        covers=("A1",),
        hooks=hook("Interrupt", "cat > /dev/null", None),
        model=((Hold(),), DONE),
        client=(Start("hello"), Held(), Interrupt(), Ended(), Start("next"), Ended()),
    ),
)
