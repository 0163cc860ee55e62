"""Models: what a thing would do if calls came one after the other."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from typing import Final, Generic, TypeVar

from turnfold.replay.linear.calls import Call

S = TypeVar("S", bound=Hashable)


class Halfway:
    """See `HALFWAY`."""

    def __repr__(self) -> str:
        return "HALFWAY"


HALFWAY: Final = Halfway()
"""The result of a step after which a call goes on: it takes effect at more than one moment, and is answered later."""


class Model(ABC, Generic[S]):
    """A sequential specification, which may have choices.

    States are immutable and hashable; equal states allow the same future. No method changes the model.
    """

    @abstractmethod
    def start(self) -> S:
        """Return the state before the first call."""

    @abstractmethod
    def steps(self, state: S, call: Call) -> Iterable[tuple[S, object]]:
        """Return each way in which *call* may take effect at one moment in *state*: the state after it, the result.

        Nothing is returned while the call would have to wait. With `HALFWAY` for a result the call stays open and is
        asked again; the state has to tell that it was begun. A step must not depend on `call.ended`. Where the
        specification leaves a part of the result open (a fresh id) the model may look at `call.result` and say what
        stands there; for a call that was never answered the result is not looked at.
        """

    def silent(self, state: S) -> Iterable[tuple[str, S]]:
        """Return what may happen in *state* without any call: its name, and the state after it. Nothing, unless
        overridden. No more than finitely many states may follow in silence."""
        del state
        return ()
