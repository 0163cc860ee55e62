"""The client of the Responses API, against an endpoint on loopback that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
import trio

from tests.core.engine.models.server import (
    HEAD,
    Answer,
    Server,
    bytes_of,
    endless,
    sends,
    serving,
    sse,
    status,
    then_silence,
)
from turnfold.core.engine.models import ResponsesModel
from turnfold.core.engine.ports import (
    Delta,
    ItemBegan,
    ItemDone,
    ModelError,
    ModelEvent,
    ModelRequest,
    ResponseDone,
)
from turnfold.events import TokenUsage

REQUEST = ModelRequest(
    request_id="request-1",
    turn_id="turn-1",
    model="m",
    instructions="be brief",
    items=({"type": "message", "role": "user", "content": []},),
    effort="low",
)
CREATED = {"type": "response.created", "response": {"id": "r1"}}
MESSAGE = {
    "type": "message",
    "id": "m1",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Grüße"}],
}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "m1"}}
DELTA = {"type": "response.output_text.delta", "item_id": "m1", "delta": "Grüße"}
DONE = {"type": "response.output_item.done", "output_index": 0, "item": MESSAGE}
USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 5,
    "output_tokens_details": None,
    "total_tokens": 15,
}
COMPLETED = {"type": "response.completed", "response": {"id": "r1", "usage": USAGE}}
WHOLE = (CREATED, ADDED, DELTA, DONE, COMPLETED)
EXPECTED: list[ModelEvent] = [
    ItemBegan(item_id="m1", item_type="message"),
    Delta(item_id="m1", text="Grüße"),
    ItemDone(item=MESSAGE),
    ResponseDone(
        response_id="r1",
        usage=TokenUsage(input_tokens=10, cached_input_tokens=4, output_tokens=5, total_tokens=15),
    ),
]


def model_of(server: Server, idle_s: float = 20) -> ResponsesModel:
    """Return a client of *server*."""
    return ResponsesModel(server.url, api_key="key", idle_timeout_s=idle_s, event_bytes_max=200_000)


def got_from(answer: Answer, idle_s: float = 20) -> tuple[list[ModelEvent], ModelError | None, Server]:
    """Return the events that came, the error if one came, and the server."""
    events: list[ModelEvent] = []
    failures: list[ModelError] = []
    servers: list[Server] = []

    async def main() -> None:
        async with serving(answer) as server:
            servers.append(server)
            try:
                async with model_of(server, idle_s).stream(REQUEST) as stream:
                    events.extend([event async for event in stream])
            except ModelError as error:
                failures.append(error)

    trio.run(main)
    return events, failures[0] if failures else None, servers[0]


def failure_from(answer: Answer, idle_s: float = 20) -> tuple[str, bool, float | None]:
    """Return class, whether to retry, and when, of the failure that *answer* leads to."""
    _, failure, _ = got_from(answer, idle_s)
    assert failure is not None
    return failure.code, failure.retryable, failure.retry_after_s


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test with real sockets on the real clock."""
    trio.run(test)


COMMENTED = b": hello\r\n\r\nevent: x\r\nid: 1\r\nretry: 5\r\n"
LINES = json.dumps(COMPLETED, indent=1).split("\n")
MULTILINE = "".join(f"data: {line}\n" for line in LINES).encode() + b"\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(sends(HEAD, sse(*WHOLE)), id="plain"),
        pytest.param(sends(HEAD, sse(*WHOLE, end="\r\n")), id="crlf"),
        pytest.param(sends(HEAD, sse(*WHOLE, end="\r")), id="cr"),
        pytest.param(sends(*bytes_of(HEAD + sse(*WHOLE))), id="byte by byte"),
        pytest.param(
            sends(HEAD, *bytes_of(sse(*WHOLE).replace(b"\\u00fc", "ü".encode()))), id="split in a character"
        ),
        pytest.param(sends(HEAD, b"\xef\xbb\xbf" + sse(*WHOLE)), id="byte order mark"),
        pytest.param(sends(HEAD, COMMENTED, sse(*WHOLE)), id="comments and fields"),
        pytest.param(sends(HEAD, sse(*WHOLE[:-1]), MULTILINE), id="data of many lines"),
        pytest.param(sends(HEAD, sse({"type": "response.new_thing"}, *WHOLE)), id="unknown event"),
        pytest.param(sends(HEAD, sse(*WHOLE), b"data: {rubbish"), id="rubbish behind the end"),
        pytest.param(then_silence(HEAD, sse(*WHOLE)), id="stays open"),
        pytest.param(
            sends(HEAD, sse(CREATED, DELTA), sse(ADDED)[:0], sse(DONE, COMPLETED)), id="no beginning"
        ),
    ],
)
def test_a_response_is_read_however_its_bytes_come(answer: Answer) -> None:
    """Line ends, pieces, comments and what stands behind the end make no difference to what was said."""
    events, failure, _ = got_from(answer)
    assert failure is None
    assert sorted(map(repr, EXPECTED)) == sorted(map(repr, events))
    assert EXPECTED[-1] == events[-1]


def test_the_request_is_what_the_endpoint_needs() -> None:
    """The body streams, stores nothing, asks for encrypted reasoning; the key is a bearer token."""
    _, _, server = got_from(sends(HEAD, sse(*WHOLE)))
    [(head, body)] = server.requests
    assert head.startswith(b"POST /v1/responses HTTP/1.1")
    assert b"authorization: bearer key" in head.lower()
    assert {
        "model": "m",
        "instructions": "be brief",
        "input": [{"type": "message", "role": "user", "content": []}],
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
        "stream": True,
    } == body


RATE = b'{"error": {"message": "Please try again in 1m30.5s.", "code": "rate_limit_exceeded"}}'
FULL = b'{"error": {"message": "too long", "code": "context_length_exceeded"}}'
DATES = ("date: Wed, 21 Oct 2015 07:28:00 GMT", "retry-after: Wed, 21 Oct 2015 07:28:09 GMT")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (status("429 No", b"", "retry-after: 7"), ("rate_limited", True, 7)),
        (status("429 No", b"", "retry-after-ms: 1500"), ("rate_limited", True, 1.5)),
        (status("429 No", b"", *DATES), ("rate_limited", True, 9)),
        (status("429 No", RATE), ("rate_limited", True, 90.5)),
        (status("429 No", b"{"), ("rate_limited", True, None)),
        (status("429 No", b'{"error": {"type": "insufficient_quota"}}'), ("quota_exceeded", False, None)),
        (status("500 No", b"oops"), ("server_error", True, None)),
        (status("503 No", b"", "retry-after: 2"), ("server_error", True, 2)),
        (status("400 No", FULL), ("context_window_exceeded", False, None)),
        (status("400 No", b"", "retry-after: 2"), ("bad_request", False, None)),
        (status("401 No"), ("unauthorized", False, None)),
        (status("404 No"), ("not_found", False, None)),
        (status("408 No"), ("server_error", True, None)),
        (status("302 Found", b"", "location: http://127.0.0.1:1/"), ("bad_request", False, None)),
        (status("200 OK", b"<html>", "content-type: text/html"), ("bad_response", False, None)),
        (sends(), ("connection_failed", True, None)),
        (sends(b"rubbish\r\n\r\n"), ("connection_failed", True, None)),
        (sends(HEAD, sse(CREATED, DELTA)), ("stream_cut", True, None)),
        (sends(HEAD, sse(*WHOLE)[:-3]), ("stream_cut", True, None)),
        (sends(HEAD.replace(b"connection", b"content-length: 999\r\nx")), ("stream_cut", True, None)),
        (sends(HEAD, b"data: {malformed\n\n"), ("bad_response", True, None)),
        (sends(HEAD, b"data: [1]\n\n"), ("bad_response", True, None)),
        (sends(HEAD, b"data: " + b"[" * 100_000 + b"\n\n"), ("bad_response", True, None)),
        (sends(HEAD, sse({"type": "response.output_item.done"})), ("bad_response", True, None)),
        (
            sends(HEAD, sse({"type": "response.output_item.done", "item": {"type": "function_call"}})),
            ("bad_response", True, None),
        ),
        (sends(HEAD, sse({"type": "response.output_text.delta"})), ("bad_response", True, None)),
        (
            sends(HEAD, sse({"type": "response.failed", "response": {"error": json.loads(FULL)["error"]}})),
            ("context_window_exceeded", False, None),
        ),
        (
            sends(HEAD, sse({"type": "response.failed", "response": {"error": json.loads(RATE)["error"]}})),
            ("rate_limited", True, 90.5),
        ),
        (sends(HEAD, sse({"type": "error", "message": "?"})), ("server_error", True, None)),
        (
            sends(
                HEAD,
                sse(
                    {
                        "type": "response.incomplete",
                        "response": {"incomplete_details": {"reason": "max_output_tokens"}},
                    }
                ),
            ),
            ("response_incomplete", False, None),
        ),
        (endless(b"x" * 65_536), ("bad_response", False, None)),
        (endless(b"data: x\n" * 8_000), ("bad_response", False, None)),
    ],
)
def test_a_failure_says_what_it_is(answer: Answer, expected: tuple[str, bool, float | None]) -> None:
    """Each way to fail has a class, and says whether and when to try again."""
    assert expected == failure_from(answer)


@pytest.mark.parametrize("answer", [then_silence(), then_silence(HEAD, sse(CREATED))])
def test_an_endpoint_that_falls_silent_is_given_up(answer: Answer) -> None:
    """Before the first byte as in the middle of the stream, silence ends with an error that may be retried."""
    assert ("idle_timeout", True, None) == failure_from(answer, idle_s=0.05)


def test_nobody_listens() -> None:
    """A refused connection is a failure that may be retried, and names the endpoint."""

    async def main() -> None:
        async with serving(sends()) as server:
            pass
        with pytest.raises(ModelError, match="127.0.0.1") as caught:  # noqa: RUF043
            async with model_of(server).stream(REQUEST) as events:
                assert [] == [event async for event in events]
        assert ("connection_failed", True) == (caught.value.code, caught.value.retryable)

    run(main)


@pytest.mark.covers("F12")
def test_cancellation_in_the_middle_closes_the_connection() -> None:
    """The endpoint sees the client hang up, and the cancellation passes."""

    async def main() -> None:
        gone = trio.Event()
        async with serving(then_silence(HEAD, sse(CREATED, ADDED), server_gone=gone.set)) as server:
            with trio.CancelScope() as scope:
                async with model_of(server).stream(REQUEST) as events:
                    async for event in events:
                        assert ItemBegan(item_id="m1", item_type="message") == event
                        scope.cancel()
            assert scope.cancelled_caught
            await gone.wait()

    run(main)


def test_a_response_that_is_left_early_is_closed() -> None:
    """Leaving the context closes the connection too, without a warning."""

    async def main() -> None:
        gone = trio.Event()
        async with serving(then_silence(HEAD, sse(CREATED, ADDED, DELTA), server_gone=gone.set)) as server:
            async with model_of(server).stream(REQUEST) as events:
                assert ItemBegan(item_id="m1", item_type="message") == await anext(aiter(events))
            await gone.wait()

    run(main)


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that points elsewhere does not lead the key there."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    events, failure, _ = got_from(sends(HEAD, sse(*WHOLE)))
    assert failure is None
    assert EXPECTED == events


def test_half_a_surrogate_pair_is_replaced() -> None:
    """No log could hold it."""
    odd = b'data: {"type": "response.output_text.delta", "item_id": "m1", "delta": "a\\ud83d"}\n\n'
    events, _, _ = got_from(sends(HEAD, odd, sse(COMPLETED)))
    assert Delta(item_id="m1", text="a\ufffd") == events[0]


@pytest.mark.parametrize(
    ("url", "key", "complaint"),
    [
        ("ftp://example.com", None, "base_url"),
        ("http://", None, "base_url"),
        ("http://h", "a\nb", "api_key"),
    ],
)
def test_a_client_that_cannot_work_is_refused(url: str, key: str | None, complaint: str) -> None:
    """A wrong URL or key is noticed when the client is made, and the key is not repeated."""
    with pytest.raises(ValueError, match=complaint) as caught:
        ResponsesModel(url, api_key=key)
    assert key is None or key not in str(caught.value)


def test_what_is_no_json_is_not_sent() -> None:
    """A request that holds an object of Python fails as a bad request before anything is sent."""

    async def main() -> None:
        model = ResponsesModel("http://127.0.0.1:1", extra={"odd": object()})
        with pytest.raises(ModelError, match="JSON") as caught:
            async with model.stream(REQUEST):
                pass
        assert "bad_request" == caught.value.code

    run(main)
