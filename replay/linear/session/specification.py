"""The session's sequential model, and the check of a history against it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from turnfold.core.results import Queued, Started, Steered
from turnfold.replay.linear.calls import Call, Raised
from turnfold.replay.linear.model import Model
from turnfold.replay.linear.search import EFFORT, linearize
from turnfold.replay.linear.session import inputs, requests
from turnfold.replay.linear.session.moves import closing, in_silence, interrupted
from turnfold.replay.linear.session.requests import TOLD_ENDS, end_of
from turnfold.replay.linear.session.standing import IDLE, End, Standing
from turnfold.replay.linear.session.terms import Steps, Terms, actual_turn_of, claimed
from turnfold.replay.linear.verdicts import Linearization, NotLinearizable

_STEPS: Final[Mapping[str, Callable[[Terms, Standing, Call], Steps]]] = MappingProxyType(
    {
        "submit": inputs.submit,
        "steer": inputs.steer,
        "send_mail": inputs.send_mail,
        "compact": inputs.run_task,
        "review": inputs.run_task,
        "interrupt": requests.interrupt,
        "answer": requests.answer,
        "roll_back": requests.roll_back,
        "finished": requests.finished,
        "shutdown": requests.shutdown,
    }
)

OPERATIONS: Final = tuple(_STEPS)
"""What a client may ask: the methods of `turnfold.core.engine.Session`, and the arguments' names are theirs."""

_CALLERS_ERRORS: Final = frozenset({ValueError, TypeError})
"""What a session raises for input that is none, and not what is derived from them: the engine's own errors are."""

ENDS_KEPT: Final = 64
"""Ends of turns that a session remembers."""


class SessionModel(Model[Standing]):
    """What a session answers if its clients ask one after the other.

    Written from the specification (`docs/requirements.md`, F and C4) and not from the code that decides. It knows what
    clients see: whether a turn is reserved, running or being aborted, which and of what kind; what waits for the next
    one; who waits for the slot; which questions were answered. The session's own moves are silent steps: a turn begins
    or completes, an abort comes home, what waits starts a turn.

    Args:
        calls: the history; from its results the model takes ids, which a session is free to choose.
        while_aborting: what becomes of input during an abort, `refuse` or `queue`, as in the session's options.
        aborts_itself: whether a turn may be aborted without a client asking: a hook interrupts, a task crashes.
        ends_itself: whether the session may end without a client asking: its block is left, or it breaks down.
        start: where the session stands before the first call.

    Raises:
        ValueError: a call names an operation that is not in `OPERATIONS`, or there is no such *while_aborting*.
    """

    def __init__(
        self,
        calls: Sequence[Call],
        *,
        while_aborting: str = "refuse",
        aborts_itself: bool = False,
        ends_itself: bool = False,
        start: Standing = IDLE,
    ) -> None:
        if while_aborting not in {"refuse", "queue"}:
            raise ValueError(f"while_aborting is 'refuse' or 'queue', not {while_aborting!r}")
        started: set[str] = set()
        told: set[str] = set()
        for call in calls:
            if call.op not in _STEPS:
                raise ValueError(
                    f"{call.client}: a session has no operation {call.op!r}: {', '.join(OPERATIONS)}"
                )
            told.add(claimed(call, "turn_id") or actual_turn_of(call) or "")
            if isinstance(call.result, Started):
                started.add(call.result.turn_id)
        self._start = start._replace(watched=_watched(calls, started))
        self._terms = Terms(
            queue=while_aborting == "queue",
            aborts_itself=aborts_itself,
            ends_itself=ends_itself,
            started=frozenset(started),
            told=frozenset(told),
            forgets=len(calls) > ENDS_KEPT,
        )

    def start(self) -> Standing:
        """Return where the session stands before the first call."""
        return self._start

    def steps(self, state: Standing, call: Call) -> Iterable[tuple[Standing, object]]:
        """Return what the session may answer. A call that it never saw, its arguments being wrong, changes nothing."""
        if isinstance(call.result, Raised):
            return [(state, call.result)] if type(call.result.error) in _CALLERS_ERRORS else []
        parked = state.parked
        if parked and state.life != "closed":
            aborting = state.slot is not None and state.slot.phase == "aborting"
            if call.began in parked if aborting else call.began != parked[0]:
                return []
        return _STEPS[call.op](self._terms, state, call)

    def silent(self, state: Standing) -> Iterable[tuple[str, Standing]]:
        """Return what the session may do by itself."""
        moves = in_silence(state)
        terms = self._terms
        free = not state.parked or (state.slot is not None and state.slot.phase == "aborting")
        if terms.aborts_itself and free and state.slot is not None and state.slot.phase != "aborting":
            moves.append(("the turn is interrupted by the session itself", interrupted(state, state.slot)))
        if terms.ends_itself and state.life != "closed":
            if state.life == "open" and free:
                moves.append(("the session begins to end", closing(state)))
            moves.append(("the session breaks down", state._replace(life="closed", slot=None)))
        return moves


def check_session(
    calls: Sequence[Call],
    *,
    while_aborting: str = "refuse",
    aborts_itself: bool = False,
    ends_itself: bool = False,
    start: Standing = IDLE,
    effort: int = EFFORT,
) -> str | None:
    """Check the calls of one session; return None if they are linearizable, else the story.

    They are if each call can be given one moment between its beginning and its end (a compaction, review or shutdown
    two) so that `SessionModel` gives the results in that order. Ids of inputs and of started turns must not come
    twice. Arguments: see `SessionModel`, and `linearize` for *effort*.

    Raises:
        ValueError: the history is none: an unknown operation, or a call that ends before it begins.
    """
    twice = _given_twice(calls)
    if twice is not None:
        return twice

    def model(*, aborts: bool, ends: bool) -> SessionModel:
        return SessionModel(
            calls, while_aborting=while_aborting, aborts_itself=aborts, ends_itself=ends, start=start
        )

    verdict = linearize(calls, model(aborts=aborts_itself, ends=ends_itself), effort=effort)
    if isinstance(verdict, Linearization):
        return None
    story = str(verdict)
    if isinstance(verdict, NotLinearizable):
        for name, aborts, ends in (
            ("aborts_itself", True, ends_itself),
            ("ends_itself", aborts_itself, True),
        ):
            if isinstance(linearize(calls, model(aborts=aborts, ends=ends), effort=effort), Linearization):
                story += f"\n(with {name}=True it would be: pass it if the session may do that unasked)"
                break
    return story


def _watched(calls: Iterable[Call], started: Iterable[str]) -> frozenset[tuple[str | None, End]]:
    """Return the ends that make a difference to those who wait for one: of which turn, and how.

    A turn that was cleared is told as one that there never was. If nobody was told that he starts it, it may be any
    turn whose id is not known, which has to have ended the way that they were told.
    """
    watched: set[tuple[str | None, End]] = set()
    for call in calls:
        if call.op == "finished" and call.ended is not None:
            turn_id = str(call.given.get("turn_id"))
            watched |= {(turn_id, end) for end in TOLD_ENDS}
            if turn_id not in started:
                watched |= {(None, end) for end in TOLD_ENDS if end == end_of(call.result)}
    return frozenset(watched)


def _given_twice(calls: Iterable[Call]) -> str | None:
    """Say which id was given to two calls."""
    owners: dict[tuple[str, str], Call] = {}
    for call in calls:
        result = call.result
        if not isinstance(result, Started | Steered | Queued):
            continue
        ids = [("input", result.input_id)]
        if isinstance(result, Started):
            ids.append(("turn", result.turn_id))
        for what, name in ids:
            if name is None:
                continue
            other = owners.setdefault((what, name), call)
            if other is not call:
                return (
                    f"not linearizable: {what} id {name!r} was given to two calls:\n"
                    f"  {other.client}: {other.op} began at {other.began}\n"
                    f"  {call.client}: {call.op} began at {call.began}"
                )
    return None
