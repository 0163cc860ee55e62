"""`turnfold run` in this process: what needs a planted fault, or an endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.tools.process import turnfold
from turnfold.core.commands import Command
from turnfold.core.decide import Decision, decide
from turnfold.core.engine import actor
from turnfold.core.state import State
from turnfold.events import TurnCompleted
from turnfold.tools.running import Run, run
from turnfold.tools.screen import Color

PLAIN = Run(
    model="scripted:none",
    endpoint=None,
    key_variable="KEY",
    cwd=None,
    approval_policy="never",
    sandbox="danger-full-access",
    journal=None,
    no_journal=True,
    durability="flush",
    resume=None,
    hooks=False,
    trust_hooks=False,
    trust_project=False,
    ask_network=False,
    inputs=("go",),
    answer=None,
    verify=None,
    color=Color.NEVER,
)


def ends_twice(state: State, command: Command) -> Decision:
    """Decide as ever, and end each turn once more."""
    decision = decide(state, command)
    more = tuple(event for event in decision.events if isinstance(event, TurnCompleted))
    after = attrs.evolve(decision.state, seq=decision.state.seq + len(more))
    return attrs.evolve(decision, events=(*decision.events, *more), state=after)


@pytest.mark.findings("TF304", why="a second terminal is planted")
def test_a_finding_is_shown_and_gives_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --verify the session goes on, and the exit code says that something was found."""
    script = tmp_path / "script"
    script.write_text('{"say": "hello"}\n')
    chosen = attrs.evolve(PLAIN, model=f"scripted:{script}", cwd=str(tmp_path), verify="live")
    assert 0 == run(chosen)
    monkeypatch.setattr(actor, "decide", ends_twice)
    assert 1 == run(chosen)
    assert "violation: TF304 second-terminal at line" in capsys.readouterr().out


class Endpoint(BaseHTTPRequestHandler):
    """Calls the shell once, and then says that it is done."""

    asked: list[tuple[Mapping[str, str], Any]]

    def do_POST(self) -> None:
        """Answer a request with a stream of events."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        type(self).asked.append((dict(self.headers), body))
        call = {"type": "function_call", "id": "f", "call_id": "c", "name": "shell", "arguments": COMMAND}
        text = [{"type": "output_text", "text": "Done."}]
        said = {"type": "message", "id": "m", "role": "assistant", "content": text}
        events = (
            {"type": "response.output_item.done", "item": call if len(type(self).asked) == 1 else said},
            {"type": "response.completed", "response": {"id": "r"}},
        )
        data = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events).encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the base class
        """Say nothing."""


COMMAND = json.dumps({"command": ["sh", "-c", "echo key=$KEY"]})


@contextmanager
def endpoint() -> Generator[str]:
    """An endpoint on this machine; its URL."""
    Endpoint.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_endpoint_gets_the_key_and_commands_do_not(tmp_path: Path) -> None:
    """Over real sockets: a call, its output in the next request, the answer; the key only where it belongs."""
    with endpoint() as url:
        words = ["--model", "m1", "--endpoint", url, "--key-variable", "KEY", "--input", "go"]
        free = ["--sandbox", "danger-full-access", "--approval-policy", "never", "--no-journal"]
        done = turnfold("run", *words, *free, cwd=tmp_path, KEY="secret", TURNFOLD_HOME=str(tmp_path))
    assert (0, "") == (done.returncode, done.stderr)
    assert "Done." in done.stdout
    assert "key=\n" in done.stdout
    (headers, first), (_, second) = Endpoint.asked
    assert "Bearer secret" == {name.lower(): value for name, value in headers.items()}["authorization"]
    assert "m1" == first["model"]
    assert "function_call_output" == second["input"][-1]["type"]
