"""What is asked of every call and every output, asked once.

Two lines in five of a file are a call or an output, so the common case is a handful of comparisons.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

from turnfold.events import MessageRecorded, ReasoningRecorded, ToolCallOutput, ToolCallRequested
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.registry import on
from turnfold.replay.session import TurnView

FUNCTION_CALL: Final = "function_call"
NAMED: Final = (FUNCTION_CALL, "custom_tool_call")
"""Types of calls that say which tool they call; the others are for one tool only."""

ANSWERED_AS: Final = {
    FUNCTION_CALL: (FUNCTION_CALL,),
    "custom_tool_call": ("custom_tool_call",),
    "local_shell_call": ("local_shell_call", FUNCTION_CALL),
    "tool_search_call": ("tool_search_call",),
}
"""Type of a call → those its output may have. A local shell has no output type of its own in Codex."""

OUTPUT_TAGS: Final = {"tool_search_call": "tool_search_output"}
"""Type of an output → its record's tag, where that is not the type and `_output`."""

SYNTHETIC: Final = "aborted"
"""What Codex puts in the place of a missing output when it asks the model (all versions)."""
_SYNTHETIC_JSON: Final = b'"aborted"'


class CallBreak(Enum):
    """What can be wrong with calls and outputs."""

    REUSED_ID = auto()
    NO_NAME = auto()
    OTHER_TYPE = auto()
    OUT_OF_ORDER = auto()
    LATER_TURN = auto()
    SYNTHETIC = auto()
    MODEL_WENT_ON = auto()


class Calls(Checker):
    """Keeps the types of open calls, and which output was recorded last."""

    def begin(self) -> None:
        self._types: dict[str, str] = {}
        """Types of open calls that are no function calls."""
        self._newest = 0
        """Line of the latest call that has an output, and of its output."""
        self._newest_output = 0
        self._asked_at = 0
        """Line of the last message to the model: in a file without turn starts, work from before it may be cut off."""
        self._answered_at = 0
        """Line of the last output since the model last spoke; 0 if there was none."""

    @on(ToolCallRequested)
    def requested(self, event: Any, at: int) -> None:
        call_id, call_type, earlier = event.call_id, event.call_type, self.session.requested_before
        if earlier:
            witnesses = (earlier, "earlier call"), (at, "second call")
            self.tell(CallBreak.REUSED_ID, at, *witnesses, subject=call_id, call_id=call_id, first=earlier)
        if call_type != FUNCTION_CALL:
            self._types[call_id] = call_type
        if event.name is None and call_type in NAMED:
            self.tell(
                CallBreak.NO_NAME, at, (at, "call"), subject=call_id, call_id=call_id, call_type=call_type
            )
        if self._answered_at:
            self._went_on(at)

    @on(ToolCallOutput)
    def answered(self, event: Any, at: int) -> None:
        called, turn = self.session.answered_at, self.session.turn
        self._answered_at = at
        if called:
            if called > self._newest:
                self._newest, self._newest_output = called, at
            else:
                self._out_of_order(event.call_id, called, at)
            if self._types or event.call_type != FUNCTION_CALL:
                self._compare_types(event, called, at)
            if turn is not None and called < turn.at:
                self._in_later_turn(turn, event.call_id, called, at)
        raw: Any = getattr(event, "raw_output", None)
        if (raw is None or len(raw) == len(_SYNTHETIC_JSON)) and is_synthetic(event):
            call_id = event.call_id
            self.tell(CallBreak.SYNTHETIC, at, (at, "output"), subject=call_id, call_id=call_id)

    @on(ReasoningRecorded)
    def reasoned(self, event: Any, at: int) -> None:
        if self._answered_at:
            self._went_on(at)

    @on(MessageRecorded)
    def said(self, event: Any, at: int) -> None:
        if event.role != "assistant":
            self._asked_at = at
        elif self._answered_at:
            self._went_on(at)

    def _went_on(self, at: int) -> None:
        """The model speaks anew, having been sent the outputs so far."""
        answered, self._answered_at = self._answered_at, 0
        session = self.session
        if not session.open_calls or (session.turn is None and session.turns_are_visible):
            return
        began = session.turn.at if session.turn is not None else self._asked_at
        for call_id, called in session.open_calls.items():
            if began < called < answered:
                facts: dict[str, Any] = {"call_id": call_id, "called": called, "answered": answered}
                witnesses = (called, "call"), (answered, "last output"), (at, "next words of the model")
                self.tell(CallBreak.MODEL_WENT_ON, at, *witnesses, subject=call_id, **facts)

    def _out_of_order(self, call_id: str, called: int, at: int) -> None:
        self.tell(
            CallBreak.OUT_OF_ORDER,
            at,
            (called, "earlier call"),
            (self._newest, "later call"),
            (self._newest_output, "output of the later call"),
            (at, "output of the earlier call"),
            subject=call_id,
            call_id=call_id,
            called=called,
            later_called=self._newest,
            later=self._newest_output,
        )

    def _compare_types(self, event: Any, called: int, at: int) -> None:
        asked, given = self._types.pop(event.call_id, FUNCTION_CALL), event.call_type
        if given in ANSWERED_AS.get(asked, (given,)):
            return
        self.tell(
            CallBreak.OTHER_TYPE,
            at,
            (called, "call"),
            (at, "output"),
            subject=event.call_id,
            call_id=event.call_id,
            call_type=asked,
            output_type=OUTPUT_TAGS.get(given, f"{given}_output"),
            called=called,
        )

    def _in_later_turn(self, turn: TurnView, call_id: str, called: int, at: int) -> None:
        witnesses = (called, "call"), (turn.at, "start of a later turn"), (at, "output")
        facts: dict[str, Any] = {"call_id": call_id, "turn_id": turn.turn_id}
        facts |= {"called": called, "started": turn.at}
        self.tell(CallBreak.LATER_TURN, at, *witnesses, subject=call_id, **facts)


def is_synthetic(output: Any) -> bool:
    """Whether an output consists of the word that stands in for a missing one.

    Of a wire struct only the length of the text is looked at, unless that fits.
    """
    raw = getattr(output, "raw_output", None)
    if raw is None:
        return bool(output.output == SYNTHETIC)
    return len(raw) == len(_SYNTHETIC_JSON) and bytes(raw) == _SYNTHETIC_JSON
