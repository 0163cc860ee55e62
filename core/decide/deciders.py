"""Which decider a command goes to."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from turnfold.core import commands
from turnfold.core.commands import Command
from turnfold.core.decide import aborts, inputs, sessions, turns
from turnfold.core.decide.draft import Decision, Draft, refuse
from turnfold.core.lifecycle import IllegalEvent
from turnfold.core.results import ILLEGAL
from turnfold.core.state import State

_DECIDERS: Final[Mapping[type[Any], Callable[[State, Any], Decision]]] = MappingProxyType(
    {
        commands.Open: sessions.open_session,
        commands.Resume: sessions.resume,
        commands.Submit: inputs.submit,
        commands.Steer: inputs.steer,
        commands.RunTask: inputs.run_task,
        commands.SendMail: inputs.send_mail,
        commands.Interrupt: aborts.interrupt,
        commands.ScopesGone: aborts.scopes_gone,
        commands.Unwound: aborts.unwound,
        commands.FlushEnded: aborts.flush_ended,
        commands.Conclude: aborts.conclude,
        commands.BeginTurn: turns.begin_turn,
        commands.Record: turns.record,
        commands.FinishTurn: turns.finish_turn,
        commands.Answer: sessions.answer,
        commands.RollBack: sessions.roll_back,
        commands.Shutdown: sessions.shut_down,
        commands.Close: sessions.close,
    }
)


def decide(state: State, command: Command) -> Decision:
    """Return what comes of *command* in *state*: events with their result, or a refusal. Never raises.

    A command that asks for what the tables do not allow is refused as `illegal`, and nothing of it happens.
    """
    try:
        return _DECIDERS[type(command)](state, command)
    except IllegalEvent as illegal:
        return Draft(state).done(refuse(ILLEGAL, "{error}", error=illegal))
