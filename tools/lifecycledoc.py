"""Write the page of the lifecycle, docs/lifecycle.md: `python -P -m turnfold.tools.lifecycledoc`."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import pairwise
from pathlib import Path

from turnfold.core import (
    BARRIERS,
    ENDS,
    EVENT_TRIGGERED,
    FACTS,
    FIRST,
    INVISIBLE,
    KEYS,
    PHASES,
    RESETS,
    STATE_TRIGGERED,
    Edge,
    Machine,
    Phase,
    edges,
)
from turnfold.events import Event
from turnfold.tools.generated import write

PAGE = Path("docs/lifecycle.md")

_HEAD = """# The lifecycle

What may happen in a session, and when. This page is made from the tables in `core/lifecycle/` by `make docs`;
`reduce` reads the same tables.

An event is legal when every machine that sees it has a row for it, and no machine that it bars has an open
instance. A machine sees the events that occur in its rows, and no others. What a row does not list is illegal.
An instance that reaches its end is forgotten: the next event with its key finds the first phase again.

In the diagrams, events that leave an instance where it is are left out; the tables have them.
"""


def lifecycle_page() -> str:
    """Return the text of the page."""
    machines = (line for machine in Machine for line in _machine(machine))
    return "\n".join([_HEAD, *machines, *_across()])


def _machine(machine: Machine) -> Iterator[str]:
    key = f" One instance for each `{KEYS[machine]}`." if machine in KEYS else " One instance."
    yield f"## {machine.value}\n\n{_notes(Machine)[machine.name]}{key}\n"
    yield from _diagram(machine)
    yield "| phase | meaning | moves on | stays on |\n|---|---|---|---|"
    notes = _notes(type(FIRST[machine]))
    for phase in PHASES[machine]:
        yield f"| **{phase.value}** | {notes[phase.name]} | {_moves(machine, phase)} | {_stays(machine, phase)} |"
    yield ""


def _diagram(machine: Machine) -> Iterator[str]:
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {FIRST[machine].value}"
    labels: dict[tuple[Phase, Phase], list[str]] = {}
    for edge in edges(machine):
        if edge.source is not edge.target:
            labels.setdefault((edge.source, edge.target), []).append(_label(edge))
    for (source, target), names in labels.items():
        yield f"    {source.value} --> {target.value}: {', '.join(names)}"
    for phase in PHASES[machine]:
        if phase in ENDS:
            yield f"    {phase.value} --> [*]"
    yield "```\n"


def _label(edge: Edge) -> str:
    if isinstance(edge.label, frozenset):
        return " and ".join(sorted(fact.value for fact in edge.label)) or "otherwise"
    return edge.label.__name__


def _moves(machine: Machine, phase: Phase) -> str:
    row = EVENT_TRIGGERED[machine][phase]
    moves = [f"{_link(kind)} → {target.value}" for kind, target in row.items() if target is not phase]
    joints = [
        f"{_label(edge)} → {edge.target.value}"
        for edge in edges(machine)
        if edge.source is phase and isinstance(edge.label, frozenset)
    ]
    return "<br>".join(moves + joints)


def _stays(machine: Machine, phase: Phase) -> str:
    row = EVENT_TRIGGERED[machine][phase]
    return ", ".join(_link(kind) for kind, target in row.items() if target is phase)


def _across() -> Iterator[str]:
    yield "## Across instances\n"
    yield "| event | has to be over first | forgets all |\n|---|---|---|"
    for kind in dict.fromkeys((*BARRIERS, *RESETS)):
        yield f"| {_link(kind)} | {_names(BARRIERS.get(kind, ()))} | {_names(RESETS.get(kind, ()))} |"
    yield "\nAn instance that the event itself names does not bar it.\n"
    yield "## Facts\n\n| event | fact | holds when |\n|---|---|---|"
    for kind, named in FACTS.items():
        for fact, (name, values) in named.items():
            choices = ", ".join(f"`{value}`" for value in sorted(map(str, values)))
            yield f"| {_link(kind)} | {fact.value} | `{name}` is one of {choices} |"
    passed = ", ".join(dict.fromkeys(f"{joint.machine.value} {joint.at.value}" for joint in STATE_TRIGGERED))
    yield f"\nFacts decide where an instance goes that passes through: {passed}.\n"
    invisible = ", ".join(sorted(_link(kind) for kind in INVISIBLE))
    yield f"## Seen by no machine\n\n{invisible}: what is not understood can't be illegal.\n"


def _names(machines: tuple[Machine, ...]) -> str:
    return ", ".join(machine.value for machine in machines)


def _link(kind: type[Event]) -> str:
    return f"[{kind.__name__}](events.md#{kind.__name__.lower()})"


def _notes(enum: type[Enum]) -> Mapping[str, str]:
    """Return the note under each member of an enumeration, read from its source."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(enum))).body
    assert isinstance(definition, ast.ClassDef)
    notes: dict[str, str] = {}
    for member, below in pairwise(definition.body):
        match member, below:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(note))):
                notes[name] = " ".join(note.split())
            case _:
                continue
    return notes


def page_files() -> Mapping[Path, str]:
    """Return the text of the page by its path within the checkout."""
    return {PAGE: lifecycle_page()}


def main() -> None:
    """Write the page."""
    write(page_files())


if __name__ == "__main__":
    main()
