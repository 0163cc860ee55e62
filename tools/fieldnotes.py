"""The notes under the fields of a class, read from its source: at run time Python does not keep them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise


def field_notes(part: type) -> Mapping[str, str]:
    """Return the note of each field by its name, those of base classes of ours included."""
    notes: dict[str, str] = {}
    for base in reversed(part.__mro__):
        if base.__module__.startswith("turnfold."):
            notes.update(_notes_in(base))
    return notes


def _notes_in(part: type) -> Iterator[tuple[str, str]]:
    """Yield name and note of each annotated field that a text follows, in the class's own body."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
    assert isinstance(definition, ast.ClassDef)
    for field, below in pairwise(definition.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(note))):
                yield name, " ".join(note.split())
            case _:
                continue
