"""PermissionRequest: what a hook's answer means, to the letter."""

from typing import Any

import pytest

from tests.core.hooks.answers import error, said, specific
from turnfold.core.hooks import HookEvent, HookExit, Outcome, interpret
from turnfold.events import HookEntry

EVENT = HookEvent.PERMISSION_REQUEST
INVALID = error("hook returned invalid permission-request JSON output")
EMPTY: dict[str, Any] = {}


def decision(**fields: object) -> dict[str, Any]:
    """An answer that decides."""
    return specific(EVENT, decision=fields)


def denial(text: str, *, interrupt: bool = False) -> Outcome:
    """The outcome of a run that denies."""
    return Outcome(
        status="blocked",
        entries=(HookEntry(kind="feedback", text=text),),
        decision="deny",
        message=text,
        interrupt=interrupt,
    )


def refused(what: str) -> Outcome:
    """The outcome of a run whose answer holds something unsupported."""
    return Outcome(status="failed", entries=error(f"PermissionRequest hook returned unsupported {what}"))


@pytest.mark.covers("B2", "B4")
def test_allow() -> None:
    """It completes without an entry, and its message is ignored."""
    assert Outcome(decision="allow") == said(EVENT, decision(behavior="allow", message="fine"))


@pytest.mark.covers("B4")
@pytest.mark.parametrize(
    ("message", "text"),
    [
        (EMPTY, "PermissionRequest hook denied approval"),
        ({"message": None}, "PermissionRequest hook denied approval"),
        ({"message": " \u2003\n"}, "PermissionRequest hook denied approval"),
        ({"message": "  not this \n"}, "not this"),
        # A separator of information is no white space to the source, but Python strips it.
        ({"message": "\x1cx\x1f"}, "\x1cx\x1f"),
    ],
)
def test_deny_takes_its_message(message: dict[str, object], text: str) -> None:
    """The trimmed message, or the usual text where it is absent or blank."""
    assert denial(text) == said(EVENT, decision(behavior="deny", **message))


@pytest.mark.covers("B3", "B4")
def test_a_denial_may_interrupt_in_the_profile_of_the_source() -> None:
    """The releases refuse it, and so does their profile."""
    answer = decision(behavior="deny", message="stop it", interrupt=True)
    assert denial("stop it", interrupt=True) == said(EVENT, answer)
    assert refused("interrupt:true") == said(EVENT, answer, "codex")
    calm = decision(behavior="deny", message="stop it", interrupt=False)
    assert denial("stop it") == said(EVENT, calm, "codex")


@pytest.mark.covers("B3")
@pytest.mark.parametrize("profile", ["seed", "codex"])
@pytest.mark.parametrize("behavior", ["allow", "deny"])
def test_the_order_of_refusals(profile: str, behavior: str) -> None:
    """Each fault is named before those that come after it, with either behavior."""
    interrupting: dict[str, object] = {} if behavior == "deny" and profile == "seed" else {"interrupt": True}
    verdict: dict[str, object] = {"behavior": behavior, "message": "m", **interrupting}
    answer = decision(**verdict)
    if interrupting:
        assert refused("interrupt:true") == said(EVENT, answer, profile)
    reserved: dict[str, object] = {"updatedPermissions": [0], "updatedInput": False}
    for name, value in reserved.items():
        verdict[name] = value
        answer = decision(**verdict)
        assert refused(name) == said(EVENT, answer, profile)
    universal: dict[str, object] = {"suppressOutput": True, "stopReason": "", "continue": False}
    for name, value in universal.items():
        answer[name] = value
        what = "continue:false" if name == "continue" else name
        assert refused(what) == said(EVENT, answer, profile)


@pytest.mark.covers("B2", "B3")
def test_null_is_as_good_as_absent() -> None:
    """Optional fields may be null; then nothing is refused and nothing decided."""
    assert Outcome() == said(EVENT, {"stopReason": None, "systemMessage": None, "hookSpecificOutput": None})
    assert Outcome() == said(EVENT, specific(EVENT, decision=None))
    reserved = decision(behavior="allow", updatedInput=None, updatedPermissions=None, message=None)
    assert Outcome(decision="allow") == said(EVENT, reserved)


@pytest.mark.covers("B2")
@pytest.mark.parametrize("name", ["Stop", "PreToolUse", "PermissionRequest"])
def test_the_name_of_the_event_is_not_compared(name: str) -> None:
    """Any known name does."""
    answer = {"hookSpecificOutput": {"hookEventName": name, "decision": {"behavior": "allow"}}}
    assert Outcome(decision="allow") == said(EVENT, answer)


@pytest.mark.covers("B2")
def test_newer_names_are_known_to_newer_profiles() -> None:
    """The source does not know them, so an answer that names one is no valid answer there."""
    answer = specific(HookEvent.INTERRUPT)
    assert Outcome(status="failed", entries=INVALID) == said(EVENT, answer)
    assert Outcome() == said(EVENT, answer, "codex")


@pytest.mark.covers("B2", "B5")
@pytest.mark.parametrize(
    "answer",
    [
        "{",
        "[]",
        "[{}]",
        "{} {}",
        '{"a":NaN}',
        {"unknown": 1},
        {"stop_reason": "x"},
        {"continue": None},
        {"continue": 1},
        {"continue": "true"},
        {"suppressOutput": None},
        {"systemMessage": 1},
        {"hookSpecificOutput": []},
        {"hookSpecificOutput": {}},
        {"hookSpecificOutput": {"hookEventName": "permission_request"}},
        {"hookSpecificOutput": {"hookEventName": None}},
        specific(EVENT, other=1),
        specific(EVENT, decision="allow"),
        decision(),
        decision(behavior="ask"),
        decision(behavior=None),
        decision(behavior="deny", interrupt=None),
        decision(behavior="deny", message=3),
        decision(behavior="allow", other=None),
        '{"systemMessage":"\\ud800"}',
        '{"systemMessage":"\ud800"}',
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"a":' * 100_000, id="deep objects"),
    ],
)
def test_what_looks_like_json_and_is_no_answer_fails(answer: object) -> None:
    """Unknown or missing fields, wrong types and any array: one error, no decision, no warning."""
    assert Outcome(status="failed", entries=INVALID) == said(EVENT, answer)


@pytest.mark.covers("B5")
@pytest.mark.parametrize("text", ["", " \n\t", "ok", "true", "0", '"{}"', "null", "x {"])
def test_other_text_is_no_answer(text: str) -> None:
    """Empty, plain or a scalar: completed without entry or decision."""
    assert Outcome() == said(EVENT, text)


@pytest.mark.covers("B5")
def test_stdout_is_trimmed() -> None:
    """Space around an answer does not matter, also where JSON knows no such space."""
    assert Outcome(decision="allow") == said(
        EVENT, '\n\u00a0{"hookSpecificOutput":{"hookEventName":"Stop","decision":{"behavior":"allow"}}}\v\n'
    )


def test_of_a_member_that_is_there_twice_the_last_counts() -> None:
    """As in the source, which reads objects before it looks at their types."""
    text = '{"continue": 3, "continue": true, "hookSpecificOutput": 1, "hookSpecificOutput": null}'
    assert Outcome() == said(EVENT, text)


@pytest.mark.covers("B4")
def test_the_message_for_the_user_comes_first() -> None:
    """It is a warning before any other entry, also when the run is refused; it may be empty."""
    warning = HookEntry(kind="warning", text="mind the gap")
    answer = {"systemMessage": "mind the gap", **decision(behavior="deny", message="no")}
    assert (warning, *denial("no").entries) == said(EVENT, answer).entries
    refusal = {**answer, "continue": False}
    assert (warning, *refused("continue:false").entries) == said(EVENT, refusal).entries
    assert (HookEntry(kind="warning", text=""),) == said(EVENT, {"systemMessage": ""}).entries


@pytest.mark.covers("B6")
def test_an_error_of_the_run_counts_before_all() -> None:
    """What was written and how it ended does not matter then."""
    text = '{"hookSpecificOutput":{"hookEventName":"Stop","decision":{"behavior":"allow"}}}'
    for code in (None, 0, 2, 7):
        end = HookExit(code=code, stdout=text, stderr="no", error="hook timed out after 5s")
        assert Outcome(status="failed", entries=error("hook timed out after 5s")) == interpret(EVENT, end)


@pytest.mark.covers("B6")
def test_exit_code_2_denies_with_what_is_on_stderr() -> None:
    """Trimmed, never with an interrupt, and stdout is ignored."""
    end = HookExit(
        code=2,
        stdout='{"systemMessage":"x","hookSpecificOutput":{"hookEventName":"Stop",'
        '"decision":{"behavior":"deny","interrupt":true}}}',
        stderr="\n not that \n",
    )
    assert denial("not that") == interpret(EVENT, end)


@pytest.mark.covers("B6")
@pytest.mark.parametrize(
    ("end", "text"),
    [
        (
            HookExit(code=2, stderr=" \n"),
            "PermissionRequest hook exited with code 2 but did not write a denial reason to stderr",
        ),
        (HookExit(code=1, stdout="{", stderr="why"), "hook exited with code 1"),
        (HookExit(code=-9), "hook exited with code -9"),
        (HookExit(code=None, stderr="why"), "hook exited without a status code"),
    ],
)
def test_other_ends_fail(end: HookExit, text: str) -> None:
    """One error entry, no decision."""
    assert Outcome(status="failed", entries=error(text)) == interpret(EVENT, end)
