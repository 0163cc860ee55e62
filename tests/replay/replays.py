"""Small replays for tests."""

from __future__ import annotations

import attrs

from turnfold.events import Envelope, Event, Origin
from turnfold.replay.events import Located
from turnfold.replay.replayer import Replayer, Step
from turnfold.rollouts import Dialect, profile_of


def repaired(steps: list[Step]) -> list[Envelope]:
    """The log as it should have been: what was inferred, and what was taken in."""
    log: list[Envelope] = []
    for step in steps:
        log.extend(step.inferred)
        envelope = step.located.envelope
        if step.refusal is None and envelope.origin is not Origin.DERIVED:
            log.append(envelope)
    return [attrs.evolve(envelope, seq=seq) for seq, envelope in enumerate(log)]


def steps_of(*events: Event, dialect: Dialect = Dialect.CODEX) -> list[Step]:
    """A replay of some events, one a line."""
    replayer = Replayer(profile_of(dialect), "s")
    return [
        replayer.step(Located(Envelope(session_id="s", seq=seq, event=event), seq + 1))
        for seq, event in enumerate(events)
    ]
