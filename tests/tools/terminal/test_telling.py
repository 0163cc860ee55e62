"""Events as short lines."""

from __future__ import annotations

import pytest

from turnfold.core.engine import News, Streamed
from turnfold.events import (
    ApprovalRequested,
    Envelope,
    Event,
    HistoryRolledBack,
    HookCompleted,
    HookEntry,
    HookStarted,
    ItemCompleted,
    ModelRequestFailed,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    WarningRaised,
)
from turnfold.tools.terminal import Reply, Teller, lines_of, offered, reply_of, shown


def news(event: Event) -> Envelope:
    """The event as a subscriber gets it."""
    return Envelope(session_id="s", seq=0, at_us=0, event=event)


def told(*pieces: News) -> list[str]:
    """What is shown of some news."""
    teller = Teller()
    return [each.text for piece in pieces for each in teller.tell(piece)]


CALL = ToolCallRequested(
    call_id="c", name="shell", call_type="function_call", arguments='{"command": ["ls"]}'
)
MESSAGE = ItemCompleted(turn_id="t", item_id="i", item_type="AgentMessage", text="one\ntwo")
HOOK = HookCompleted(
    run_id="r",
    event_name="permission_request",
    status="blocked",
    entries=(HookEntry(kind="feedback", text="no"),),
)


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (CALL, ["• shell: ls"]),
        (ToolCallRequested(call_id="c", call_type="custom_tool_call"), ["• custom_tool_call"]),
        (ToolCallOutput(call_id="c", call_type="function_call", output="a\nb"), ["  └ a", "    b"]),
        (ToolCallOutput(call_id="c", call_type="function_call", output=""), ["  └ (no output)"]),
        (ToolCallClosed(call_id="c", how="interrupted", turn_id="t"), ["  └ call was ended: interrupted"]),
        (MESSAGE, ["one\ntwo"]),
        (HOOK, ["  hook permission_request blocked: no"]),
        (HookStarted(run_id="r", event_name="stop", status="running"), []),
        (TurnCompleted(turn_id="t"), ["— done"]),
        (TurnCompleted(turn_id="t", error={"message": "gone"}), ["— the turn failed: gone"]),
        (TurnAborted(turn_id="t", reason="replaced"), ["— the turn was ended: replaced"]),
        (WarningRaised(message="low"), ["  warning: low"]),
        (HistoryRolledBack(num_turns=2), ["— rolled back: 2 of your turns"]),
        (
            ModelRequestFailed(turn_id="t", request_id="q", message="busy", will_retry=True),
            ["  the request failed, it is tried again: busy"],
        ),
    ],
)
def test_events_as_lines(event: Event, lines: list[str]) -> None:
    """What a person wants to know of an event, and no more."""
    assert lines == told(news(event))


def test_a_long_output_is_cut() -> None:
    """The first lines, and how many more there are."""
    output = "\n".join(map(str, range(12)))
    lines = told(news(ToolCallOutput(call_id="c", call_type="function_call", output=output)))
    assert (6, "    … 7 more lines") == (len(lines), lines[-1])


def test_what_was_streamed_is_not_repeated() -> None:
    """The pieces, and the end of the line when the message is complete; the next message is told again."""
    pieces = (Streamed("t", "i", "one ", "message"), Streamed("t", "i", "two", "message"))
    assert ["one ", "two", "\n", "one\ntwo"] == told(*pieces, news(MESSAGE), news(MESSAGE))
    assert [] == told(Streamed("t", "i", "hm", "reasoning"))


def test_a_closed_call_is_named() -> None:
    """The name comes from its request."""
    lines = told(
        news(CALL),
        news(ToolCallClosed(call_id="c", how="interrupted", turn_id="t", message="tool interrupted")),
    )
    assert "  └ shell was ended: tool interrupted" == lines[-1]


def test_outputs_of_calls_side_by_side_are_named() -> None:
    """A lone call needs no name; of several, each output says whose it is, up to the last one."""
    two = ToolCallRequested(call_id="d", name="nap", call_type="function_call")
    ends = [ToolCallOutput(call_id=each, call_type="function_call", output=each) for each in ("d", "c")]
    assert ["  └ nap: d", "  └ shell: c"] == told(*map(news, (CALL, two, *ends)))[2:]
    assert ["  └ c"] == told(*map(news, (CALL, ends[1])))[1:]


def test_no_session_moves_the_cursor() -> None:
    """A model, a command or a hook may say escape sequences; they are shown, and not obeyed."""
    assert "a\\x1b[2Jb\n\tc\\x9b" == shown("a\x1b[2Jb\n\tc\x9b")
    evil = "\x1b]0;title\x07"
    for each in (
        Streamed("t", "i", evil, "message"),
        news(ToolCallRequested(call_id="c", name=evil, call_type=evil, arguments=evil)),
        news(ToolCallOutput(call_id="c", call_type="x", output=evil)),
        news(TurnCompleted(turn_id="t", error={"message": evil})),
    ):
        assert "\x1b" not in "".join(told(each))


QUESTION = ApprovalRequested(
    approval_id="a",
    approval_kind="exec",
    command="rm -rf build",
    cwd="/work",
    reason="clean",
    choices=("approved", "approved_for_session", "denied", "abort"),
)


def test_a_question_lists_its_answers() -> None:
    """What, where, why, and a number for each answer that is offered."""
    lines = [each.text for each in lines_of(QUESTION)]
    assert ["? allow exec: rm -rf build", "  in /work", "  because clean"] == lines[:3]
    assert ["1", "2", "3", "4"] == [line.split()[0] for line in lines[3:]]
    assert ("approved", "denied", "abort") == offered(
        ApprovalRequested(approval_id="a", approval_kind="patch")
    )


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("1", Reply("approved")),
        (" 2 ", Reply("approved_for_session")),
        ("3", Reply("denied")),
        ("3 not in here", Reply("denied", "not in here")),
        ("4 whatever", Reply("abort")),
        ("0", None),
        ("5", None),
        ("12345678901234567890", None),
        ("²", None),
        ("yes", None),
        ("", None),
    ],
)
def test_answers_by_number(line: str, reply: Reply | None) -> None:
    """A number chooses; behind a denial may stand a message for the model. Anything else is no answer."""
    assert reply == reply_of(QUESTION, line)
