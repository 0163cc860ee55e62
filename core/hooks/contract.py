"""What the answers of all hooks have in common, and what a contract is (B2, B5, B6)."""

from collections.abc import Callable, Container
from typing import Annotated, Final, Generic, TypeVar

import attrs
import msgspec
from msgspec import Meta

from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Decision, Outcome, Status
from turnfold.events import HookEntry

NO_CODE: Final = "hook exited without a status code"

WHITESPACE: Final = "".join(
    map(chr, (*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029))
) + "\u202f\u205f\u3000"  # fmt: skip
"""What is trimmed: Unicode's white space. `str.strip` also takes the separators U+001C to U+001F, the source not."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """An object of an answer: null is as good as absent where a field may be, and unknown fields are refused."""


class Spoken(Wire, frozen=True, kw_only=True):
    """An answer that may hold a message for the user."""

    system_message: str | None = None


class Answer(Spoken, frozen=True, kw_only=True):
    """What every hook that may decide may answer."""

    goes_on: bool = msgspec.field(default=True, name="continue")
    stop_reason: str | None = None
    suppress_output: bool = False


class Specific(Wire, frozen=True, kw_only=True):
    """The part of an answer that is special to the event. Which event it names is not compared (B2)."""

    hook_event_name: Annotated[HookEvent, Meta(title="HookEventNameWire")]


A = TypeVar("A", bound=Spoken)


@attrs.frozen(kw_only=True)
class Blank:
    """What exit code 2 means: stderr has the text, and without one the run failed."""

    error: str
    """Error of a run that wrote nothing to stderr."""
    means: Callable[[str], Outcome]
    """Gives the outcome for the text."""


@attrs.frozen(kw_only=True)
class Contract(Generic[A]):
    """How the runs of one event are understood.

    Stdout counts after exit code 0 only, and is trimmed; an empty one says nothing.
    """

    shape: type[A]
    """Type of a JSON answer."""
    judge: Callable[[A], Outcome]
    """What an answer means, but for its `systemMessage`."""
    invalid: str
    """Error of a run whose stdout begins with `{` or `[` and is no valid answer."""
    plain: Callable[[str], Outcome]
    """What other text on stdout means."""
    reads: bool = True
    """Whether stdout is looked at."""
    two: Blank | None = None
    """What exit code 2 means; None for a failure as with any other code."""
    stderr_explains: bool = False
    """Whether a failure is told in the words of stderr."""
    no_code: str = NO_CODE
    """Error of a run that ended without an exit code."""

    def answered(self, data: object, known: Container[HookEvent]) -> Outcome:
        """Return the meaning of an answer, its message for the user first, also when it is refused (B4).

        Args:
            data: decoded JSON.
            known: events that an answer may name.

        Raises msgspec.ValidationError for data that is no valid answer.
        """
        answer = msgspec.convert(data, self.shape)
        specific: object = getattr(answer, "hook_specific_output", None)
        if isinstance(specific, Specific) and specific.hook_event_name not in known:
            raise msgspec.ValidationError(f"unknown event {specific.hook_event_name}")
        outcome = self.judge(answer)
        if answer.system_message is None:
            return outcome
        return beside(Outcome(entries=(HookEntry(kind="warning", text=answer.system_message),)), outcome)


def trimmed(text: str | None) -> str | None:
    """Return *text* without white space around it; None when nothing is left."""
    return (text or "").strip(WHITESPACE) or None


def failed(error: str) -> Outcome:
    """Return the outcome of a run that failed."""
    return Outcome(status="failed", entries=(HookEntry(kind="error", text=error),))


def failing(error: str) -> Callable[[str], Outcome]:
    """Return a meaning of plain text: the run failed, whatever it said."""

    def meaning(_text: str) -> Outcome:
        return failed(error)

    return meaning


def ignored(_text: str) -> Outcome:
    """Take no notice of plain text."""
    return Outcome()


def context(text: str | None) -> Outcome:
    """Return the outcome of a run that only adds to the model's context."""
    if text is None:
        return Outcome()
    return Outcome(entries=(HookEntry(kind="context", text=text),), contexts=(text,))


def blocked(text: str, *, decision: Decision = "block", status: Status = "blocked") -> Outcome:
    """Return the outcome of a run that keeps something from happening and says why."""
    return Outcome(
        status=status, entries=(HookEntry(kind="feedback", text=text),), decision=decision, message=text
    )


def stopped(reason: str | None, said: str | None = None) -> Outcome:
    """Return the outcome of a run that stops the processing; *said* is told when it has no reason."""
    text = reason if reason is not None else said
    entries = () if text is None else (HookEntry(kind="stop", text=text),)
    return Outcome(status="stopped", entries=entries, decision="stop", message=text)


def beside(first: Outcome, then: Outcome) -> Outcome:
    """Return *then* with the entries and contexts of *first* before its own."""
    return attrs.evolve(then, entries=first.entries + then.entries, contexts=first.contexts + then.contexts)


def unsupported(event: HookEvent, what: str) -> str:
    """Return the error of an answer that holds something that the event does not know."""
    return f"{event} hook returned unsupported {what}"


def universal_fault(event: HookEvent, answer: Answer) -> str | None:
    """Return what is wrong with an answer to an event that can only be decided, not stopped (B3)."""
    if not answer.goes_on:
        return unsupported(event, "continue:false")
    if answer.stop_reason is not None:
        return unsupported(event, "stopReason")
    if answer.suppress_output:
        return unsupported(event, "suppressOutput")
    return None


def reasonless(event: HookEvent) -> str:
    """Return the error of a block without a reason."""
    return f"{event} hook returned decision:block without a non-empty reason"


def silent(event: HookEvent, what: str) -> str:
    """Return the error of exit code 2 without a text."""
    return f"{event} hook exited with code 2 but did not write {what} to stderr"
