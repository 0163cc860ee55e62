"""Network approvals: the proxy that commands are pointed at, and the service that decides behind it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from shutil import rmtree
from tempfile import mkdtemp

import trio

from turnfold.core.engine.network import (
    Bench,
    NetworkService,
    RuleSink,
    Standing,
    ask_about_all,
)
from turnfold.core.engine.plugs.plug import Fitted, Interior, Plug
from turnfold.core.network import Target


def network_approvals(
    *, standing: Callable[[Target], Standing] = ask_about_all, rules: RuleSink | None = None
) -> Plug:
    """Return the plug that asks about each host once, and refuses what is not allowed (requirements D1 to D5).

    Commands are pointed at a proxy by variables; those in a sandbox without network reach it by a bridge, and
    nothing else. A command that has the network and ignores the variables is not stopped.

    Args:
        standing: what the configuration says of a target; it is asked about unless it says `allow` or `deny`.
        rules: keeps the rules that the user makes; None keeps them for the session only.
    """

    from turnfold.core.engine.network import Proxy  # it needs h11, and sessions without it do not

    @asynccontextmanager
    async def plug(interior: Interior) -> AsyncGenerator[Fitted]:
        # A folder that only this user enters, with a short name: the path of a socket has little room.
        folder = await trio.to_thread.run_sync(partial(mkdtemp, prefix="turnfold-"))
        proxy = Proxy(f"{folder}/proxy")
        bench = Bench(terms=interior.terms, hooks=interior.hooks, reviews=interior.reviews)
        service = NetworkService(
            interior.state,
            interior.current,
            bench,
            interior.spawn,
            environment=proxy.env,
            standing=standing,
            rules=rules,
            session=interior.desk,
        )
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(proxy.serve, service)
                yield Fitted(network=service, settle=service.settle)
                nursery.cancel_scope.cancel()
        finally:
            rmtree(folder, ignore_errors=True)

    return plug
