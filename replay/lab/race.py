"""A race: a scenario of a session whose clients, hooks and tools meet in every order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from typing import Any, Final

import attrs
import trio

from turnfold.core.engine import Parts, SessionOptions, open_session
from turnfold.core.engine.fakes import CountedIds, ScriptedModel, Step, TrioClock
from turnfold.core.engine.hooks import Hooks
from turnfold.core.engine.plugs import Plug
from turnfold.core.engine.ports import Reviewer, Tool
from turnfold.replay.explore import unexplored
from turnfold.replay.lab.cast import PLAIN_TOOLS, LabJournal, Play, Shell, answering
from turnfold.replay.lab.judging import Outcome, judge
from turnfold.replay.lab.lab import Lab

Body = Callable[[Lab], Awaitable[None]]

OPTIONS = SessionOptions(cwd="/lab", model="scripted", session_id="lab")

QUEUEING = attrs.evolve(OPTIONS, while_aborting="queue")
"""The same in a session that keeps input during an abort."""

CANCELLED = "+cancelled"
"""Behind the name of a race that is also cancelled from outside."""

GIVEN_UP = "+given-up"
"""Behind the name of a race whose clients are cancelled while they wait for their answers."""

SUFFIXES: Final = (CANCELLED, GIVEN_UP)


@attrs.frozen(kw_only=True, eq=False)
class Race:
    """A scenario for `explore`: called, it opens a session, runs the race, and judges what came of it.

    A schedule fails if the rules object to the log, if the requests of the clients are not linearizable, if an event is
    seen too early, if input is lost, if the session does not take input afterwards, or if anything hangs or raises.
    """

    name: str
    about: str
    body: Body
    play: Play = attrs.field(factory=dict[str, Sequence[Sequence[Step]]])
    options: SessionOptions = OPTIONS
    hooks: Callable[[], Hooks] | None = None
    reviewer: Callable[[], Reviewer] | None = None
    plugs: Sequence[Plug] = ()
    tools: Sequence[Tool] = PLAIN_TOOLS
    expected: frozenset[str] = frozenset()
    """Codes of complaints that are no defect in this race, e.g. of a tool that does not end when told to."""
    aborts_itself: bool = False
    """Whether a hook may interrupt a turn, and not only a client."""
    cancelled: bool = False
    """Whether one more party cancels the scope around the whole session."""
    given_up: bool = False
    """Whether one more party cancels the other ones."""

    @property
    def scenario_name(self) -> str:
        """The name in tokens."""
        return self.name

    def cancelled_from_outside(self) -> Race:
        """Return the same race with one more party: whoever runs the session cancels it."""
        return attrs.evolve(
            self,
            name=self.name + CANCELLED,
            about=f"{self.about} And all of it is cancelled.",
            cancelled=True,
        )

    def given_up_by_clients(self) -> Race:
        """Return the same race with one more party, which cancels the others; the session goes on."""
        return attrs.evolve(
            self, name=self.name + GIVEN_UP, about=f"{self.about} And its clients give up.", given_up=True
        )

    def variant(self, suffix: str) -> Race:
        """Return the variant with one of `SUFFIXES` behind its name."""
        return self.cancelled_from_outside() if suffix == CANCELLED else self.given_up_by_clients()

    @property
    def variants(self) -> tuple[Race, ...]:
        """The race itself, cancelled from outside, and given up by its clients."""
        return (self, self.cancelled_from_outside(), self.given_up_by_clients())

    def __reduce__(self) -> tuple[Callable[[str, str, bool, bool], Race], tuple[str, str, bool, bool]]:
        """Be imported elsewhere, by the name of the function that it was made of."""
        return _imported, (self.body.__module__, self.body.__qualname__, self.cancelled, self.given_up)

    async def __call__(self) -> Outcome:
        """Run it once. Raises Violated."""
        labs: list[Lab] = []
        async with trio.open_nursery() as nursery:
            with trio.CancelScope() as outside:
                await self._run(labs, nursery, outside)
        return judge(labs[0], self.expected, aborts_itself=self.aborts_itself)

    async def _run(self, labs: list[Lab], nursery: trio.Nursery, outside: trio.CancelScope) -> None:
        model = ScriptedModel(answering(self.play))
        journal, shell = LabJournal(), Shell()
        parts = Parts(
            tools=(*self.tools, shell),
            journal=journal,
            hooks=None if self.hooks is None else self.hooks(),
            reviewer=None if self.reviewer is None else self.reviewer(),
            plugs=tuple(self.plugs),
            clock=TrioClock(),
            ids=CountedIds(),
        )
        async with open_session(model, self.options, parts) as session:
            lab = Lab(
                session=session,
                model=model,
                journal=journal,
                shell=shell,
                news=session.events("reader"),
                outside=outside,
                cancelled=self.cancelled,
                given_up=self.given_up,
            )
            labs.append(lab)
            nursery.start_soon(lab.read, name="reader")
            await self.body(lab)
            await lab.settle()
            with unexplored():
                await lab.afterwards()


def _imported(module: str, name: str, cancelled: bool, given_up: bool) -> Race:
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not isinstance(found, Race):
        raise TypeError(
            f"{module}:{name} is no race, so a worker cannot import it: put it at the top of a module"
        )
    imported = found.cancelled_from_outside() if cancelled else found
    return imported.given_up_by_clients() if given_up else imported


def race(
    name: str,
    play: Play | None = None,
    *,
    options: SessionOptions = OPTIONS,
    hooks: Callable[[], Hooks] | None = None,
    reviewer: Callable[[], Reviewer] | None = None,
    plugs: Sequence[Plug] = (),
    tools: Sequence[Tool] = PLAIN_TOOLS,
    expected: Sequence[str] = (),
    aborts_itself: bool = False,
) -> Callable[[Body], Race]:
    """Make a race of an async function that is given the lab; its docstring says what meets what."""

    def made(body: Body) -> Race:
        return Race(
            name=name,
            about=(body.__doc__ or "").strip().partition("\n")[0],
            body=body,
            play=play or {},
            options=options,
            hooks=hooks,
            reviewer=reviewer,
            plugs=plugs,
            tools=tools,
            expected=frozenset(expected),
            aborts_itself=aborts_itself,
        )

    return made
