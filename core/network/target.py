"""A network target in its normal form: what decisions hold for, and the texts that name it."""

import re
from typing import Final, Self

import attrs

PROTOCOLS: Final = ("http", "https", "socks5-tcp", "socks5-udp")
"""Protocols of a target."""

PORT_MAX: Final = 65_535
HOST_CHARS_MAX: Final = 253

_HOST: Final = re.compile(r"[^\s\x00-\x1f\x7f/\\@?#\[\]%]+")
"""What may stand in a host name once it is in its normal form; letters of other scripts may."""


class TargetError(ValueError):
    """What a client asked for names no target; the text says why."""


@attrs.frozen
class Target:
    """A protocol, host and port. Make it with `of`: two spellings of one target are then equal (D1)."""

    protocol: str
    """One of `PROTOCOLS`."""

    host: str
    """Host name in lower case, without a dot at its end; an IPv6 address without brackets."""

    port: int
    """1 to 65535."""

    @classmethod
    def of(cls, protocol: str, host: str, port: int) -> Self:
        """Return the target in its normal form. Raises TargetError."""
        kind = protocol.lower()
        if kind not in PROTOCOLS:
            raise TargetError(f"the protocol {protocol!r} is none of {', '.join(PROTOCOLS)}")
        if not 1 <= port <= PORT_MAX:
            raise TargetError(f"the port {port} is not between 1 and {PORT_MAX}")
        name = host.strip()
        if name.startswith("[") and name.endswith("]"):
            name = name[1:-1]
        name = name.removesuffix(".").lower()
        if len(name) > HOST_CHARS_MAX or not _HOST.fullmatch(name):
            raise TargetError(f"{host[:HOST_CHARS_MAX]!r} is not the name of a host")
        return cls(kind, name, port)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the target that `text` named. Raises TargetError."""
        protocol, _, rest = text.partition("://")
        host, _, port = rest.rpartition(":")
        if not (port.isascii() and port.isdigit()):
            raise TargetError(f"{text!r} is not of the form <protocol>://<host>:<port>")
        return cls.of(protocol, host, int(port[:6]))

    @property
    def text(self) -> str:
        """`<protocol>://<host>:<port>`, the key of the ledger."""
        return f"{self.protocol}://{self.host}:{self.port}"

    @property
    def suffix(self) -> str:
        """`network#<protocol>#<host>#<port>`, which ends the ids of its hook runs (D2)."""
        return f"network#{self.protocol}#{self.host}#{self.port}"

    @property
    def access(self) -> str:
        """`network-access <target>`: how hooks are told of it, and its command where no call owns it (D2)."""
        return f"network-access {self.text}"
