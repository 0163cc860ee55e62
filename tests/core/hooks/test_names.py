"""Hook events have the names that every side knows them by."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.hooks import SEED_EVENTS, HookEvent, RunId, hook_prompt, parse_run_id, run_id

NO_SEPARATOR = st.characters(exclude_characters=":/\\")
CALL_IDS = st.text(NO_SEPARATOR, min_size=1).filter(lambda text: text != "retry" and "network#" not in text)


@pytest.mark.covers("A1")
def test_the_order_of_every_enumeration() -> None:
    """The six of the source come first, in its order, then the newer ones."""
    assert [
        "PreToolUse", "PermissionRequest", "PostToolUse", "SessionStart", "UserPromptSubmit", "Stop",
        "PreCompact", "PostCompact", "SessionEnd", "SubagentStart", "SubagentStop", "Interrupt",
    ] == [event.wire for event in HookEvent]  # fmt: skip
    assert list(SEED_EVENTS) == [event for event in HookEvent if event.since_seed]
    assert 6 == len(SEED_EVENTS)


@pytest.mark.covers("A1", "G2")
def test_the_spellings_of_one_event() -> None:
    """Files, core events, the app-server and run ids each have their own; people read that of the files."""
    event = HookEvent.PERMISSION_REQUEST
    assert ("PermissionRequest", "permission_request") == (event.wire, event.snake)
    assert ("permissionRequest", "permission-request") == (event.camel, event.label)
    assert "PermissionRequest" == str(event)
    assert "permission request" == event.words


@pytest.mark.parametrize(
    ("spelling", "read"),
    [
        ("wire", HookEvent.from_wire),
        ("snake", HookEvent.from_snake),
        ("camel", HookEvent.from_camel),
        ("label", HookEvent.from_label),
    ],
)
def test_each_spelling_reads_back(spelling: str, read: Callable[[str], HookEvent]) -> None:
    """A name in one spelling gives its event; a name that no event has is refused, with those there are."""
    for event in HookEvent:
        assert event is read(getattr(event, spelling))
    with pytest.raises(ValueError, match=r"no hook event is called 'Other'; there are "):
        read("Other")


@pytest.mark.covers("A3")
def test_scopes_and_matchers() -> None:
    """Starts and the end of a thread are of its scope; four events have nothing for a matcher to look at."""
    of_thread = {HookEvent.SESSION_START, HookEvent.SESSION_END, HookEvent.SUBAGENT_START}
    assert {event: "thread" if event in of_thread else "turn" for event in HookEvent} == {
        event: event.scope for event in HookEvent
    }
    unmatched = {HookEvent.USER_PROMPT_SUBMIT, HookEvent.STOP, HookEvent.SESSION_END, HookEvent.INTERRUPT}
    assert unmatched == {event for event in HookEvent if not event.matches}


@pytest.mark.covers("B8", "C2", "D2")
@pytest.mark.parametrize(
    "path", ["/home/a/.codex/hooks.json", "C:\\Users\\a:b\\hooks.json", "C:hooks.json", ""]
)
@pytest.mark.parametrize(
    "suffix",
    [None, "call-1", "call-1:retry", "network#https#example.org#443", "network#http#::1#80", "retry"],
)
def test_a_run_id_reads_back(path: str, suffix: str | None) -> None:
    """Label, order, path and suffix are found again, though paths, hosts and retries have colons of their own."""
    parts = RunId(event=HookEvent.PERMISSION_REQUEST, display_order=12, source_path=path, suffix=suffix)
    text = run_id(parts.event, parts.display_order, path, suffix)
    assert parts == parse_run_id(text)


@pytest.mark.covers("B8")
def test_the_form_of_a_run_id() -> None:
    """It is label, order, path and suffix with colons between."""
    assert "stop:0:/h.json" == run_id(HookEvent.STOP, 0, "/h.json")
    assert "pre-tool-use:3:/h.json:c1" == run_id(HookEvent.PRE_TOOL_USE, 3, "/h.json", "c1")


@given(st.sampled_from(HookEvent), st.integers(0), st.text(NO_SEPARATOR), st.none() | CALL_IDS)
def test_any_run_id_reads_back(event: HookEvent, order: int, name: str, suffix: str | None) -> None:
    """Any event, order and call id are found again."""
    parts = parse_run_id(run_id(event, order, f"/{name}", suffix))
    assert (event, order, f"/{name}", suffix) == (
        parts.event, parts.display_order, parts.source_path, parts.suffix,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "stop", "stop:1", "stop:x:/h", "stop:-1:/h", "stop:²:/h", "halt:1:/h"])
def test_what_is_no_run_id_is_refused(text: str) -> None:
    """The message says what it should have been."""
    with pytest.raises(ValueError, match=r"not the id of a hook run|no hook event is called 'halt'"):
        parse_run_id(text)


def test_a_prompt_names_its_run() -> None:
    """The text stands in a frame that says where it comes from, and cannot break out of it."""
    expected = '<hook_prompt hook_run_id="stop:0:/&quot;h.json">a &lt;b&gt; &amp; "c"</hook_prompt>'
    assert expected == hook_prompt('stop:0:/"h.json', 'a <b> & "c"')
