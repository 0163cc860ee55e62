"""Threads that stay, for starting programs.

On Linux a program may ask to be killed when its parent dies (`PR_SET_PDEATHSIG`; bubblewrap's `--die-with-parent`), and
the parent is the *thread* that started it. A worker thread of trio ends after ten idle seconds, and would take such a
program along. These threads last as long as this process.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import trio

T = TypeVar("T")

_THREADS = 4
"""More than one, so that a start that hangs (a program on a dead network drive) does not hold up all others."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "turnfold-spawn")


async def in_lasting_thread(work: Callable[[], T]) -> T:
    """Run *work* in a thread that outlives it, and return its result. Once begun it is not cancelled."""
    await trio.lowlevel.checkpoint_if_cancelled()
    done = trio.Event()
    token = trio.lowlevel.current_trio_token()

    def tell(_: Future[T]) -> None:
        token.run_sync_soon(done.set)

    future = _pool().submit(work)
    future.add_done_callback(tell)
    with trio.CancelScope(shield=True):
        await done.wait()
    return future.result()
