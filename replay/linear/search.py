"""The search for an order: Wing and Gong's, with Lowe's memory of what was seen."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

from turnfold.replay.linear.calls import Call
from turnfold.replay.linear.model import HALFWAY, Model
from turnfold.replay.linear.verdicts import (
    GaveUp,
    Linearization,
    Moment,
    NotLinearizable,
    Stuck,
    Verdict,
)

S = TypeVar("S", bound=Hashable)

EFFORT: Final = 100_000
"""States that are looked at before the search gives up."""

BEST_MAX: Final = 64
"""Longest orders whose ends are asked what the model would have said."""

_NEVER: Final = 1 << 62
"""The end of a call that was never answered."""

_Step: TypeAlias = int | str
"""The number of a call that took effect, `~number` for one that goes on, or the name of a silent step."""

_Node: TypeAlias = "tuple[_Node[S] | None, _Step, int, S]"
"""How it was reached: the node before, the step from there; which calls are done (a set of bits); the state.
Plain tuples, and words for people only once the search is over: most nodes are passed by."""


def linearize(calls: Sequence[Call], model: Model[S], *, effort: int = EFFORT) -> Verdict:
    """Find an order in which every answered call takes effect at one moment between its beginning and its end.

    In that order the model gives each call the result it had. A call that was never answered may take effect at any
    time after its beginning, or not at all. Silent steps of the model may happen at any time.

    No pair of done calls and state is looked at twice. After *effort* of them the search gives up and says so.

    Raises:
        ValueError: a call ends before it begins.
    """
    return _Search(calls, model, effort).verdict()


class _Search(Generic[S]):
    def __init__(self, calls: Sequence[Call], model: Model[S], effort: int) -> None:
        self._calls = sorted(calls, key=_beginning)
        self._model = model
        self._effort = effort
        self._ends = [_NEVER if call.ended is None else call.ended for call in self._calls]
        self._needed = 0
        for number, call in enumerate(self._calls):
            if self._ends[number] <= call.began:
                raise ValueError(
                    f"{call.client}: {call.op} ends at {call.ended}, before it begins at {call.began}"
                )
            self._needed |= (call.ended is not None) << number
        self._best: list[_Node[S]] = []
        self._best_count = -1

    def verdict(self) -> Verdict:
        """Search in depth. What was seen is not looked at again."""
        root: _Node[S] = (None, "", 0, self._model.start())
        seen: dict[tuple[int, S], list[int]] = {(0, root[3]): [0]}
        looked_at = 1
        self._reached(root)
        if not self._needed:
            return Linearization(())
        stack = [self._after(root)]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                continue
            answered, others = node[2] & self._needed, node[2] & ~self._needed
            before = seen.setdefault((answered, node[3]), [])
            # Seen in the same state with no more of the others done: whatever follows here follows there as well.
            if any(not each & ~others for each in before):
                continue
            before.append(others)
            looked_at += 1
            if answered == self._needed:
                return Linearization(self._way(node))
            if looked_at > self._effort:
                return GaveUp(looked_at, self._way(self._best[0]))
            self._reached(node)
            stack.append(self._after(node))
        return self._refusal()

    def _reached(self, node: _Node[S]) -> None:
        count = (node[2] & self._needed).bit_count()
        if count > self._best_count:
            self._best_count = count
            self._best = [node]
        elif count == self._best_count and len(self._best) < BEST_MAX and node[2] == self._best[0][2]:
            self._best.append(node)

    def _candidates(self, done: int) -> list[int]:
        """The calls that may come next: they began before any other call that is not done ended. First ends first."""
        number = (~done & (done + 1)).bit_length() - 1
        found: list[int] = []
        first_end = _NEVER
        while number < len(self._calls):
            if not done >> number & 1:
                if self._calls[number].began > first_end:
                    break
                found.append(number)
                first_end = min(first_end, self._ends[number])
            number += 1
        found = [each for each in found if self._calls[each].began < first_end]
        found.sort(key=self._ends.__getitem__)
        return found

    def _after(self, node: _Node[S]) -> Iterator[_Node[S]]:
        """Yield the nodes after *node*: answered calls first, then silent steps, then calls nobody heard back from."""
        done, state = node[2], node[3]
        candidates = self._candidates(done)
        for number in candidates:
            if self._ends[number] != _NEVER:
                yield from self._taken(node, number)
        for name, after in self._model.silent(state):
            yield (node, name, done, after)
        for number in candidates:
            if self._ends[number] == _NEVER:
                yield from self._taken(node, number)

    def _taken(self, node: _Node[S], number: int) -> Iterator[_Node[S]]:
        call = self._calls[number]
        answered = call.ended is not None
        for after, result in self._model.steps(node[3], call):
            if result is HALFWAY:
                yield (node, ~number, node[2], after)
            elif not answered or result == call.result:
                yield (node, number, node[2] | 1 << number, after)

    def _way(self, node: _Node[S]) -> tuple[Moment, ...]:
        """The steps that lead to *node*."""
        moments: list[Moment] = []
        at = node
        while at[0] is not None:
            step = at[1]
            if isinstance(step, str):
                moments.append(Moment(None, step))
            else:
                moments.append(Moment(self._calls[max(step, ~step)], halfway=step < 0))
            at = at[0]
        return tuple(reversed(moments))

    def _refusal(self) -> NotLinearizable:
        """Say how far it went, and what the model would have said to each call that might have come next."""
        stuck: list[Stuck] = []
        for number in self._candidates(self._best[0][2]):
            call = self._calls[number]
            if call.ended is not None:
                stuck.append(Stuck(call, tuple(self._answers(call))))
        return NotLinearizable(self._way(self._best[0]), tuple(stuck), self._needed.bit_count())

    def _answers(self, call: Call) -> list[object]:
        answers: list[object] = []
        for node in self._best:
            for _, result in self._model.steps(node[3], call):
                if result is not HALFWAY and result not in answers:
                    answers.append(result)
        return answers


def _beginning(call: Call) -> int:
    return call.began
