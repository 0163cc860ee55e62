"""Alphabets: the commands that a search gives to a session in each state, legal there or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
from attrs import validators

from turnfold import events as ev
from turnfold.core import State
from turnfold.core.commands import (
    COMPACT,
    START_IF_IDLE,
    Answer,
    BeginTurn,
    Close,
    Command,
    Conclude,
    FinishTurn,
    FlushEnded,
    Interrupt,
    Leftover,
    Open,
    Record,
    Resume,
    RollBack,
    RunTask,
    ScopesGone,
    SendMail,
    Shutdown,
    Steer,
    Submit,
    Unwound,
)
from turnfold.events import Event
from turnfold.replay.search.session.names import WRONG, Names, names_in
from turnfold.replay.search.session.work import WORK, records

Family: TypeAlias = Callable[[Names], Iterator[Command]]


def _input(names: Names) -> Iterator[Command]:
    settings = ev.SettingsApplied(model="other")
    for input_id in names.fresh_inputs:
        for fresh in names.fresh_turns:
            yield Submit(submission_id="s", input_id=input_id, turn_id=fresh, text="hi", settings=settings)
            yield Submit(submission_id="s", input_id=input_id, turn_id=fresh, text="", settings=settings)
            yield Submit(submission_id="s", input_id=input_id, turn_id=fresh, text="hi", mode=START_IF_IDLE)
        yield Steer(submission_id="s", input_id=input_id, text="hi")
        yield Steer(submission_id="s", input_id=input_id, text=None, content=["part"], expected_turn_id=WRONG)
        yield Steer(submission_id="s", input_id=input_id, text="")


def _interrupts(names: Names) -> Iterator[Command]:
    yield Interrupt()
    for fresh in names.fresh_turns:
        yield Interrupt(next_turn_id=fresh, startup=("mcp",))
        for turn_id in names.other_turns:
            yield Interrupt(turn_id=turn_id, next_turn_id=fresh)
    yield Interrupt(reason=ev.BUDGET_LIMITED, by="engine", turn_id=names.turn)


def _answers(names: Names) -> Iterator[Command]:
    for approval_id in (*names.approvals, WRONG):
        yield Answer(approval_id=approval_id, decision="approved")
        yield Answer(approval_id=approval_id, decision="abort")


def _tasks(names: Names) -> Iterator[Command]:
    for input_id in names.fresh_inputs:
        for fresh in names.fresh_turns:
            yield RunTask(submission_id="s", turn_id=fresh, task_kind=COMPACT, input_id=input_id)
            yield RunTask(submission_id="s", turn_id=fresh, task_kind="regular", input_id=input_id, text="go")


def _mail(names: Names) -> Iterator[Command]:
    for mail_id in names.fresh_mail:
        yield SendMail(mail_id=mail_id)
        yield SendMail(mail_id=mail_id, trigger_turn=True)
        for fresh in names.fresh_turns:
            yield SendMail(mail_id=mail_id, trigger_turn=True, next_turn_id=fresh)


def _rollbacks(names: Names) -> Iterator[Command]:
    del names
    yield RollBack(num_turns=1, tokens=ev.TokenUsage(total_tokens=1))
    yield RollBack(num_turns=0)


def _shutdowns(names: Names) -> Iterator[Command]:
    del names
    yield Shutdown()


def _phases(names: Names) -> Iterator[Command]:
    """What the engine's effects may say, about the turn in the slot and about others."""
    left_over = (Leftover(effect_id="e", call_id=names.calls[0]),)
    for turn_id in (*names.other_turns, *(() if names.turn is None else (names.turn,))):
        yield BeginTurn(turn_id=turn_id)
        yield ScopesGone(turn_id=turn_id, scopes=1)
        yield Unwound(turn_id=turn_id, grace_ms=1, abandoned=left_over)
        yield FlushEnded(turn_id=turn_id, through_seq=1)
        yield FlushEnded(turn_id=turn_id, error="disk full", pending=1)
        for next_id in (None, *names.fresh_turns):
            yield FinishTurn(turn_id=turn_id, next_turn_id=next_id)
            yield Conclude(turn_id=turn_id, next_turn_id=next_id)
    yield Close()


def _notes(names: Names) -> Iterator[Command]:
    """Notices with the right turn, a wrong one and none; and an abort, and a turn's end, that ride on them."""
    note = ev.WarningRaised(message="look")
    yield Record(events=(note,))
    yield Record(events=(note,), turn_id=WRONG)
    yield Record(events=(note,), turn_id=names.turn, abort_by="hook")
    yield Record(events=(note, ev.TurnCompleted(turn_id=names.turn or "t")), turn_id=names.turn)


def _use_of_input(names: Names) -> Iterator[Command]:
    """Input and mail that is given to the model, or dropped."""
    turn_id = names.turn
    for input_id in names.inputs:
        used: tuple[Event, ...] = (
            ev.UserInputRecorded(input_id=input_id, turn_id=turn_id),
            ev.InputDropped(input_id=input_id or "", reason="hook"),
        )
        for event in used:
            yield Record(events=(event,), turn_id=turn_id)
    for mail_id in names.mail:
        yield Record(events=(ev.MailRecorded(mail_id=mail_id),), turn_id=turn_id)


CLIENT: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "input": _input,
        "interrupts": _interrupts,
        "answers": _answers,
        "tasks": _tasks,
        "mail": _mail,
        "rollbacks": _rollbacks,
        "shutdowns": _shutdowns,
    }
)
"""What clients may ask."""

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        **CLIENT,
        "phases": _phases,
        "notes": _notes,
        "use of input": _use_of_input,
        **{name: records(events) for name, events in WORK.items()},
    }
)
"""All families of commands by name, but `process`: opening and resuming, which look at the whole state."""

PROCESS: Final = "process"
EVERY: Final = (*FAMILIES, PROCESS)
"""The names of all families."""

USUAL: Final = tuple(name for name in EVERY if name not in {"hooks of calls", "retries", "interceptions"})
"""Those that every search of the fast tests has."""


def configuration(*, marker: bool = True, while_aborting: str = "refuse") -> ev.SessionConfigured:
    """How a session acts: whether an interruption leaves a marker, and what becomes of input during an abort."""
    return ev.SessionConfigured(session_id="s", interrupt_marker=marker, while_aborting=while_aborting)


def resume(state: State) -> Resume:
    """The command by which a process goes on from *state*, with the behaviour that it has."""
    behaviour = state.behaviour
    return Resume(
        configuration=configuration(
            marker=behaviour.interrupt_marker, while_aborting=behaviour.while_aborting
        ),
        through_seq=state.seq,
        open_turn_id=None if state.turn is None else state.turn.turn_id,
    )


_OPEN: Final = Open(identity=ev.SessionMetaRecorded(session_id="s"), configuration=configuration())


def _known(_alphabet: Alphabet, _attribute: object, value: tuple[str, ...]) -> None:
    unknown = [name for name in value if name not in EVERY]
    if unknown:
        raise ValueError(f"no family of commands is called {unknown[0]!r}; there are: {', '.join(EVERY)}")


@attrs.frozen(kw_only=True)
class Alphabet:
    """The commands of a search. Each family names every id that a state knows, a fresh one, and a wrong one."""

    families: tuple[str, ...] = attrs.field(default=USUAL, validator=_known)
    """Names of families: of `EVERY`."""
    ids: int = attrs.field(default=1, validator=validators.ge(1))
    """How many ids there are of each sort (calls, questions, hook runs, hosts); of input and mail one more."""
    every_id: bool = False
    """Whether to name all ids, not just those in use and one that is not. Without symmetry nothing less will do."""
    _menus: dict[Names, tuple[Command, ...]] = attrs.field(
        factory=dict[Names, tuple[Command, ...]], init=False, repr=False, eq=False
    )

    def commands(self, state: State, taken: frozenset[str] = frozenset()) -> tuple[Command, ...]:
        """Every command for *state*; a turn that one of them starts has none of the ids *taken*."""
        names = names_in(state, self.ids, every_id=self.every_id, taken=taken)
        menu = self._menus.get(names)
        if menu is None:
            menu = tuple(
                command for name in self.families if name != PROCESS for command in FAMILIES[name](names)
            )
            self._menus[names] = menu
        return (*menu, _OPEN, resume(state)) if PROCESS in self.families else menu

    def __str__(self) -> str:
        which = "every id" if self.every_id else "the ids in use, one fresh and one wrong id"
        return f"{', '.join(self.families)}; {self.ids} of each sort of id; named are {which}"


CLIENTS: Final = tuple(CLIENT)
"""The families of what clients may ask."""
