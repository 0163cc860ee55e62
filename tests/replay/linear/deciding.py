"""Clients of the pure core: what `decide` tells them, as calls. There is no engine; a tape says what happens next."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

import attrs

from tests.stateful.alphabet import opened
from turnfold import events as ev
from turnfold.core import SessionPhase, State, TurnPhase
from turnfold.core.commands import (
    Answer,
    BeginTurn,
    ClientCommand,
    Close,
    Command,
    Conclude,
    FinishTurn,
    FlushEnded,
    Interrupt,
    Record,
    RollBack,
    RunTask,
    ScopesGone,
    SendMail,
    Shutdown,
    Steer,
    Submit,
    Unwound,
)
from turnfold.core.decide import Decision, decide, is_aborting, next_trigger
from turnfold.core.results import SHUTTING_DOWN, Refused, Result
from turnfold.replay.linear import Call, Calls

Alter: TypeAlias = Callable[[State, Command, Decision], Result | None]
"""Spoils what a client is told; the decision itself stays."""

LEAVING_MAX: Final = 3
"""Clients that go away before they are answered."""

OVER: Final = Refused(reason=SHUTTING_DOWN, message="the session is over")


def as_decided(_before: State, _command: Command, decision: Decision) -> Result | None:
    """Spoil nothing."""
    return decision.result


@attrs.define(eq=False)
class Client:
    """One at a time."""

    name: str
    number: int | None = None
    """Of the open call."""
    command: ClientCommand | None = None
    awaited: str | None = None
    """The turn whose end it waits for, or `session`."""
    told: tuple[object] | None = None
    """What it is going to be told."""


@attrs.define(eq=False)
class Deciding:
    """A session without an engine: commands are taken in their order, answers come later, and effects at any time."""

    tape: Iterator[int]
    while_aborting: str = "refuse"
    hooks: bool = False
    """Whether the session may abort a turn by itself."""
    alter: Alter = as_decided
    at_once: bool = False
    """Whether each command is decided and answered when it is asked."""
    state: State = attrs.field(init=False)
    calls: Calls = attrs.field(factory=Calls)
    clients: list[Client] = attrs.field(factory=lambda: [Client("a"), Client("b"), Client("c")])
    inbox: deque[Client] = attrs.field(factory=deque[Client])
    parked: list[Client] = attrs.field(factory=list[Client])
    ids: Counter[str] = attrs.field(factory=Counter[str])
    ends: dict[str, ev.Event | None] = attrs.field(factory=dict[str, "ev.Event | None"])
    questions: list[str] = attrs.field(factory=list[str])

    def __attrs_post_init__(self) -> None:
        self.state = opened(while_aborting=self.while_aborting)

    def live(self) -> tuple[Call, ...]:
        """Go on until the tape ends; return the calls."""
        for choice in self.tape:
            moves = [*self._of_clients(), *self._of_engine()]
            moves[choice % len(moves)]()
        return self.calls.calls

    # Clients.

    def _of_clients(self) -> Iterator[Callable[[], None]]:
        for client in self.clients:
            if client.number is None:
                yield partial(self._ask, client)
            elif client.told is not None:
                yield partial(self._tell, client)
            elif not self.at_once and self.ids["client"] < LEAVING_MAX:
                yield partial(self._leave, client)
        if self.inbox:
            yield self._take
            yield self._take

    def _ask(self, client: Client) -> None:
        menu = list(self._menu())
        op, given, command = menu[next(self.tape, 0) % len(menu)]
        client.number = self.calls.begin(client.name, op, **given)
        client.command = command
        if command is None:
            self._wait_for(client, str(given["turn_id"]))
        else:
            self.inbox.append(client)
            if self.at_once:
                self._take()
        if self.at_once and client.told is not None:
            self._tell(client)

    def _tell(self, client: Client) -> None:
        assert client.number is not None
        assert client.told is not None
        self.calls.ended(client.number, client.told[0])
        client.number = client.told = client.awaited = None

    def _leave(self, client: Client) -> None:
        """It goes away without hearing the answer, and another one takes its place; the command stays."""
        self.clients[self.clients.index(client)] = Client(self._id("client"))

    def _menu(self) -> Iterator[tuple[str, dict[str, object], ClientCommand | None]]:
        turn_ids = [*([] if self.state.turn is None else [self.state.turn.turn_id]), *self.ends, "wrong"]
        turn_id, input_id = self._id("turn"), self._id("input")
        for text, mode in (("go", "start_or_steer"), ("", "start_or_steer"), ("if idle", "start_if_idle")):
            submit = Submit(submission_id="s", input_id=input_id, turn_id=turn_id, text=text, mode=mode)
            yield "submit", {"text": text, "mode": mode}, submit
        for text, expected in (("go", None), ("", None), ("go", turn_ids[0]), ("", turn_ids[-2:][0])):
            steer = Steer(submission_id="s", input_id=input_id, text=text, expected_turn_id=expected)
            yield "steer", {"text": text, "expected_turn_id": expected}, steer
        for target in (None, None, turn_ids[0], "wrong"):
            yield "interrupt", {"turn_id": target}, Interrupt(turn_id=target)
        for which in ([*self.questions, "wrong"])[-3:]:
            for decision in ("approved", "abort"):
                given: dict[str, object] = {"approval_id": which, "decision": decision}
                yield "answer", given, Answer(approval_id=which, decision=decision)
        for op, said in (("compact", None), ("review", "look"), ("review", "")):
            task = RunTask(submission_id="s", turn_id=turn_id, task_kind=op, input_id=input_id, text=said)
            yield op, {} if said is None else {"text": said}, task
        for trigger in (True, False):
            mail = SendMail(mail_id=self._id("mail"), text="hi", trigger_turn=trigger)
            yield "send_mail", {"text": "hi", "trigger_turn": trigger}, mail
        for which in turn_ids[:3]:
            yield "finished", {"turn_id": which}, None
        for count in (0, 1):
            yield "roll_back", {"num_turns": count}, RollBack(num_turns=count)
        yield "shutdown", {}, Shutdown()

    def _wait_for(self, client: Client, turn_id: str) -> None:
        turn = self.state.turn
        if turn_id not in self.ends and turn is not None and turn.turn_id == turn_id:
            client.awaited = turn_id
        else:
            client.told = (self.ends.get(turn_id),)

    # The actor.

    def _take(self) -> None:
        client = self.inbox.popleft()
        assert client.command is not None
        if self.state.session is SessionPhase.CLOSED and next(self.tape, 0) % 2:
            text = client.command.text if isinstance(client.command, Submit | Steer) else None
            client.told = (None if isinstance(client.command, Shutdown) else attrs.evolve(OVER, text=text),)
        else:
            self._decided(client, client.command)

    def _decided(self, client: Client, command: ClientCommand) -> None:
        decision = self._decide(command)
        if decision.parked:
            self.parked.append(client)
        elif isinstance(command, Shutdown):
            client.awaited = "session"
            self._wake()
        else:
            client.told = (decision.result,)
        self._go_on(decision)

    def _go_on(self, decision: Decision) -> None:
        """Decide again what waited for the slot."""
        while self.parked and not is_aborting(self.state) and not decision.parked:
            client = self.parked.pop(0)
            assert client.command is not None
            decision = self._decide(client.command)
            client.told = (decision.result,)

    def _decide(self, command: Command) -> Decision:
        before = self.state
        if isinstance(command, Interrupt | SendMail | FinishTurn | Conclude) and self._may_start(command):
            command = attrs.evolve(command, next_turn_id=self._id("turn"))
        decision = decide(before, command)
        self.state = decision.state
        for event in decision.events:
            if isinstance(event, ev.TurnCompleted | ev.TurnAborted | ev.TurnCleared):
                self.ends[str(event.turn_id)] = None if isinstance(event, ev.TurnCleared) else event
        self._wake()
        return attrs.evolve(decision, result=self.alter(before, command, decision))

    def _may_start(self, command: Command) -> bool:
        """Whether the actor brings the id of a next turn."""
        return not self.parked and (isinstance(command, SendMail) or next_trigger(self.state) is not None)

    def _wake(self) -> None:
        for client in self.clients:
            if client.awaited in self.ends:
                client.told = (self.ends[client.awaited],)
            elif client.awaited == "session" and self.state.session is SessionPhase.CLOSED:
                client.told = (None,)

    # Effects.

    def _of_engine(self) -> Iterator[Callable[[], None]]:
        turn = self.state.turn
        if turn is None:
            if self.state.session is SessionPhase.CLOSING:
                yield partial(self._effect, Close())
            return
        turn_id = turn.turn_id
        match turn.phase:
            case TurnPhase.RESERVED:
                yield partial(self._effect, BeginTurn(turn_id=turn_id))
            case TurnPhase.RUNNING:
                yield partial(self._effect, FinishTurn(turn_id=turn_id))
                for event in self._work(turn_id):
                    yield partial(self._effect, Record(events=(event,), turn_id=turn_id))
                if self.hooks:
                    note = ev.WarningRaised(message="no")
                    yield partial(self._effect, Record(events=(note,), turn_id=turn_id, abort_by="hook"))
            case TurnPhase.ABORTING:
                yield partial(self._effect, ScopesGone(turn_id=turn_id, scopes=1))
            case TurnPhase.CANCELLED:
                yield partial(self._effect, Unwound(turn_id=turn_id, grace_ms=1))
            case TurnPhase.MARKED:
                yield partial(self._effect, FlushEnded(turn_id=turn_id, through_seq=1))
            case _:
                yield partial(self._effect, Conclude(turn_id=turn_id))

    def _work(self, turn_id: str) -> Iterator[ev.Event]:
        """The turn asks something, or takes in what waits."""
        kind = ev.APPROVAL_KINDS[0 if len(self.questions) % 3 else 5]
        yield ev.ApprovalRequested(approval_id=self._id("approval"), approval_kind=kind, turn_id=turn_id)
        for entry in self.state.inputs[:1]:
            yield ev.UserInputRecorded(input_id=entry.input_id, turn_id=turn_id)
        for mail in self.state.mail[:1]:
            yield ev.MailRecorded(mail_id=mail.mail_id)

    def _effect(self, command: Command) -> None:
        if isinstance(command, Record):
            asked = [each for each in command.events if isinstance(each, ev.ApprovalRequested)]
            self.questions += [each.approval_id for each in asked]
        self._go_on(self._decide(command))

    def _id(self, kind: str) -> str:
        self.ids[kind] += 1
        return f"{kind}-{self.ids[kind]}"


def decided(
    tape: Sequence[int],
    *,
    while_aborting: str = "refuse",
    hooks: bool = False,
    at_once: bool = False,
    alter: Alter = as_decided,
) -> tuple[Call, ...]:
    """Return the calls of clients whose commands `decide` decides."""
    session = Deciding(iter(tape), while_aborting=while_aborting, hooks=hooks, at_once=at_once, alter=alter)
    return session.live()
