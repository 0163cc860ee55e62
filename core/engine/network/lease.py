"""A call's registration with the network service."""

from collections.abc import Awaitable, Callable, Mapping

import attrs


@attrs.frozen
class Lease:
    """See `ports.NetworkLease`. It stays registered until its outcome is taken."""

    registration_id: str
    """Id of the registration, which is also the token that its requests show to the proxy."""

    env: Mapping[str, str]
    """Variables that point a command at the proxy and carry the token."""

    take: Callable[[], Awaitable[None]]

    async def finish(self) -> None:
        """Take the outcome of a deferred registration, once its process has ended; once only counts (D5).

        Raises ToolFailed with the text that rejects the call, or ToolInterrupted.
        """
        await self.take()
