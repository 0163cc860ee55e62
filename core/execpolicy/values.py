"""Rules and what they say, as values that check themselves."""

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs


class RuleError(ValueError):
    """A rule makes no sense; the text says why, and what to write instead."""


class Decision(enum.StrEnum):
    """What a rule says of a command, or of a host."""

    ALLOW = "allow"
    """It may run without anybody being asked."""

    PROMPT = "prompt"
    """Somebody has to be asked."""

    FORBIDDEN = "forbidden"
    """It may not run."""


_SEVERITY: Final = tuple(Decision)
_PROTOCOLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "http": "http",
        "https": "https",
        "https_connect": "https",
        "http-connect": "https",
        "socks5_tcp": "socks5_tcp",
        "socks5_udp": "socks5_udp",
    }
)
NETWORK_PROTOCOLS: Final = tuple(dict.fromkeys(_PROTOCOLS.values()))
"""Protocols that a network rule can be about."""

_Words: TypeAlias = tuple[str, ...]


def strictest(decisions: Iterable[Decision]) -> Decision | None:
    """Return the strictest of *decisions* (forbidden, then prompt, then allow); None when there are none."""
    return max(decisions, key=_SEVERITY.index, default=None)


def _reason(_: object, __: object, value: str | None) -> None:
    if value is not None and not value.strip():
        raise RuleError("a justification cannot be empty. Say why, or leave it out")


def _pattern(_: object, __: object, value: tuple[_Words, ...]) -> None:
    if not value:
        raise RuleError("a pattern cannot be empty. Name at least the program")
    if not all(value):
        raise RuleError("a list of alternatives cannot be empty. Name at least one")


@attrs.frozen(kw_only=True)
class PrefixRule:
    """A rule on commands that begin with certain words. Raises RuleError when it makes no sense."""

    pattern: tuple[_Words, ...] = attrs.field(validator=_pattern)
    """For each word of the beginning the words that will do."""

    decision: Decision = Decision.ALLOW
    """What it says of them."""

    justification: str | None = attrs.field(default=None, validator=_reason)
    """Why, for whoever is asked or refused."""

    def matches(self, argv: _Words) -> bool:
        """Whether *argv* begins as the pattern wants."""
        return len(argv) >= len(self.pattern) and all(
            word in words for word, words in zip(argv, self.pattern, strict=False)
        )


def _bare(_: object, __: object, value: str) -> None:
    if not value or "/" in value or value in {".", ".."}:
        raise RuleError(f"{value!r} is no name of a program. Write it without its folder, such as 'git'")


def _absolute(instance: "HostExecutable", _: object, value: tuple[str, ...]) -> None:
    for path in value:
        if not path.startswith("/"):
            raise RuleError(f"{path!r} is no absolute path. Write it from the root, such as '/usr/bin/git'")
        if path.rpartition("/")[2] != instance.name:
            raise RuleError(f"{path!r} does not end in {instance.name!r}. Name paths of this program only")


@attrs.frozen(kw_only=True)
class HostExecutable:
    """Where a program may be, so that rules on its name hold for it. Raises RuleError when it makes no sense."""

    name: str = attrs.field(validator=_bare)
    """Name without folder."""

    paths: tuple[str, ...] = attrs.field(validator=_absolute)
    """Absolute paths, each ending in the name. Without any, no path stands for the name."""


def _protocol(value: str) -> str:
    try:
        return _PROTOCOLS[value]
    except KeyError:
        known = ", ".join(NETWORK_PROTOCOLS)
        raise RuleError(f"{value!r} is no protocol of a network rule. Use one of {known}") from None


def _host(value: str) -> str:
    """Return *value* as hosts are compared: without port, brackets, final dot and capital letters."""
    host = value.strip()
    if host.startswith("["):
        host, bracket, port = host[1:].partition("]")
        if not bracket or (port and not (port[0] == ":" and port[1:].isdecimal())):
            raise RuleError(f"{value!r} is no host. Write an IPv6 address as '[::1]' or '::1'")
    elif host.count(":") == 1 and host.partition(":")[2].isdecimal():
        host = host.partition(":")[0]
    host = host.rstrip(".").lower()
    if not host or any(character in "/?#*[]@" or character.isspace() for character in host):
        raise RuleError(
            f"{value!r} is no host. Write one name or address, without scheme, path and wildcards"
        )
    return host


@attrs.frozen(kw_only=True)
class NetworkRule:
    """A rule on a host. Raises RuleError when it makes no sense."""

    host: str = attrs.field(converter=_host)
    """Name or address, in lower case, without port."""

    protocol: str = attrs.field(converter=_protocol)
    """One of `NETWORK_PROTOCOLS`."""

    decision: Decision
    """What it says; written `deny` for `forbidden`."""

    justification: str | None = attrs.field(default=None, validator=_reason)
    """Why."""


@attrs.frozen(kw_only=True)
class Match:
    """A rule that holds for a command."""

    prefix: tuple[str, ...]
    """Words of the command that the rule is about; the program as the rule names it."""

    decision: Decision
    """What the rule says."""

    justification: str | None = None
    """Why."""

    resolved_program: str | None = None
    """Path of the program, when the rule names it without its folder."""


@attrs.frozen(kw_only=True)
class Verdict:
    """What all rules together say of a command."""

    decision: Decision | None = None
    """The strictest decision; None when no rule speaks for all of it and none against any of it."""

    matches: tuple[Match, ...] = ()
    """Every rule that holds, in the order of the commands and of the rules."""

    @property
    def justification(self) -> str | None:
        """Why: that of the first rule that decided and has one."""
        return next(
            (m.justification for m in self.matches if m.decision is self.decision and m.justification), None
        )
