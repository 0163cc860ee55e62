"""What the answers of hooks mean, event by event, and what holds for all of them."""

from typing import Any

import pytest
from hypothesis import given, settings

from tests.core.hooks.answers import EVENTS, EXITS, error, kinds, said, specific
from turnfold.core.hooks import PROFILES, HookEvent, HookExit, Outcome, interpret
from turnfold.events import HookEntry

PRE, POST = HookEvent.PRE_TOOL_USE, HookEvent.POST_TOOL_USE
PROMPT = HookEvent.USER_PROMPT_SUBMIT
STARTS = (HookEvent.SESSION_START, HookEvent.SUBAGENT_START)
STOPS = (HookEvent.STOP, HookEvent.SUBAGENT_STOP)
COMPACTS = (HookEvent.PRE_COMPACT, HookEvent.POST_COMPACT)
BLOCK: dict[str, Any] = {"decision": "block", "reason": " why "}


def failure(text: str) -> Outcome:
    """The outcome of a run that failed so."""
    return Outcome(status="failed", entries=error(text))


def block(text: str) -> Outcome:
    """The outcome of a run that blocks."""
    feedback = (HookEntry(kind="feedback", text=text),)
    return Outcome(status="blocked", entries=feedback, decision="block", message=text)


def stop(text: str | None) -> Outcome:
    """The outcome of a run that stops all."""
    entries = () if text is None else (HookEntry(kind="stop", text=text),)
    return Outcome(status="stopped", entries=entries, decision="stop", message=text)


@pytest.mark.covers("B6")
@settings(max_examples=400)
@given(EVENTS, EXITS)
def test_no_end_of_a_program_makes_it_raise(event: HookEvent, end: HookExit) -> None:
    """Whatever is written: a run has one error entry if and only if it failed, and then it wants nothing."""
    for profile in PROFILES:
        outcome = interpret(event, end, profile)
        assert (1 if outcome.status == "failed" else 0) == kinds(outcome).count("error")
        if outcome.status == "failed":
            assert Outcome(status="failed", entries=outcome.entries) == outcome
        assert [] == [at for at, kind in enumerate(kinds(outcome)) if kind == "warning" and at]
        assert not outcome.interrupt or outcome.decision == "deny"
        assert outcome.contexts == tuple(each.text for each in outcome.entries if each.kind == "context")


@given(EVENTS, EXITS)
def test_the_profiles_differ_in_little(event: HookEvent, end: HookExit) -> None:
    """Only in denials that interrupt, and in the events that an answer may name."""
    seed, codex = (interpret(event, end, profile) for profile in PROFILES)
    if seed != codex:
        assert seed.interrupt or (event.since_seed and seed.status == "failed")


def test_a_profile_that_there_is_not_is_refused() -> None:
    """The message names those there are."""
    with pytest.raises(ValueError, match="no profile is called 'new'; there are seed, codex"):
        interpret(HookEvent.STOP, HookExit(code=0), "new")


@pytest.mark.parametrize("event", HookEvent)
def test_silence_is_consent(event: HookEvent) -> None:
    """A hook that ends well and writes nothing changes nothing."""
    assert Outcome() == interpret(event, HookExit(code=0, stdout=" \n", stderr="noise"))


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (PRE, "PreToolUse hook exited with code 2 but did not write a blocking reason to stderr"),
        (POST, "PostToolUse hook exited with code 2 but did not write feedback to stderr"),
        (PROMPT, "UserPromptSubmit hook exited with code 2 but did not write a blocking reason to stderr"),
        (STOPS[0], "Stop hook exited with code 2 but did not write a continuation prompt to stderr"),
        (STOPS[1], "SubagentStop hook exited with code 2 but did not write a continuation prompt to stderr"),
    ],
)
def test_exit_code_2_blocks_with_what_is_on_stderr(event: HookEvent, text: str) -> None:
    """A text is the reason; without one the run failed."""
    expected = block("no")
    if event is POST:  # the tool has run already
        expected = Outcome(status="completed", entries=expected.entries, decision="block", message="no")
    assert expected == interpret(event, HookExit(code=2, stderr=" no\n", stdout="{"))
    assert failure(text) == interpret(event, HookExit(code=2))


@pytest.mark.parametrize("event", [*STARTS, HookEvent.SESSION_END, HookEvent.INTERRUPT])
def test_exit_code_2_is_a_plain_failure_elsewhere(event: HookEvent) -> None:
    """Nothing can be blocked there."""
    assert failure("hook exited with code 2") == interpret(event, HookExit(code=2, stderr="no"))


@pytest.mark.parametrize("event", COMPACTS)
def test_a_failure_around_a_compaction_is_told_in_its_own_words(event: HookEvent) -> None:
    """What is on stderr is the error, with any code but 0."""
    for code in (1, 2):
        assert failure("no") == interpret(event, HookExit(code=code, stderr=" no "))
        assert failure(f"hook exited with code {code}") == interpret(event, HookExit(code=code))
    assert failure("hook process terminated without an exit code") == interpret(event, HookExit(code=None))


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (PRE, "hook returned invalid pre-tool-use JSON output"),
        (POST, "hook returned invalid post-tool-use JSON output"),
        (PROMPT, "hook returned invalid user prompt submit JSON output"),
        (HookEvent.SESSION_START, "hook returned invalid session start JSON output"),
        (HookEvent.SUBAGENT_START, "hook returned invalid subagent start JSON output"),
        (HookEvent.STOP, "hook returned invalid stop hook JSON output"),
        (HookEvent.SUBAGENT_STOP, "hook returned invalid subagent stop hook JSON output"),
        (HookEvent.PRE_COMPACT, "hook returned invalid PreCompact hook JSON output"),
        (HookEvent.POST_COMPACT, "hook returned invalid PostCompact hook JSON output"),
        (HookEvent.INTERRUPT, "hook returned invalid interrupt hook JSON output"),
    ],
)
def test_what_looks_like_json_and_is_no_answer_fails(event: HookEvent, text: str) -> None:
    """Each event has its own words for it."""
    for answer in ("{", "[]", {"other": 1}):
        assert failure(text) == said(event, answer)


@pytest.mark.parametrize("event", HookEvent)
def test_plain_text(event: HookEvent) -> None:
    """At a start and with a prompt it is context; where an agent stops or is interrupted it fails; else ignored."""
    expected = Outcome()
    if event in (*STARTS, PROMPT):
        context = (HookEntry(kind="context", text="hello"),)
        expected = Outcome(entries=context, contexts=("hello",))
    if event in STOPS:
        expected = failure(f"hook returned invalid {event.words} hook JSON output")
    if event is HookEvent.INTERRUPT:
        expected = failure("Interrupt hook returned non-JSON stdout")
    assert expected == said(event, " hello\n")


@pytest.mark.parametrize("answer", ["{", "[1]", {"systemMessage": "x"}, {"continue": False}])
def test_the_end_of_a_session_reads_nothing(answer: object) -> None:
    """Whatever is written changes nothing."""
    assert Outcome() == said(HookEvent.SESSION_END, answer)


def test_an_interrupted_turn_only_takes_a_message() -> None:
    """Anything that would control the turn is no valid answer."""
    warning = (HookEntry(kind="warning", text="x"),)
    assert Outcome(entries=warning) == said(HookEvent.INTERRUPT, {"systemMessage": "x"})
    for name, value in (("continue", True), ("stopReason", None), ("suppressOutput", False)):
        assert "failed" == said(HookEvent.INTERRUPT, {name: value}).status


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"continue": False, **BLOCK}, "unsupported continue:false"),
        ({"stopReason": "x", **BLOCK}, "unsupported stopReason"),
        ({"suppressOutput": True, **BLOCK}, "unsupported suppressOutput"),
        ({"decision": "approve"}, "unsupported decision:approve"),
        ({"decision": "block", "reason": " "}, "decision:block without a non-empty reason"),
        ({"decision": "block"}, "decision:block without a non-empty reason"),
        ({"reason": "why"}, "reason without decision"),
        (specific(PRE, permissionDecision="allow"), "unsupported permissionDecision:allow"),
        (specific(PRE, permissionDecision="ask"), "unsupported permissionDecision:ask"),
        (
            specific(PRE, permissionDecisionReason="why"),
            "permissionDecisionReason without permissionDecision",
        ),
        (
            specific(PRE, permissionDecision="deny", permissionDecisionReason=" "),
            "permissionDecision:deny without a non-empty permissionDecisionReason",
        ),
        (specific(PRE, updatedInput={}), "updatedInput without permissionDecision:allow"),
        (
            specific(PRE, updatedInput={}, permissionDecision="deny", permissionDecisionReason="x"),
            "updatedInput without permissionDecision:allow",
        ),
    ],
)
def test_pre_tool_use_refuses(answer: dict[str, object], text: str) -> None:
    """The run fails, and adds no context either."""
    assert failure(f"PreToolUse hook returned {text}") == said(PRE, answer)


def test_pre_tool_use_blocks() -> None:
    """In the older form and in the newer one, with context before the reason; the newer one counts."""
    assert block("why") == said(PRE, BLOCK)
    newer = specific(PRE, permissionDecision="deny", permissionDecisionReason="no ", additionalContext="c")
    expected = block("no")
    told = (HookEntry(kind="context", text="c"), *expected.entries)
    assert Outcome(status="blocked", entries=told, decision="block", message="no", contexts=("c",)) == said(
        PRE, {**newer, **BLOCK}
    )
    with_context = {**specific(PRE, additionalContext="c"), **BLOCK}
    assert ["context", "feedback"] == kinds(said(PRE, with_context))


def test_pre_tool_use_changes_the_arguments() -> None:
    """Only beside `allow`; that is no decision, so the call may still need approval."""
    answer = specific(PRE, permissionDecision="allow", updatedInput={"command": "ls"})
    assert Outcome(updated_input={"command": "ls"}) == said(PRE, answer)
    assert Outcome() == said(PRE, {})


def test_post_tool_use_replaces_what_the_model_is_told() -> None:
    """A block by its reason as it stands, a stop by its reason or what stopped it, an update by its value."""
    assert block(" why ") == said(POST, BLOCK)
    assert stop("halt") == said(POST, {"continue": False, "stopReason": "halt"})
    assert stop("PostToolUse hook stopped execution") == said(POST, {"continue": False})
    told = said(POST, {"continue": False, "stopReason": "halt", "reason": " for the model "})
    assert ("for the model", stop("halt").entries) == (told.message, told.entries)
    assert Outcome(updated_output=0) == said(POST, specific(POST, updatedToolOutput=0))


def test_post_tool_use_adds_context() -> None:
    """Beside all but a refusal, and before the other entries."""
    added = specific(POST, additionalContext="c")
    assert Outcome(entries=(HookEntry(kind="context", text="c"),), contexts=("c",)) == said(POST, added)
    assert ["context", "feedback"] == kinds(said(POST, {**added, **BLOCK}))
    assert ["context", "stop"] == kinds(said(POST, {**added, "continue": False, "reason": "x"}))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"suppressOutput": True, **BLOCK}, "unsupported suppressOutput"),
        ({"decision": "block"}, "decision:block without a non-empty reason"),
        ({"reason": "why"}, "reason without decision"),
    ],
)
def test_post_tool_use_refuses(answer: dict[str, object], text: str) -> None:
    """The run fails and adds no context; but a stop counts, without the context."""
    added = {**specific(POST, additionalContext="c"), **answer}
    assert failure(f"PostToolUse hook returned {text}") == said(POST, added)
    assert "stopped" == said(POST, {**added, "continue": False}).status


def test_a_prompt_is_blocked_or_stopped() -> None:
    """A stop counts before a block, and a block needs a reason; context stands beside both."""
    added = specific(PROMPT, additionalContext="c")
    assert block(" why ") == said(PROMPT, BLOCK)
    assert stop(None) == said(PROMPT, {"continue": False})
    assert ["context", "stop"] == kinds(
        said(PROMPT, {**added, **BLOCK, "continue": False, "stopReason": "x"})
    )
    assert ["context", "feedback"] == kinds(said(PROMPT, {**added, **BLOCK}))
    reasonless = "UserPromptSubmit hook returned decision:block without a non-empty reason"
    assert failure(reasonless) == said(PROMPT, {**added, "decision": "block"})
    assert stop(None) == said(PROMPT, {**added, "decision": "block", "continue": False})
    assert ("c",) == said(PROMPT, added).contexts


def test_a_start_takes_context_and_a_session_may_be_stopped() -> None:
    """A sub-agent's start takes no notice of `continue`."""
    for event in STARTS:
        assert ("c",) == said(event, specific(event, additionalContext="c")).contexts
        assert Outcome() == said(event, {"suppressOutput": True})
    stopping = {"continue": False, "stopReason": "x"}
    assert stop("x") == said(HookEvent.SESSION_START, stopping)
    assert Outcome() == said(HookEvent.SUBAGENT_START, stopping)


@pytest.mark.parametrize("event", STOPS)
def test_an_agent_that_stops_may_have_to_go_on(event: HookEvent) -> None:
    """With the trimmed reason as its prompt; a stop counts before that."""
    assert block("why") == said(event, BLOCK)
    assert stop("x") == said(event, {**BLOCK, "continue": False, "stopReason": "x"})
    assert stop(None) == said(event, {"continue": False})
    assert Outcome() == said(event, {"reason": "unused"})
    text = f"{event} hook returned decision:block without a non-empty reason"
    assert failure(text) == said(event, {"decision": "block", "reason": "\n"})


@pytest.mark.parametrize("event", COMPACTS)
def test_a_compaction_may_be_stopped(event: HookEvent) -> None:
    """With a reason, or the usual text."""
    assert stop("x") == said(event, {"continue": False, "stopReason": "x"})
    assert stop(f"{event} hook stopped execution") == said(event, {"continue": False})
    assert Outcome() == said(event, {"stopReason": "unused"})
