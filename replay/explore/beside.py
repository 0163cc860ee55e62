"""Two runs side by side: where they part, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

import attrs

from turnfold.replay.explore.picture import Span, spans_of
from turnfold.replay.explore.runs import Run

_CELL: Final = 45
"""Characters of a column: two of them, the gutter and the margin are less than 100."""
_NAME: Final = 20
"""Characters of a task's name at most."""
_CONTEXT: Final = 2
"""Rows that are shown of what is the same, before the parting and at the ends of a fold."""
_ALIGNED_MAX: Final = 2_000
"""Rows up to which the parts behind the parting are aligned; that takes the square of it."""


@attrs.frozen
class _Row:
    left: str
    gutter: str
    """As in `sdiff`: a blank for equal cells, `|` for different ones, `<` and `>` for a row of one side only."""
    right: str
    margin: str = ""

    def __str__(self) -> str:
        return f"{self.margin:<3} {self.left:<{_CELL}} {self.gutter} {self.right}".rstrip()


@attrs.frozen
class _Table:
    before: list[_Row]
    """What is the same, folded."""
    after: list[_Row]
    """From the parting on."""


def agreement(one: Run, other: Run) -> int:
    """How many steps two runs have in common, from the beginning on."""
    pairs = zip(one.order, other.order, strict=False)
    return next(
        (step for step, (left, right) in enumerate(pairs) if left != right),
        min(len(one.order), len(other.order)),
    )


def side_by_side(failing: Run, passing: Run) -> list[str]:
    """Two runs as two columns of less than 100 characters; best if both were run with `Plan.detail`.

    A row is what one task does in a row. What is the same from the beginning on is folded, an arrow marks the row where
    the runs part, and behind it the rows are aligned as far as they are alike. The last row is how the runs ended.
    """
    table = _table(failing, passing)
    end = _Row(_cut(failing.outcome), "|", _cut(passing.outcome))
    return [str(row) for row in (_HEAD, *table.before, *table.after, end)]


def parting(failing: Run, passing: Run, rows_max: int = 9) -> list[str]:
    """The rows of `side_by_side` around the parting: the last one before it, and so many from it on at most."""
    table = _table(failing, passing)
    shown = [str(row) for row in (_HEAD, *table.before[-1:], *table.after[:rows_max])]
    more = len(table.after) - rows_max
    return [*shown, f"    ... {more} more rows ..."] if more > 0 else shown


_HEAD: Final = _Row("fails", "|", "passes")


def _table(failing: Run, passing: Run) -> _Table:
    at = agreement(failing, passing)
    left, right = spans_of(failing, {at}), spans_of(passing, {at})
    common = sum(span.last < at for span in left)
    before = [_Row(_cell(span), " ", _cell(span)) for span in left[:common]]
    return _Table(
        _folded(before, 0),
        _behind(left[common:], right[common:], _repeated(failing, passing)),
    )


def _behind(left: Sequence[Span], right: Sequence[Span], repeated: Container[str]) -> list[_Row]:
    """The rows from the parting on. The first is of both sides, whatever they did."""
    if not left and not right:
        return []
    rows = [attrs.evolve(row, margin="-->") for row in _pairs(left[:1], right[:1])]
    left, right = left[1:], right[1:]
    if max(len(left), len(right)) > _ALIGNED_MAX:
        return [*rows, *_pairs(left, right)]
    matcher = SequenceMatcher(None, _keys(left, repeated), _keys(right, repeated), autojunk=False)
    for kind, one, one_end, other, other_end in matcher.get_opcodes():
        pairs = list(_pairs(left[one:one_end], right[other:other_end], same=kind == "equal"))
        rows += _folded(pairs, _CONTEXT) if kind == "equal" else pairs
    return rows


def _keys(spans: Sequence[Span], repeated: Container[str]) -> list[object]:
    """What makes rows equal: the task and where it stopped. The number counts only if several tasks have the name."""
    return [(span.task if (name := _plain(span.task)) in repeated else name, _where(span)) for span in spans]


def _repeated(*runs: Run) -> set[str]:
    """The names that several tasks of a run have."""
    return {name for run in runs for name, count in Counter(run.names).items() if count > 1}


def _plain(task: str) -> str:
    return task.rpartition("#")[0]


def _pairs(left: Sequence[Span], right: Sequence[Span], *, same: bool = False) -> Iterator[_Row]:
    for one, other in zip_longest(left, right):
        if one is None:
            yield _Row("", ">", _cell(other))
        elif other is None:
            yield _Row(_cell(one), "<", "")
        else:
            yield _Row(_cell(one), " " if same else "|", _cell(other))


def _folded(rows: list[_Row], head: int) -> list[_Row]:
    """Leave out the middle of rows that are equal on both sides; so many at the beginning are shown, and a few last."""
    left_out = len(rows) - head - _CONTEXT
    if left_out <= 1:
        return rows
    return [*rows[:head], _Row(f"... {left_out} rows are the same ...", " ", ""), *rows[-_CONTEXT:]]


def _cell(span: Span) -> str:
    name, _, number = span.task.rpartition("#")
    steps = f"{span.first}" if span.first == span.last else f"{span.first}-{span.last}"
    short = name if len(name) <= _NAME else f"{name[: _NAME - 2]}.."
    return _cut(f"{steps} {short}#{number} {_where(span)}")


def _where(span: Span) -> str:
    if not span.steps:
        return ""
    place = span.steps[-1].stopped
    if place is None:
        return "to its end"
    wait = place.waits_in.rpartition(".")[2]
    return f"to {place.brief} ({wait})" if wait else f"to {place.brief}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CELL else f"{line[: _CELL - 3]}..."
