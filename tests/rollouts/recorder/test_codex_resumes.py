"""The real Codex resumes a session of ours, sends its history to the model, and goes on in our file."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio

from tests.rollouts.recorder.logs import META, SESSION, a_turn, an_abort, enveloped, written
from turnfold.replay import read_back, verify
from turnfold.rollouts.recorder import Recorder, session_path

LOG = enveloped(
    [
        META,
        *a_turn("t1", "list them", "two files"),
        *an_abort("t2", "delete them"),
        *a_turn("t3", "again", "ok"),
    ]
)
CONFIG = """
model = "mock-model"
model_provider = "mock"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:{port}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
"""


class Endpoint(ThreadingHTTPServer):
    """A model on loopback that says one thing to everything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[dict[str, Any]] = []


class Answers(BaseHTTPRequestHandler):
    """The model's side of a request."""

    server: Endpoint  # pyright: ignore[reportIncompatibleVariableOverride]  the one that makes us

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name in the base class
        """Say nothing."""

    def do_GET(self) -> None:
        """A list of no models."""
        self._send("application/json", b'{"object":"list","data":[],"models":[]}')

    def do_POST(self) -> None:
        """A response with one message."""
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        message = {
            "type": "message",
            "role": "assistant",
            "id": "m",
            "content": [{"type": "output_text", "text": "hello"}],
        }
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": {"id": "r"}},
            {"type": "response.output_item.done", "item": message},
            {"type": "response.completed", "response": {"id": "r"}},
        ]
        data = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        self._send("text/event-stream", data.encode())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Client:
    """A client of `codex app-server`, over its standard input and output."""

    def __init__(self, binary: str, home: Path) -> None:
        env = dict(os.environ, CODEX_HOME=str(home), HOME=str(home))
        pipe = subprocess.PIPE
        command = [binary, "app-server"]
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=home, env=env
        )
        self._last_id = 0

    def send(self, **message: Any) -> None:
        """Send one message."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def until(self, **wanted: Any) -> dict[str, Any]:
        """Wait for a message with these fields."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if all(message.get(key) == value for key, value in wanted.items()):
                return message
        raise EOFError("codex closed its output")

    def request(self, method: str, **params: Any) -> Any:
        """Ask, and wait for the result."""
        self._last_id += 1
        self.send(id=self._last_id, method=method, params=params)
        answer = self.until(id=self._last_id)
        assert "result" in answer, answer
        return answer["result"]

    def close(self) -> None:
        """End the server; it has ended when this returns."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def codex() -> str:
    """The binary, where its package is installed."""
    package = pytest.importorskip("codex_cli_bin", reason="the extra `conformance` is not installed")
    return str(import_module(package.__name__).bundled_codex_path())


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """The model."""
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.covers("F4", "G1")
def test_codex_goes_on_with_our_session(tmp_path: Path, codex: str, endpoint: Endpoint) -> None:
    """Its turns and statuses are ours, the model gets our history, and the lines of both are sound."""
    path = session_path(tmp_path, SESSION, datetime(2026, 6, 1, 9, tzinfo=UTC))
    path.parent.mkdir(parents=True)
    # Codex stays in the folder of the session, which has to be there.
    log = [attrs.evolve(LOG[0], event=attrs.evolve(META, cwd=str(tmp_path))), *LOG[1:]]
    path.write_bytes(written(log))
    (tmp_path / "config.toml").write_text(CONFIG.format(port=endpoint.server_port))
    client = Client(codex, tmp_path)
    client.request("initialize", clientInfo={"name": "test", "title": "test", "version": "0"})
    client.send(method="initialized")
    turns = client.request("thread/resume", threadId=SESSION)["thread"]["turns"]
    client.request("turn/start", threadId=SESSION, input=[{"type": "text", "text": "and you?"}])
    client.until(method="turn/completed")
    client.close()

    assert [("t1", "completed"), ("t2", "interrupted"), ("t3", "completed")] == [
        (turn["id"], turn["status"]) for turn in turns
    ]
    shown = [(item["type"], said(item)) for turn in turns for item in turn["items"]]
    assert [
        ("userMessage", "list them"), ("agentMessage", "two files"), ("userMessage", "delete them"),
        ("userMessage", "again"), ("agentMessage", "ok"),
    ] == shown  # fmt: skip
    sent = [said(item) for item in endpoint.asked[-1]["input"] if item.get("role") in ("user", "assistant")]
    ours = [text for text in sent if "environment_context" not in text]
    assert ["list them", "two files", "delete them"] == ours[:3]
    assert ours[3].startswith("<turn_aborted>")
    assert ["again", "ok", "and you?"] == ours[4:]

    resumed = read_back(path)
    assert resumed.open_turn_id is None
    assert len(log) < resumed.next_seq
    trio.run(go_on, path)
    assert [] == [
        finding for finding in verify(path).findings if finding.severity.value in ("violation", "damage")
    ]


def said(item: dict[str, Any]) -> str:
    """The text of an item."""
    return str(item.get("text") or item["content"][0]["text"])


async def go_on(path: Path) -> None:
    """Our turn again, now."""
    resumed = read_back(path)
    recorder = Recorder.resume(path)
    assert resumed.next_seq == recorder.next_seq
    now_us = max(envelope.at_us or 0 for envelope in resumed.envelopes) + 1000
    for envelope in enveloped([*resumed.closing, *a_turn("t9", "hello again", "hi")], recorder.next_seq):
        recorder.append(attrs.evolve(envelope, at_us=now_us))
    await recorder.aclose()
