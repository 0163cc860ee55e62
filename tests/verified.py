"""Every log that a session writes during a test goes to the rules of the read side, and a finding fails the test."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
import pytest

from turnfold.core.engine import opening
from turnfold.core.engine.ports import Journal
from turnfold.events import Envelope, Event
from turnfold.replay.findings import Finding
from turnfold.replay.lab import LabJournal, rollout_bytes
from turnfold.replay.verification import verify_source
from turnfold.rollouts import source_of

Log = list[Envelope]

_open: Final[list[list[Log]]] = []
"""The logs of each `watching` that has not ended; a session's log goes to the innermost."""


def findings_of(log: Iterable[Envelope]) -> tuple[Finding, ...]:
    """What all rules together find in a log, written as the recorder writes it."""
    return verify_source(source_of(rollout_bytes(log))).findings


class _Tapped:
    """A journal that keeps a copy of what goes into another one."""

    def __init__(self, journal: Journal, log: Log) -> None:
        self._journal = journal
        self._log = log

    @property
    def path(self) -> str | None:
        return self._journal.path

    def append(self, envelope: Envelope) -> None:
        self._log.append(envelope)
        self._journal.append(envelope)

    async def commit(self) -> None:
        await self._journal.commit()

    async def flush(self) -> None:
        await self._journal.flush()

    async def aclose(self) -> None:
        await self._journal.aclose()


_machine: Any = opening._Machine  # pyright: ignore[reportPrivateUsage]
_machine_init: Final = _machine.__init__


def _tapping_init(self: Any, *given: Any, resume: Iterable[Envelope], **named: Any) -> None:
    """Begin a session as ever, and put a tap between its actor and its journal."""
    log: Log = list(resume)
    _machine_init(self, *given, resume=log, **named)
    actor = self.kernel.actor
    # A lab judges its sessions itself, by the same rules; and it has thousands of them.
    if _open and not isinstance(actor._journal, LabJournal):
        _open[-1].append(log)
        actor._journal = _Tapped(actor._journal, log)


@contextmanager
def watching(expected: Sequence[str] = (), *, always: bool = True) -> Generator[list[Log]]:
    """Judge the log of every session that is opened in this context. Fails the test on any finding.

    Args:
        expected: codes that are no failure.
        always: whether each of them must be found.
    """
    _machine.__init__ = _tapping_init
    logs: list[Log] = []
    _open.append(logs)
    try:
        yield logs
    finally:
        _open.remove(logs)
    judge(logs, expected, always=always)


def judge(logs: Iterable[Log], expected: Sequence[str] = (), *, always: bool = True) -> None:
    """Fail the test on a finding in *logs* that is not expected, and on an expected one that is not there."""
    found = [(finding, log) for log in logs for finding in findings_of(log)]
    missing = sorted(set(expected) - {finding.code for finding, _ in found})
    if missing and always:
        pytest.fail(f"expected findings that no log of this test has: {', '.join(missing)}")
    others = [(finding, log) for finding, log in found if finding.code not in expected]
    if others:
        log = others[0][1]
        told = "\n".join(f"  {_told(finding)}" for finding, _ in others[:20])
        pytest.fail(f"the rules object to a log of this test:\n{told}\nThe log:\n{shown(log)}")


def _told(finding: Finding) -> str:
    facts = ", ".join(f"{name}={value!r}" for name, value in finding.facts.items())
    return f"{finding.code} ({finding.severity}) at line {finding.line}: {facts}"


def shown(log: Iterable[Envelope]) -> str:
    """A log as text, one event a line."""
    return "\n".join(f"  {envelope.seq:4} [{envelope.cause}] {_brief(envelope.event)}" for envelope in log)


def _brief(event: Event) -> str:
    values = attrs.asdict(event, recurse=False)
    said = {name: value for name, value in values.items() if value not in (None, {}, ())}
    return f"{type(event).__name__}({', '.join(f'{name}={value!r}' for name, value in said.items())})"
