"""What came of a race, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from turnfold.core.results import Queued, Refused, Started, Steered
from turnfold.events import (
    EffectAbandoned,
    Envelope,
    InputDropped,
    ModelRequestStarted,
    ToolCallOutput,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
    WaitersDropped,
)
from turnfold.replay.findings import Finding
from turnfold.replay.lab.lab import MAIN, Lab
from turnfold.replay.lab.rollout import rollout_bytes
from turnfold.replay.linear import Call, check_session
from turnfold.replay.texts import render
from turnfold.replay.verification import verify_source
from turnfold.rollouts import source_of

VERDICTS_MAX: Final = 20_000
"""Logs whose verdict is remembered: schedules are many, and different logs are few."""

_verdicts: Final[dict[tuple[object, ...], tuple[str, ...]]] = {}


class Violated(AssertionError):
    """A schedule after which something is wrong.

    Attributes:
        complaints: each with a code in front: `TF403: ...` of a rule, or `linear`, `early`, `lost`, ...
    """

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = tuple(complaints)

    @property
    def schedule_signature(self) -> tuple[str, ...]:
        """What has to stay the same while a failing schedule is shrunk."""
        return tuple(sorted({code_of(complaint) for complaint in self.complaints}))


def code_of(complaint: str) -> str:
    """What stands in front of a complaint."""
    return complaint.partition(":")[0]


@attrs.frozen(kw_only=True, repr=False)
class Outcome:
    """What came of one schedule of a race. Its text is the same for schedules that differ in nothing a client sees."""

    log: tuple[Envelope, ...] = attrs.field(eq=False)
    turns: tuple[str, ...]
    """How each turn of the race ended, in order: `completed`, `failed`, `aborted(interrupted)`, `cleared`."""
    told: tuple[str, ...]
    """What each client was told, e.g. `user.interrupt=Interrupted`; sorted."""

    def __repr__(self) -> str:
        return f"{' '.join(self.turns) or 'no turn'} | {' '.join(self.told)}"


def judge(lab: Lab, expected: Iterable[str] = (), *, aborts_itself: bool = False) -> Outcome:
    """Return what came of a race that is over. *aborts_itself*: a hook may interrupt a turn, and not only a client.

    Raises:
        Violated: with all that is wrong, except what is expected.
    """
    log = tuple(lab.journal.appended)
    calls = lab.calls.calls
    state = lab.session.state
    complaints = [
        *lab.complaints,
        *_findings(log),
        *_lost(log, calls, {entry.input_id for entry in state.inputs}),
        *_delivery(lab, log),
        *_leftovers(log),
        *_unanswered(log),
    ]
    story = check_session(
        calls,
        while_aborting=state.behaviour.while_aborting,
        aborts_itself=aborts_itself,
        ends_itself=lab.cancelled,
    )
    if story is not None:
        complaints.append(f"linear: {story}")
    unexpected = [text for text in complaints if code_of(text) not in set(expected)]
    if unexpected:
        raise Violated(unexpected)
    told = sorted(_told(call) for call in calls if call.client != MAIN)
    return Outcome(log=log, turns=tuple(_ends(log[: lab.log_end])), told=tuple(told))


def _findings(log: Sequence[Envelope]) -> tuple[str, ...]:
    """What the rules find in the log as the recorder writes it."""
    key = tuple(
        (each.session_id, each.seq, each.at_us, each.cause, each.origin, repr(each.event)) for each in log
    )
    found = _verdicts.get(key)
    if found is None:
        if len(_verdicts) >= VERDICTS_MAX:
            _verdicts.clear()
        report = verify_source(source_of(rollout_bytes(log)))
        found = _verdicts[key] = tuple(map(_complaint, report.findings))
    return found


def _complaint(finding: Finding) -> str:
    return f"{finding.code}: {render(finding).claim} (line {finding.line})"


def _lost(log: Sequence[Envelope], calls: Sequence[Call], waiting: Iterable[str | None]) -> Iterator[str]:
    """Accepted input is recorded, is said to be dropped, or still waits; refused input is handed back (law 6)."""
    kept = set(waiting)
    for envelope in log:
        match envelope.event:
            case UserInputRecorded(input_id=input_id) | InputDropped(input_id=input_id):
                kept.add(input_id)
            case WaitersDropped(inputs=inputs):
                kept.update(inputs)
            case _:
                pass
    for call in calls:
        match call.result:
            case Started(input_id=input_id) | Steered(input_id=input_id) | Queued(input_id=input_id):
                if input_id is not None and input_id not in kept:
                    yield f"lost: {call.client}'s {call.op} was accepted as {input_id}, of which the log says no more"
            case Refused(text=text) if call.op in {"submit", "steer"} and text != call.given["text"]:
                yield f"lost: {call.client}'s {call.op} was refused, and {text!r} handed back"
            case _:
                pass


def _delivery(lab: Lab, log: Sequence[Envelope]) -> Iterator[str]:
    """The reader is given every event since it began, once, in order (G1)."""
    seen = [envelope.seq for envelope in lab.delivered]
    if seen != [envelope.seq for envelope in log[lab.read_from :]]:
        yield f"delivery: a reader saw the events {seen} of a log of {len(log)}"


def _leftovers(log: Sequence[Envelope]) -> Iterator[str]:
    for envelope in log:
        if isinstance(envelope.event, EffectAbandoned):
            yield f"abandoned: {envelope.event.effect_id} is said not to have ended when told to"


def _unanswered(log: Sequence[Envelope]) -> Iterator[str]:
    """A turn does not complete behind an output that the model was never given: another's end would look like that."""
    output: ToolCallOutput | None = None
    for envelope in log:
        match envelope.event:
            case ToolCallOutput() as event:
                output = event
            case ModelRequestStarted() | TurnStarted():
                output = None
            case TurnCompleted(turn_id=turn_id, error=None) if output is not None:
                yield f"unanswered: {turn_id} completed, and the model was not given the output of {output.call_id}"
            case _:
                pass


def _ends(log: Sequence[Envelope]) -> Iterator[str]:
    for envelope in log:
        match envelope.event:
            case TurnCompleted(error=error):
                yield "completed" if error is None else "failed"
            case TurnAborted(reason=reason):
                yield f"aborted({reason})"
            case TurnCleared():
                yield "cleared"
            case _:
                pass


def _told(call: Call) -> str:
    result = call.result
    text = f"Refused({result.reason})" if isinstance(result, Refused) else type(result).__name__
    return f"{call.client}.{call.op}={'unanswered' if call.ended is None else text}"
