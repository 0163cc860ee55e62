"""Our engine in a scenario."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import trio

from tests.conformance.client import Client
from tests.conformance.endpoint import Endpoint
from tests.conformance.scenario import Scenario, Steer
from tests.conformance.theirs import trust
from turnfold.core.engine import Parts, Session, SessionOptions, Subscription, open_session
from turnfold.core.engine.hooks import CommandRunner, DiskFiles, Hooks, Layer, Spiller, discover
from turnfold.core.engine.models import ResponsesModel
from turnfold.core.engine.plugs import command_tools
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.engine.tools import ExecSettings
from turnfold.core.results import Started
from turnfold.events import ApprovalRequested, Envelope
from turnfold.replay import Resumed, read_back
from turnfold.rollouts.recorder import Recorder, session_path


class Ours(Client):
    """Talks to a session of ours."""

    def __init__(self, endpoint: Endpoint, work: Path, session: Session) -> None:
        super().__init__(endpoint, work)
        self.session = session
        self.turn_id = ""

    async def listen(self, subscription: Subscription) -> None:
        """Take in what happens, until the session is over."""
        async for news in subscription:
            if isinstance(news, Envelope):
                if isinstance(news.event, ApprovalRequested):
                    self.asked(news.event.call_id or "", news.event.approval_id)
                self.take(news.event)

    async def start(self, text: str) -> None:
        """See Client."""
        started = await self.session.submit(text)
        assert isinstance(started, Started), started
        self.turn_id = started.turn_id

    async def steer(self, step: Steer) -> None:
        """See Client."""
        await self.session.steer(step.text, expected_turn_id=step.expected or self.turn_id)

    async def interrupt(self) -> None:
        """See Client."""
        await self.session.interrupt(self.turn_id)

    async def answer(self, question: object, decision: str) -> None:
        """See Client."""
        await self.session.answer(str(question), decision)

    async def compact(self) -> None:
        """See Client."""
        await self.session.compact()


async def parts_for(scenario: Scenario, home: Path, journal: Recorder) -> Parts:
    """The parts of a coding agent, and the hooks of *scenario*."""
    processes, env = SystemProcesses(), {"PATH": os.environ["PATH"], "HOME": str(home)}
    await trust(home, scenario.hooks)
    config = await discover([Layer("user", str(home))])
    assert () == config.problems
    hooks = Hooks(
        config=config,
        runner=CommandRunner(processes=processes, env=env),
        spiller=Spiller(folder=None, files=DiskFiles(), new_id=lambda kind: kind),
    )
    settings = ExecSettings(processes=processes, env=env, shell="/bin/bash")
    return Parts(journal=journal, hooks=hooks, plugs=(command_tools(settings),))


def options_for(scenario: Scenario, work: Path, session_id: str | None) -> SessionOptions:
    """Settings that say to ours what `write_home` says to Codex."""
    return SessionOptions(
        session_id=session_id,
        cwd=str(work),
        model="mock-model",
        model_provider="mock",
        approval_policy=scenario.approval,
        sandbox_mode=scenario.sandbox,
        profile=scenario.profile,
    )


@asynccontextmanager
async def _talking(
    endpoint: Endpoint, work: Path, options: SessionOptions, parts: Parts, back: Resumed | None
) -> AsyncGenerator[Ours]:
    model = ResponsesModel(endpoint.url, encrypted_reasoning=False)
    async with (
        trio.open_nursery() as nursery,
        open_session(
            model,
            options,
            parts,
            verify="live",
            resume=() if back is None else back.envelopes,
            state=None if back is None else back.state,
        ) as session,
    ):
        client = Ours(endpoint, work, session)
        nursery.start_soon(client.listen, session.events())
        yield client


@asynccontextmanager
async def ours(scenario: Scenario, endpoint: Endpoint, base: Path) -> AsyncGenerator[Ours]:
    """Run a session of ours for *scenario*, recorded in a home of its own and watched by the rules."""
    home, work = base / "our-home", base / "our-work"
    work.mkdir(parents=True)
    home.mkdir()
    session_id = str(uuid4())
    journal = Recorder.create(session_path(home, session_id, datetime.now(UTC)))
    parts = await parts_for(scenario, home, journal)
    options = options_for(scenario, work, session_id)
    async with _talking(endpoint, work, options, parts, None) as client:
        yield client


@asynccontextmanager
async def ours_again(scenario: Scenario, endpoint: Endpoint, base: Path, path: Path) -> AsyncGenerator[Ours]:
    """Go on with the session in the file at *path*."""
    back = read_back(path)
    parts = await parts_for(scenario, base / "our-home", Recorder.resume(path))
    work = base / "our-work"
    async with _talking(endpoint, work, options_for(scenario, work, None), parts, back) as client:
        yield client
