"""A schedule as a tape of choices, and as a short text that can be pasted into a test."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from turnfold.replay.explore.runs import Cancel, Deviation, Plan, Run

VERSION: Final = 1
"""Of the token's format. What a tape means is part of it: the default rule, the numbering of the tasks."""

_TOKEN: Final = re.compile(r"tfx([0-9]{1,9})~([^~]*)~([A-Za-z0-9_-]*)")
_PLAIN: Final = b"\0"
_PACKED: Final = b"\1"


class BadToken(ValueError):
    """A token that cannot be replayed: it is damaged, or of another version or scenario."""


@attrs.frozen(kw_only=True)
class Tape:
    """The choices of one schedule, as far as they are not the default."""

    deviations: tuple[Deviation, ...] = ()
    """In order of the choice points."""
    cancel: Cancel | None = None
    patience: int = 200
    """For how many steps a runnable task was held back at most: `Limits.patience` of the run."""
    fingerprint: int | None = None
    """A checksum of the order in which tasks ran. A replay that gives another one ran another program."""

    def plan(self, *, detail: bool = False) -> Plan:
        """Return the plan that replays this tape."""
        return Plan(chooser_of(self.deviations), cancel=self.cancel, detail=detail)


def chooser_of(deviations: Iterable[Deviation]) -> Callable[[list[int], int], int]:
    """Return a chooser that takes these deviations and else the default."""
    rest = iter(tuple(deviations))
    upcoming = next(rest, None)
    at = -1

    def choose(candidates: list[int], default: int) -> int:
        nonlocal at, upcoming
        del candidates
        at += 1
        if upcoming is None or upcoming[0] != at:
            return default
        index = upcoming[1]
        upcoming = next(rest, None)
        return index

    return choose


def fingerprint(run: Run) -> int:
    """A checksum of the order in which the tasks of a run were run."""
    return zlib.crc32(",".join(map(str, run.order)).encode())


def tape_of(run: Run, patience: int) -> Tape:
    """Return the tape of a run."""
    return Tape(
        deviations=tuple(run.deviations), cancel=run.cancel, patience=patience, fingerprint=fingerprint(run)
    )


def encode(tape: Tape, scenario: str) -> str:
    """Return the token of a tape: text of letters, digits and `~:.-_`, for the scenario of that name.

    Raises:
        ValueError: the name holds a `~`.
    """
    if "~" in scenario:
        raise ValueError(f"the name of a scenario cannot hold '~': {scenario!r}")
    numbers = [tape.patience, len(tape.deviations)]
    before = -1
    for at, index in tape.deviations:
        numbers += [at - before - 1, index]
        before = at
    numbers += _cancel_numbers(tape.cancel)
    numbers += [0] if tape.fingerprint is None else [1, tape.fingerprint]
    body = b"".join(map(_varint, numbers))
    packed = zlib.compress(body, 9)
    body = _PACKED + packed if len(packed) < len(body) else _PLAIN + body
    text = base64.urlsafe_b64encode(body + _checksum(scenario, body)).decode().rstrip("=")
    return f"tfx{VERSION}~{scenario}~{text}"


def decode(token: str, scenario: str | None = None) -> Tape:
    """Return the tape of a token.

    Raises:
        BadToken: it is no token, is damaged, is of another version, or is not for *scenario* if one is given.
    """
    parts = _TOKEN.fullmatch(token.strip())
    if parts is None:
        raise BadToken(
            f"not a token of a schedule: {_shown(token)}; one looks like tfx{VERSION}~module:function~AAAB, "
            "and has to be pasted whole"
        )
    version, name, text = parts.groups()
    if int(version) != VERSION:
        raise BadToken(
            f"the token is of format {version}, this turnfold reads {VERSION}: "
            "replay it with the version that made it, or explore anew"
        )
    if scenario is not None and name != scenario:
        raise BadToken(f"the token is of the scenario {name!r}, not of {scenario!r}: replay it on that one")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        body, checksum = raw[:-4], raw[-4:]
        if checksum != _checksum(name, body):
            raise _damaged(token)
        return _parsed(zlib.decompress(body[1:]) if body[:1] == _PACKED else body[1:])
    except (binascii.Error, zlib.error, StopIteration) as error:
        raise _damaged(token) from error


def scenario_of(token: str) -> str:
    """Return the name of the scenario that a token is for.

    Raises:
        BadToken: as `decode` does.
    """
    decode(token)
    return token.strip().split("~")[1]


def _parsed(body: bytes) -> Tape:
    numbers = _numbers(body)
    patience, count = next(numbers), next(numbers)
    deviations: list[Deviation] = []
    before = -1
    for _ in range(count):
        before += next(numbers) + 1
        deviations.append((before, next(numbers)))
    cancels, cancel = next(numbers), None
    if cancels:
        step, depth = next(numbers), next(numbers)
        cancel = Cancel(step, depth, next(numbers) if cancels == 2 else None)
    marked, mark = next(numbers), None
    if marked:
        mark = next(numbers)
    return Tape(deviations=tuple(deviations), cancel=cancel, patience=patience, fingerprint=mark)


def _cancel_numbers(cancel: Cancel | None) -> list[int]:
    if cancel is None:
        return [0]
    if cancel.task is None:
        return [1, cancel.step, cancel.depth]
    return [2, cancel.step, cancel.depth, cancel.task]


def _damaged(token: str) -> BadToken:
    return BadToken(f"the token is damaged, its checksum is wrong: {_shown(token)}; paste it whole")


def _shown(token: str) -> str:
    return repr(token if len(token) <= 60 else token[:57] + "...")


def _checksum(scenario: str, body: bytes) -> bytes:
    return zlib.crc32(scenario.encode() + b"~" + body).to_bytes(4, "big")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(body: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in body:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
