"""The rules' common form, and the book they are entered in.

A rule is a small automaton over one session. It is written once and watches a file, a live session, or a schedule
under exploration alike. Its handlers are named per event class; each is called as `handler(event, at)` where
`event` has the attributes of that class (it may be a wire struct) and `at` is the line (in a live session: the seq).
Before a handler runs, `self.session` has taken the event in.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from turnfold.core.lifecycle import Machine, Phase
from turnfold.events import Event
from turnfold.replay.findings import Finding, Severity, Witness
from turnfold.replay.session import SessionView

SECTIONS: Final = ("What it checks", "Why it matters", "Example", "What can excuse it")

Handler = Callable[[Any, int], None]

_book: dict[str, type[Invariant]] = {}


def on(*kinds: type[Event]) -> Callable[[Callable[[Any, Any, int], None]], Callable[[Any, Any, int], None]]:
    """Mark a method as the handler of some event classes."""

    def mark(method: Callable[[Any, Any, int], None]) -> Callable[[Any, Any, int], None]:
        method.__dict__["_handles"] = kinds
        return method

    return mark


class Handled:
    """Something with handlers that are marked with `on`."""

    def handlers(self) -> Mapping[type[Event], list[Handler]]:
        """The bound handlers by event class."""
        found: dict[type[Event], list[Handler]] = {}
        for name in dir(type(self)):
            kinds: tuple[type[Event], ...] = getattr(getattr(type(self), name), "_handles", ())
            for kind in kinds:
                found.setdefault(kind, []).append(getattr(self, name))
        return found


class Invariant(Handled):
    """A streaming check over one session. Subclass once per rule, in a module of its own.

    Class keywords: `code` (`TF` and three digits, never reused), `severity`, `since` (version of turnfold),
    `needs` (event classes without which the rule cannot judge), `implied_by` (codes whose finding on the same
    subject makes this one follow). A rule that also wants every record's envelope overrides `record`.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity]
    since: ClassVar[str]
    needs: ClassVar[tuple[type[Event], ...]]
    implied_by: ClassVar[tuple[str, ...]] = ()

    rests_on_absence: ClassVar[bool] = False
    """Whether the proof is that some record never came: a line that was lost to damage may have held it."""

    claim: ClassVar[str]
    """What is wrong, as a template over the finding's facts: `turn {turn_id} ended twice`."""
    because: ClassVar[str] = ""
    """Why that is wrong here: what the log says that contradicts it."""
    however: ClassVar[str] = ""
    """What could still excuse it."""

    def __init_subclass__(
        cls,
        *,
        code: str = "",
        severity: Severity = Severity.VIOLATION,
        since: str = "",
        needs: tuple[type[Event], ...] = (),
        implied_by: tuple[str, ...] = (),
    ) -> None:
        if not code:  # an abstract base
            return
        _refuse_malformed(cls, code)
        cls.code, cls.severity, cls.since, cls.needs, cls.implied_by = (
            code,
            severity,
            since,
            needs,
            implied_by,
        )
        _book[code] = cls

    def __init__(self, session: SessionView, report: Callable[[Finding], None]) -> None:
        self.session = session
        self._report = report
        self.begin()

    def begin(self) -> None:
        """Set up the rule's own memory; bounded by what is open, or by distinct ids."""

    def record(self, record: Any, at: int) -> None:
        """Override to see every record's envelope (`timestamp`, `ordinal`, `seq`) before its payload."""

    def finish(self, at: int) -> None:
        """The log ends after line *at*."""

    def found(
        self,
        at: int,
        /,
        *witnesses: tuple[int, str],
        subject: str | None = None,
        severity: Severity | None = None,
        **facts: object,
    ) -> None:
        """Report a finding at line *at*, with (line, role) witnesses and the facts that the templates name."""
        self._report(
            Finding(
                code=self.code,
                severity=severity or self.severity,
                line=at,
                subject=subject,
                facts=facts,
                witnesses=tuple(Witness(line=line, role=role) for line, role in witnesses),
            )
        )

    @classmethod
    def name(cls) -> str:
        """`OutputWithoutCall` → `output-without-call`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def summary(cls) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(cls) or "").partition("\n")[0]

    @classmethod
    def section(cls, title: str) -> str:
        """The text under one heading of the docstring."""
        body = (inspect.getdoc(cls) or "").partition(f"## {title}\n")[2]
        return body.partition("\n## ")[0].strip()

    @classmethod
    def example(cls) -> str:
        """The JSONL of the docstring's example: the smallest log on which the rule speaks."""
        return cls.section("Example").partition("```jsonl\n")[2].partition("```")[0]


class OrderRule(Invariant):
    """A rule of pure order: it keeps no states, it hangs on refusals of the lifecycle tables.

    Set `refused` to the (machine, phase, event class) triples that it explains. `breached` is called when the
    tables refuse such an event; `since` is the line at which the instance entered that phase, or 0.
    """

    refused: ClassVar[tuple[tuple[Machine, Phase, type[Event]], ...]] = ()

    speaks_last: ClassVar[bool] = False
    """Whether it is told of the refusals that no other rule explains, in logs that show every phase."""

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        """The tables refused *event* for the instance *key*."""
        raise NotImplementedError


def _refuse_malformed(cls: type[Invariant], code: str) -> None:
    """Refuse a rule at its definition: a code taken, a section or a template missing."""
    if not re.fullmatch(r"TF\d{3}", code):
        raise TypeError(f"{cls.__qualname__}: a code is TF and three digits, as in TF201; this is {code!r}")
    if code in _book:
        raise TypeError(f"{cls.__qualname__}: {code} is already {_book[code].__qualname__}; take a free code")
    if not getattr(cls, "claim", ""):
        raise TypeError(f"{cls.__qualname__} ({code}) has no `claim` template")
    doc = inspect.getdoc(cls) or ""
    missing = [title for title in SECTIONS if f"## {title}\n" not in doc]
    if missing:
        raise TypeError(f"{cls.__qualname__} ({code}) lacks doc sections: {', '.join(missing)}")


def registry() -> Mapping[str, type[Invariant]]:
    """Every rule that has been imported, by code."""
    return MappingProxyType(dict(sorted(_book.items())))
