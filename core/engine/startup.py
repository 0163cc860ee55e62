"""Work of starting up, such as connecting to servers of tools: an interrupt that finds no turn cancels it (F1)."""

from collections.abc import Awaitable, Callable

from turnfold.core.engine.yard import Running, Yard


class StartUp:
    """What is still starting."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self._running: dict[str, Running] = {}

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Start *work* under a name that no other work has; what it raises becomes a warning in the log."""

        async def whole() -> None:
            try:
                await work()
            finally:
                self._running.pop(name, None)

        self._running[name] = self._yard.start(f"startup:{name}", whole)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what is still starting, in the order in which it began."""
        return tuple(self._running)

    def cancel(self) -> None:
        """Cancel all of it."""
        for running in self._running.values():
            running.scope.cancel()
