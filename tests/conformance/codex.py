"""The real Codex: where it is, its home, and `codex app-server` over standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

import pytest
import trio

PACKAGE: Final = "openai-codex-cli-bin"
VERSION: Final = "0.163.0"
CLOSE_S: Final = 5.0
"""Seconds that the server gets to end by itself once its input is closed."""

Message = Mapping[str, Any]


def codex_path() -> str:
    """Return the path of the binary; skip the test where it is not installed."""
    try:
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        pytest.skip(f"the real Codex is not installed: pip install '{PACKAGE}=={VERSION}'")
    if version != VERSION:
        pytest.skip(f"{PACKAGE} is {version}; the differences are known of {VERSION}")
    path: object = import_module("codex_cli_bin").bundled_codex_path()
    return str(path)


class RequestFailed(Exception):
    """The server answered a request with an error."""


class AppServer:
    """A client of a running app-server.

    Args:
        heard: called with each message from the server, after it was entered into `capture`.
    """

    def __init__(self, process: trio.Process, heard: Callable[[Message], None]) -> None:
        self._process = process
        self._heard = heard
        self._answers: dict[int, Message] = {}
        self._arrived: dict[int, trio.Event] = {}
        self._last_id = 0
        self.capture: list[bytes] = []
        """All messages in the order seen, as lines with the mark `_dir`."""

    async def read(self) -> None:
        """Take in what the server says, until it closes its output."""
        assert self._process.stdout is not None
        rest = b""
        async for data in self._process.stdout:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def _take(self, message: Message) -> None:
        self.capture.append(json.dumps({"_dir": "<", **message}).encode())
        if "method" not in message:
            self._answers[message["id"]] = message
            self._arrived.pop(message["id"]).set()
        self._heard(message)

    async def send(self, message: Message) -> None:
        """Send a notification, or the answer to a question of the server."""
        assert self._process.stdin is not None
        self.capture.append(json.dumps({"_dir": ">", **message}).encode())
        await self._process.stdin.send_all(json.dumps(message).encode() + b"\n")

    async def request(self, method: str, params: Mapping[str, object]) -> Message:
        """Send a request and return its result. Raises RequestFailed."""
        self._last_id += 1
        number, arrived = self._last_id, trio.Event()
        self._arrived[number] = arrived
        await self.send({"id": number, "method": method, "params": params})
        await arrived.wait()
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RequestFailed(answer["error"]["message"])
        result: Message = answer["result"]
        return result


@asynccontextmanager
async def app_server(
    binary: str, home: Path, cwd: Path, heard: Callable[[Message], None]
) -> AsyncGenerator[AppServer]:
    """Run `codex app-server` with *home* as its CODEX_HOME, and shake hands with it."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home), "RUST_LOG": "error"}
    with (home / "stderr.log").open("ab") as stderr:
        process = await trio.lowlevel.open_process(
            [binary, "app-server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=cwd,
            env=env,
        )
    server = AppServer(process, heard)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.read)
            client = {"name": "conformance", "title": "conformance", "version": "0"}
            await server.request("initialize", {"clientInfo": client})
            await server.send({"method": "initialized"})
            yield server
            assert process.stdin is not None
            await process.stdin.aclose()
            with trio.move_on_after(CLOSE_S):
                await process.wait()
            nursery.cancel_scope.cancel()
    finally:
        with trio.CancelScope(shield=True):
            if process.poll() is None:
                process.kill()
            await process.wait()


def write_home(home: Path, work: Path, url: str, *, approval: str, sandbox: str) -> None:
    """Configure a home that asks the endpoint at *url* and nobody else."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.toml").write_text(
        f"""
model = "mock-model"
model_provider = "mock"
approval_policy = "{approval}"
sandbox_mode = "{sandbox}"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
hooks = true
[model_providers.mock]
name = "mock"
base_url = "{url}"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 1
[projects."{work}"]
trust_level = "trusted"
""",
        encoding="utf-8",
    )
