"""The real Codex in a scenario."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from tests.conformance.client import Client
from tests.conformance.codex import AppServer, Message, RequestFailed, app_server, codex_path, write_home
from tests.conformance.endpoint import Endpoint
from tests.conformance.scenario import Scenario, Steer
from turnfold.core.engine.hooks import Layer, discover
from turnfold.rollouts.dialects import Dialect, decoder_for

_DECISIONS: Final = {
    "approved": "accept",
    "approved_for_session": "acceptForSession",
    "denied": "decline",
    "abort": "cancel",
}


class Codex(Client):
    """Talks to an app-server; what it says is read by our own dialect of its captures."""

    def __init__(self, endpoint: Endpoint, work: Path) -> None:
        super().__init__(endpoint, work)
        self.server: AppServer | None = None
        self.thread_id = ""
        self.turn_id = ""
        self._decoder = decoder_for(Dialect.APP_SERVER)
        self._read = 0

    def hear(self, message: Message) -> None:
        """Take in a message of the server, after what was sent before it."""
        if "id" in message and "method" in message:
            self.asked(message["params"]["itemId"], message["id"])
        assert self.server is not None
        for line in self.server.capture[self._read :]:
            for record in self._decoder.line(line):
                self.take(record.payload)
        self._read = len(self.server.capture)

    async def request(self, method: str, **params: object) -> Message:
        """Send a request about the thread."""
        assert self.server is not None
        return await self.server.request(method, {"threadId": self.thread_id, **params})

    async def resume(self, thread_id: str) -> list[Message]:
        """Go on with a thread that has a file in the home; return its turns."""
        self.thread_id = thread_id
        self._decoder = decoder_for(Dialect.APP_SERVER)  # one follows one thread
        result = await self.request("thread/resume")
        turns: list[Message] = result["thread"]["turns"]
        return turns

    async def start(self, text: str) -> None:
        """See Client."""
        result = await self.request("turn/start", input=[{"type": "text", "text": text}])
        self.turn_id = result["turn"]["id"]

    async def steer(self, step: Steer) -> None:
        """See Client."""
        given = [{"type": "text", "text": step.text}]
        with suppress(RequestFailed):
            await self.request("turn/steer", input=given, expectedTurnId=step.expected or self.turn_id)

    async def interrupt(self) -> None:
        """See Client."""
        await self.request("turn/interrupt", turnId=self.turn_id)

    async def answer(self, question: object, decision: str) -> None:
        """See Client."""
        assert self.server is not None
        await self.server.send({"id": question, "result": {"decision": _DECISIONS[decision]}})

    async def compact(self) -> None:
        """See Client."""
        await self.request("thread/compact/start")


async def trust(home: Path, hooks: Mapping[str, Any]) -> None:
    """Write *hooks* into a home, and that the user trusts them: by the hashes that ours computes."""
    (home / "hooks.json").write_text(json.dumps({"hooks": hooks}), encoding="utf-8")
    config = await discover([Layer("user", str(home))])
    with (home / "config.toml").open("a", encoding="utf-8") as file:
        for handler in config.handlers:
            file.write(f'[hooks.state."{handler.key}"]\nenabled = true\n')
            file.write(f'trusted_hash = "{handler.current_hash}"\n')


@asynccontextmanager
async def codex_at(endpoint: Endpoint, home: Path, work: Path) -> AsyncGenerator[Codex]:
    """Run the real Codex in a home that is written already, without a thread."""
    client = Codex(endpoint, work)

    def hear(message: Message) -> None:
        if client.server is not None:
            client.hear(message)

    async with app_server(codex_path(), home, work, hear) as server:
        client.server = server
        yield client


@asynccontextmanager
async def codex(scenario: Scenario, endpoint: Endpoint, base: Path) -> AsyncGenerator[Codex]:
    """Run the real Codex with a new thread for *scenario*."""
    home, work = base / "codex-home", base / "codex-work"
    work.mkdir(parents=True)
    write_home(home, work, endpoint.url, approval=scenario.approval, sandbox=scenario.sandbox)
    if scenario.hooks:
        await trust(home, scenario.hooks)
    async with codex_at(endpoint, home, work) as client:
        assert client.server is not None
        result = await client.server.request("thread/start", {"cwd": str(work)})
        client.thread_id = result["thread"]["id"]
        yield client
    assert client.server is not None
    (base / "capture.jsonl").write_bytes(b"\n".join((*client.server.capture, b"")))
