"""Old payloads are lifted to the present version step by step; each step is written once and for good."""

from collections.abc import Callable
from typing import Final

from turnfold.events.errors import CodecError

Payload = dict[str, object]
Upcaster = Callable[[Payload], Payload]

_STEPS: Final[dict[tuple[str, int], Upcaster]] = {}


def upcaster(kind: str, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Register the step that lifts payloads of `kind` from `from_version` to the version after it.

    A step gets a copy that it may change. A second step for the same version is a mistake: ValueError.
    """

    def register(step: Upcaster) -> Upcaster:
        if (kind, from_version) in _STEPS:
            raise ValueError(f"{kind} has a step from version {from_version}; raise the version instead")
        _STEPS[kind, from_version] = step
        return step

    return register


def has_step(kind: str, from_version: int) -> bool:
    """Return whether payloads of `kind` can be lifted from `from_version`."""
    return (kind, from_version) in _STEPS


def upcast(kind: str, version: int, target: int, payload: Payload) -> Payload:
    """Return `payload` lifted from `version` to `target`; the payload given is not changed.

    CodecError when a step is missing, as for a version that never was.
    """
    for at in range(version, target):
        if not has_step(kind, at):
            raise CodecError(
                f"version {at} cannot be read, the present one is {target}",
                kind=kind,
                remedy="check the version; every version from 1 on is readable",
            )
        payload = _STEPS[kind, at](dict(payload))
    return payload


@upcaster("exec_ended", 1)
def _exec_ended_2(payload: Payload) -> Payload:
    """Version 1 counted whole milliseconds, which made most commands take no time at all."""
    duration_ms = payload.pop("duration_ms", None)
    if isinstance(duration_ms, int):
        payload["duration_us"] = duration_ms * 1000
    return payload
