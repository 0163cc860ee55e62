from __future__ import annotations

from typing import Any

from turnfold.events import SteerRequested, TurnSteered
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import Dialect


class SteeredIntoOtherTurn(Invariant, code="TF410", since="0.1.0", needs=(TurnSteered,)):
    """Input was accepted into a turn that it was not meant for, or that was over.

    ## What it checks
    The answer to `turn/steer` names the turn that the client expected, and no turn that had ended when the client
    asked. In our own log the turn that takes the input is the open one.

    ## Why it matters
    A client names the turn so that its words meet the work that the user was looking at. Accepted elsewhere, they
    change work that the user has not seen; accepted by a turn that is over, they are lost.

    ## Example
    ```jsonl
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"B","items":[],"status":"inProgress"}}}
    {"_dir":">","id":4,"method":"turn/steer","params":{"threadId":"T","input":[{"type":"text","text":"stop"}],"expectedTurnId":"A"}}
    {"_dir":"<","id":4,"result":{"turnId":"B"}}
    ```

    ## What can excuse it
    Nothing: the expected turn is checked in the same step that accepts the input. In a capture an answer may be
    overtaken by the end of its turn, so a turn that ended only after the question is not named.
    """

    rests_on_absence = True
    claim = "input was accepted into turn {turn_id}, which is not the turn that it was meant for"
    because = "{why}"
    however = "the input may still have been recorded where it belongs"

    def begin(self) -> None:
        self.requests: dict[str | None, tuple[str | None, int]] = {}

    @on(SteerRequested)
    def requested(self, event: Any, at: int) -> None:
        self.requests[event.request_id] = event.expected_turn_id, at

    @on(TurnSteered)
    def steered(self, event: Any, at: int) -> None:
        session, turn_id = self.session, event.turn_id
        expected, asked = self.requests.pop(event.input_id, (None, 0))
        ended = session.ended.get(turn_id, 0)
        if expected not in (None, turn_id):
            why = f"on line {asked} the client asked for turn {expected}"
        elif 0 < ended < asked:
            why = f"that turn had ended on line {ended}, before the client asked on line {asked}"
        elif session.profile.dialect is Dialect.OWN and (
            session.turn is None or session.turn.turn_id != turn_id
        ):
            why = f"the open turn is {session.turn.turn_id}" if session.turn else "no turn is open"
        else:
            return
        asking = ((asked, "the request"),) if asked else ()
        self.found(at, *asking, (at, "accepted"), subject=turn_id, turn_id=turn_id, why=why)
