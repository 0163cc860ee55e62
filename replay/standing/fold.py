"""The fold behind a standing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from turnfold.core.lifecycle import ENDS, FIRST, Machine
from turnfold.events import (
    ApprovalRequested,
    Event,
    ExecBegan,
    HookStarted,
    InputDropped,
    ItemCompleted,
    ItemStarted,
    ModelRequestStarted,
    NetworkAccessRequested,
    SettingsApplied,
    TokenUsageReported,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnSteered,
)
from turnfold.replay.gist import call_gist, command_text, gist
from turnfold.replay.history_plan import HistoryFold, Plan
from turnfold.replay.invariants.registry import Handler
from turnfold.replay.ledger import Ledger
from turnfold.replay.session import SessionView
from turnfold.replay.standing.parts import EndFacts, OpenKind, OpenThing, SettingsFacts, TokenFacts, TurnFacts
from turnfold.replay.tracker import Tracker
from turnfold.replay.turn_rows import Opening, TurnStatus
from turnfold.replay.walk import Moment
from turnfold.rollouts import Dialect, Profile

MACHINES: Mapping[OpenKind, Machine] = {
    "call": Machine.CALL,
    "approval": Machine.APPROVAL,
    "hook_run": Machine.HOOK_RUN,
    "network": Machine.NETWORK,
}
"""Kinds of open things that a lifecycle table decides about."""

WITHOUT_HISTORY = frozenset({Dialect.APP_SERVER})
NEEDED = {
    "approvals": ApprovalRequested,
    "hook runs": HookStarted,
    "accepted input that the model has not seen": TurnSteered,
    "running commands": ExecBegan,
}
"""What may be open, and the event that shows it."""

FORGET_AT = 256
"""Notes on things are gone through when there are so many more of them than open things."""


class StandingFold:
    """Feed it moments up to a point. Bounded by what is open, by distinct ids, and by places in the history."""

    def __init__(self, profile: Profile) -> None:
        self.session = SessionView(profile=profile)
        self.ledger = Ledger(bare=profile.dialect is Dialect.BARE)
        self.line = 0
        self.number: int | None = None
        self.at_s: float | None = None
        self.last_end: EndFacts | None = None
        self.tokens: TokenFacts | None = None
        self.settings = SettingsFacts()
        self._history = None if profile.dialect in WITHOUT_HISTORY else HistoryFold()
        self._tracker = Tracker(self.session)
        self._notes: dict[tuple[OpenKind, str], OpenThing] = {}
        self._handlers: Mapping[type[Event], list[Handler]] = {}
        self._adopt(profile)

    def feed(self, moment: Moment, profile: Profile) -> None:
        """Take in one moment, written by the producer of that *profile*."""
        if profile is not self.session.profile:
            self._adopt(profile)
        self.line, self.number = moment.line, moment.number if moment.number is not None else self.number
        self.at_s = moment.at_s if moment.at_s is not None else self.at_s
        self.session.line, self.session.record = moment.line, moment.record
        for handler in self._handlers.get(moment.kind, ()):
            handler(moment.payload, moment.line)
        self.ledger.feed(moment)
        if self._history is not None:
            self._history.feed(moment.record, moment.line)
        self._note(moment, moment.payload)

    def history_plan(self) -> Plan | None:
        """What a model would be given of the past; None where the file does not hold it."""
        return None if self._history is None else self._history.plan()

    def turn(self) -> TurnFacts | None:
        """The open turn."""
        current = self.ledger.current
        if current is None or current.slot.status is not TurnStatus.IN_PROGRESS:
            return None
        slot = current.slot
        shown = slot.opening is Opening.EXPLICIT
        return TurnFacts(
            turn_id=slot.turn_id,
            position=self.ledger.position(current),
            line=slot.first_line,
            phases=self._phases(Machine.TURN, slot.turn_id) if shown else (),
            began_at_s=slot.began_at,
            inputs=tuple(slot.user_inputs),
        )

    def open_things(self) -> Iterator[OpenThing]:
        """What has begun and not ended, oldest first."""
        turn = self.turn()
        for (kind, key), thing in sorted(self._notes.items(), key=lambda note: note[1].line):
            machine = MACHINES.get(kind)
            phases = () if machine is None else self._phases(machine, key)
            if (machine is not None and not phases) or (
                kind == "call" and key not in self.session.open_calls
            ):
                continue
            stale = turn is None or thing.turn_id != turn.turn_id
            yield attrs.evolve(thing, phases=phases, is_stale=stale and kind != "network")

    def invisible(self) -> Iterator[str]:
        """What may be open and would not show in such a file."""
        visible = self.session.profile.persisted
        return (what for what, kind in NEEDED.items() if kind not in visible)

    def _phases(self, machine: Machine, key: str) -> tuple[str, ...]:
        """Where that one can be while it is open; a log that hides its end does not say that it is there yet."""
        live = self._tracker.phases(machine, key) - ENDS - {FIRST[machine]}
        return tuple(sorted(phase.value for phase in live))

    def _adopt(self, profile: Profile) -> None:
        self.session.profile = profile
        self._tracker.adopt(profile, ())
        self._handlers = self._tracker.handlers()

    # What each kind of record adds

    def _note(self, moment: Moment, event: Any) -> None:
        match moment.kind:
            case kind if kind is TurnCompleted or kind is TurnAborted:
                self._end(moment, event, kind is TurnCompleted)
            case kind if kind is TurnContextRecorded or kind is SettingsApplied:
                self._set(moment, event)
            case kind if kind is TokenUsageReported and event.total is not None:
                last = None if event.last is None else event.last.total_tokens
                window = event.model_context_window
                self.tokens = TokenFacts(
                    line=moment.line, total=event.total.total_tokens, last=last, window=window
                )
            case kind if kind is ItemCompleted:
                self._notes.pop(("item", event.item_id or ""), None)
            case kind if kind is InputDropped:
                self._notes.pop(("input", event.input_id or ""), None)
            case kind if kind is ModelRequestStarted:
                for input_id in event.input_ids:
                    self._notes.pop(("input", input_id), None)
            case _:
                self._open(moment, event)

    def _open(self, moment: Moment, event: Any) -> None:
        match moment.kind:
            case kind if kind is ToolCallRequested and event.call_id:
                quote = call_gist(moment.detail("arguments", "input", "action"))
                self._add(moment, "call", event.call_id, event.name or event.call_type, quote)
            case kind if kind is ItemStarted and event.item_id:
                self._add(moment, "item", event.item_id, event.item_type, gist(event.text))
            case kind if kind is ApprovalRequested and event.approval_id:
                asked = gist(command_text(event.command)) if event.command else gist(event.reason)
                self._add(moment, "approval", event.approval_id, event.approval_kind, asked)
            case kind if kind is HookStarted:
                self._add(moment, "hook_run", event.run_id, event.event_name, None)
            case kind if kind is NetworkAccessRequested:
                self._add(moment, "network", event.target, event.protocol, None)
            case kind if kind is TurnSteered:
                self._add(moment, "input", event.input_id or f"line {moment.line}", None, gist(event.text))
            case _:
                pass

    def _add(self, moment: Moment, kind: OpenKind, key: str, name: str | None, quote: str | None) -> None:
        turn = self.ledger.current
        self._notes[kind, key] = OpenThing(
            kind=kind,
            key=key,
            line=moment.line,
            name=name,
            quote=quote,
            turn_id=turn.slot.turn_id if turn else None,
            at_s=moment.at_s,
        )
        if len(self._notes) >= FORGET_AT and len(self._notes) % FORGET_AT == 0:
            still = {(thing.kind, thing.key) for thing in self.open_things()}
            self._notes = {note: thing for note, thing in self._notes.items() if note in still}

    def _end(self, moment: Moment, event: Any, completed: bool) -> None:
        turn_id = event.turn_id or (self.ledger.turns[-1].slot.turn_id if self.ledger.turns else None)
        self.last_end = EndFacts(
            line=moment.line,
            turn_id=turn_id,
            position=self.ledger.position_of(turn_id),
            completed=completed,
            reason=None if completed else event.reason,
            at_s=moment.at_s,
        )

    def _set(self, moment: Moment, event: Any) -> None:
        policy, sandbox = event.approval_policy, getattr(event, "sandbox_mode", None)
        told = {
            "model": event.model if isinstance(event.model, str) else None,
            "cwd": event.cwd if isinstance(event.cwd, str) else None,
            "approval_policy": policy if isinstance(policy, str) or policy is None else "granular",
            "sandbox_mode": sandbox if isinstance(sandbox, str) else None,
        }
        known = {name: value for name, value in told.items() if value is not None}
        self.settings = attrs.evolve(self.settings, line=moment.line, **known)
