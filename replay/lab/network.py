"""The network of a session under exploration: the real service that decides, and a proxy that is only a task."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import trio

from turnfold.core.engine.network import Bench, Lease, NetworkService, Verdict
from turnfold.core.engine.plugs import Fitted, Interior
from turnfold.core.engine.ports import Action, Attempt, ToolCall, ToolResult
from turnfold.core.network import Target

HOST = Target.of("http", "lab.invalid", 80)


class Fetch:
    """A tool that reaches for a host. As with a real proxy, the request is no task of the turn."""

    name = "fetch"
    parallel = True

    def __init__(self, service: NetworkService, nursery: trio.Nursery) -> None:
        self._service = service
        self._nursery = nursery

    def describe(self) -> Mapping[str, object]:
        """Its entry in a request."""
        return {"type": "function", "name": self.name}

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """A command that is allowed, and may use the network once the service says so."""
        del call

        async def attempt(given: Attempt) -> ToolResult:
            assert isinstance(given.network, Lease)
            name = given.network.registration_id
            verdicts: list[Verdict] = []
            told = trio.Event()

            async def request() -> None:
                verdicts.append(await self._service.request(HOST, name))
                told.set()

            self._nursery.start_soon(request, name="proxy")
            await told.wait()
            return ToolResult(output="fetched" if verdicts[0].allowed else "not allowed")

        return Action(
            attempt=attempt, kind="exec", hook_command="fetch", cwd=cwd, asks=False, network="immediate"
        )


@asynccontextmanager
async def network(interior: Interior) -> AsyncGenerator[Fitted]:
    """A plug: gives the session the tool `fetch`, behind the network service."""
    bench = Bench(terms=interior.terms, hooks=interior.hooks, reviews=interior.reviews)
    service = NetworkService(interior.state, interior.current, bench, interior.spawn, session=interior.desk)
    async with trio.open_nursery() as nursery:
        yield Fitted(tools=(Fetch(service, nursery),), network=service, settle=service.settle)
        nursery.cancel_scope.cancel()
