"""App-server captures: every kind of message becomes the event that it is."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.rollouts.app_server_messages import (
    ACCEPT,
    ASK,
    CAPTURE,
    RESOLVED,
    Raw,
    ask,
    client,
    events,
    note,
    records,
    server,
    steer,
    turn,
)
from tests.rollouts.app_server_notes import NOTE_CASES
from turnfold.events import (
    APPROVAL_KINDS,
    STEER_REFUSALS,
    AbortRequested,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    RequestAnswered,
    SessionMetaRecorded,
    SteerRefused,
    SteerRequested,
    TurnAborted,
    TurnCompleted,
    TurnRequested,
    TurnStarted,
    TurnSteered,
    UnknownRecorded,
)
from turnfold.rollouts.dialects.app_server import APP_SERVER_VISIBLE, AppServerDecoder
from turnfold.rollouts.dialects.app_server_requests import MESSAGE_REASONS, QUESTION_KINDS


@pytest.mark.parametrize(("method", "params", "expected"), NOTE_CASES)
def test_a_notification_is_its_event(method: str, params: Raw, expected: Event) -> None:
    """Each notification that says something becomes one event with all its fields."""
    assert [expected] == events(note(method, **params))


def test_a_capture_tells_the_session() -> None:
    """Requests, responses and notifications together give the events in the order of the messages."""
    identity, asked = SessionMetaRecorded(session_id="T", cli_version="0.169.0"), ApprovalRequested
    steered = SteerRequested(expected_turn_id="t1", text="add a test", request_id="7")
    question = asked(approval_id="0", call_id="c1", turn_id="t1", approval_kind="exec", route="user")
    assert [
        RequestAnswered(request_kind="initialize", request_id="1"),
        RequestAnswered(request_kind="thread/start", request_id="2"),
        identity,
        TurnRequested(text="add a test", request_id="3", client_id="u1"),
        RequestAnswered(request_kind="turn/start", request_id="3", turn_id="t1"),
        TurnStarted(turn_id="t1", started_at_s=9),
        steered,
        TurnSteered(turn_id="t1", input_id="7", text="add a test"),
        question,
        ApprovalResolved(approval_id="0", decision="accept", source="user", call_id="c1", turn_id="t1"),
    ] == events(*CAPTURE)[:10]
    assert [
        AbortRequested(turn_id="t1", request_id="9"),
        RequestAnswered(request_kind="turn/interrupt", request_id="9", turn_id="t1"),
        TurnAborted(turn_id="t1", reason="interrupted"),
        ApprovalDropped(approval_id="1", call_id="c1", turn_id="t1"),
        ApprovalResolved(approval_id="1", decision="decline", source="user", call_id="c1", turn_id="t1"),
    ] == events(*CAPTURE)[13:18]


def test_what_is_visible_is_what_can_come_out() -> None:
    """`APP_SERVER_VISIBLE` names each class that the decoder makes, and no other."""
    made = {type(event) for event in events(*CAPTURE)}
    assert made | {type(expected) for _, _, expected in NOTE_CASES} == APP_SERVER_VISIBLE


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("no active turn to steer", {"reason": "no_active_turn", "code": "bad_request"}),
        ("turn abort is still in progress", {"reason": "turn_abort_in_progress", "code": "bad_request"}),
        ("input must not be empty", {"reason": "empty_input", "code": "bad_request"}),
        (
            "expected active turn id `t0` but found `t1`",
            {
                "reason": "expected_turn_mismatch",
                "code": "bad_request",
                "expected_turn_id": "t0",
                "actual_turn_id": "t1",
            },
        ),
        (
            "cannot steer a review turn",
            {
                "reason": "active_turn_not_steerable",
                "code": "active_turn_not_steerable",
                "turn_kind": "review",
            },
        ),
        ("the moon is full", {"reason": "unrecognised"}),
    ],
)
def test_a_refused_steer_says_why(message: str, expected: Raw) -> None:
    """The reason of a refusal and the turns it names are read out of the text; the text is kept."""
    fields: Raw = {
        "expected_turn_id": "t1",
        "request_id": "7",
        "text": "add a test",
        "message": message,
        **expected,
    }
    response = server(id=7, error={"code": -32600, "message": message})
    assert [SteerRefused(**fields)] == events(steer(), response)[1:]


def test_the_reasons_and_kinds_are_those_of_the_vocabulary() -> None:
    """No reason of a refusal and no kind of a question is spelled otherwise than the events say."""
    assert set(MESSAGE_REASONS.values()) <= set(STEER_REFUSALS)
    assert set(QUESTION_KINDS.values()) <= set(APPROVAL_KINDS)


@pytest.mark.parametrize(
    ("method", "kind"), [*QUESTION_KINDS.items(), ("item/novel/requestApproval", "novel")]
)
def test_every_question_waits_for_an_answer(method: str, kind: str) -> None:
    """All requests of the server that a call waits for are questions, also of a kind that we do not know."""
    assert [("0", "c1", "t1", kind)] == [
        (event.approval_id, event.call_id, event.turn_id, event.approval_kind)
        for event in events(ask(method))
        if isinstance(event, ApprovalRequested)
    ]


def test_a_question_keeps_what_it_asks() -> None:
    """Command, folder, reason and choices are kept; a network context makes it a question of the network."""
    rule = {"acceptWithRule": {"rule": ["ls"]}}
    asked = ask(
        command="ls", cwd="/w", reason="r", approvalId="a1", availableDecisions=["accept", rule],
        networkApprovalContext={"host": "h"},
    )  # fmt: skip
    expected = ApprovalRequested(
        approval_id="0", inner_id="a1", call_id="c1", turn_id="t1", approval_kind="network", reason="r",
        command="ls", cwd="/w", route="user", choices=("accept", "acceptWithRule"),
    )  # fmt: skip
    assert [expected] == events(asked)


def test_a_question_of_the_first_protocol_is_read() -> None:
    """Version 1 calls the thread a conversation, the item a call, and gives the command as words."""
    params = {"conversationId": "T", "callId": "c1", "command": ["echo", "a b"], "cwd": "/w"}
    question = events(server(id=4, method="execCommandApproval", params=params))[0]
    expected = ApprovalRequested(
        approval_id="4", call_id="c1", approval_kind="exec", command="echo 'a b'", cwd="/w", route="user"
    )
    assert expected == question


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({"result": {"decision": "cancel"}}, {"decision": "cancel"}),
        (
            {"result": {"decision": {"acceptWithRule": {"r": 1}}}},
            {"decision": "acceptWithRule", "amendment": {"r": 1}},
        ),
        ({"result": {"action": "decline"}}, {"decision": "decline"}),
        ({"result": {"answers": {}}}, {"decision": "answered"}),
        ({"error": {"code": 1, "message": "gone"}}, {"decision": "error", "message": "gone"}),
    ],
)
def test_an_answer_is_a_resolution(response: Raw, expected: Raw) -> None:
    """Decisions are kept as the client spells them, with their details; other answers only count as given."""
    fields: Raw = {"approval_id": "0", "source": "user", "call_id": "c1", "turn_id": "t1", **expected}
    assert [ApprovalResolved(**fields)] == events(ask(), client(id=0, **response))[1:]


def test_a_question_resolved_after_its_answer_is_not_dropped() -> None:
    """`serverRequest/resolved` repeats what the answer said, so it is counted and gives no event."""
    assert [ApprovalRequested, ApprovalResolved] == [type(event) for event in events(ask(), ACCEPT, RESOLVED)]


def test_a_question_resolved_without_answer_is_dropped_and_a_late_answer_stays_visible() -> None:
    """A drop is seen, and so is every answer that comes too late or twice: rules judge them."""
    late = events(ask(), RESOLVED, ACCEPT, ACCEPT)[1:]
    dropped = ApprovalDropped(approval_id="0", call_id="c1", turn_id="t1")
    assert [dropped, ApprovalResolved, ApprovalResolved] == [late[0], type(late[1]), type(late[2])]


def test_a_capture_may_begin_in_the_middle() -> None:
    """Responses to requests from before the capture are read as far as they speak for themselves."""
    assert [
        ApprovalResolved(approval_id="0", decision="accept", source="user"),
        RequestAnswered(request_id="5", turn_id="t1"),
        UnknownRecorded(record_type="response", payload=client(id=6, result={})),
    ] == events(ACCEPT, RESOLVED, server(id=5, result={"turnId": "t1"}), client(id=6, result={}))


def test_a_request_of_the_server_that_no_call_waits_for_is_no_question() -> None:
    """A refresh of tokens and its answer are counted; a request that we do not know is kept."""
    asked = server(id=0, method="account/tokens/refresh", params={})
    novel = server(id=1, method="novel/ask", params={})
    assert [UnknownRecorded(record_type="novel/ask", payload=novel)] == events(
        asked, client(id=0, result={}), note("serverRequest/resolved", requestId=0), novel
    )


def test_failed_requests_say_so() -> None:
    """The error of a refused request is in its answer."""
    request = client(id=4, method="thread/resume", params={"threadId": "T"})
    refused = server(id=4, error={"code": -32001, "message": "busy"})
    expected = RequestAnswered(
        request_kind="thread/resume", request_id="4", error_code=-32001, error_message="busy"
    )
    assert [expected] == events(request, refused)


def test_a_resumed_thread_has_an_identity() -> None:
    """The response to `thread/resume` is the only message that says who a resumed thread is."""
    request = client(id=4, method="thread/resume", params={"threadId": "T"})
    response = server(id=4, result={"thread": {"id": "T", "cliVersion": "0.150.0"}})
    assert [SessionMetaRecorded(session_id="T", cli_version="0.150.0")] == events(request, response)[1:]


@pytest.mark.parametrize("agent", [None, 5, "client without version"])
def test_a_server_without_version_takes_none_away(agent: object) -> None:
    """When the server does not say its version, that of the thread stands."""
    first = [client(id=1, method="initialize"), server(id=1, result={"userAgent": agent})]
    started = note("thread/started", thread={"id": "T", "cliVersion": "0.150.0"})
    assert [SessionMetaRecorded(session_id="T", cli_version="0.150.0")] == events(*first, started)[1:]


def test_a_failed_turn_completes_with_its_error() -> None:
    """A turn that failed has ended by itself; its last message is that of the agent."""
    items = [
        {"type": "agentMessage", "text": "a"},
        {"type": "agentMessage", "text": "b"},
        {"type": "reasoning"},
    ]
    error = {"message": "quota"}
    expected = TurnCompleted(turn_id="t1", status="failed", error=error, last_agent_message="b")
    assert [expected] == events(turn("failed", error=error, items=items))


def test_times_are_those_of_the_sending() -> None:
    """`emittedAtMs` becomes the record's time to the millisecond; a message without it has none."""
    stamped = {**turn("completed"), "emittedAtMs": 1_700_000_000_123}
    assert ["2023-11-14T22:13:20.123Z", None] == [r.timestamp for r in records(stamped, turn("completed"))]
    created = events(note("thread/started", thread={"id": "T", "createdAt": 1_700_000_000}))[0]
    assert isinstance(created, SessionMetaRecorded)
    assert "2023-11-14T22:13:20.000Z" == created.created_at_text


def test_other_threads_are_set_aside() -> None:
    """The first thread is followed; messages of another one are kept and told apart, in every form they have."""
    other = {"threadId": "S"}
    started = note("thread/started", thread={"id": "S"})
    asked = ask(request_id=5, **other)
    answered = client(id=5, result={"decision": "accept"})
    request = client(id=6, method="turn/interrupt", params=other)
    response = server(id=6, result={})
    ours = turn("completed")
    assert [
        ("other-thread/thread/started", started),
        (f"other-thread/{ASK}", asked),
        (f"other-thread/{ASK}", answered),
        ("other-thread/turn/interrupt", request),
        ("other-thread/turn/interrupt", response),
    ] == [
        (event.record_type, event.payload)
        for event in events(*CAPTURE[:5], started, asked, answered, request, response, ours)
        if isinstance(event, UnknownRecorded)
    ]


def test_a_second_thread_opened_is_not_followed() -> None:
    """A fork is answered like any request, and does not change which thread the log is about."""
    fork = client(id=5, method="thread/fork", params={"threadId": "T"})
    response = server(id=5, result={"thread": {"id": "S"}})
    resume = client(id=6, method="thread/resume", params={"threadId": "S"})
    kinds = [
        type(event)
        for event in events(*CAPTURE[:5], fork, response, resume, {**response, "id": 6}, turn("completed"))
    ]
    assert [RequestAnswered, RequestAnswered, TurnCompleted] == kinds[3:]


def test_pieces_and_the_machine_are_counted() -> None:
    """Deltas and the state of the machine give no record, and none of them is lost from the count."""
    decoder = AppServerDecoder()
    methods = [
        "item/agentMessage/delta",
        "item/reasoning/textDelta",
        "account/rateLimits/updated",
        "initialized",
    ]
    for method in [*methods, methods[0]]:
        assert [] == decoder.line(json.dumps({"method": method}).encode())
    assert Counter([*methods, methods[0]]) == decoder.silent


def test_unknown_messages_are_kept_whole() -> None:
    """A method or a response that this version cannot read is kept as it came."""
    novel = [
        note("turn/novel", threadId="T", a=1),
        client(id=1, method="turn/dance", params={"a": 1}),
        server(id=None, error={"message": "parse error"}),
    ]
    assert [
        UnknownRecorded(record_type="turn/novel", payload=novel[0]),
        UnknownRecorded(record_type="turn/dance", payload=novel[1]),
        UnknownRecorded(record_type="response", payload=novel[2]),
    ] == events(*novel)
