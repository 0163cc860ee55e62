"""The words after a verb, taken one after the other."""

from __future__ import annotations

import re
from typing import Any, Final

from turnfold.replay.histories.errors import HistoryError
from turnfold.replay.histories.grammar import Kind, Statement, Word

_DURATION: Final = re.compile(r"(\d+)(ms|s|m|h)")
_UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


class Arguments:
    """Each method takes the next word if it is of the wanted kind. A default makes a word optional."""

    def __init__(self, statement: Statement) -> None:
        self.verb, *self._left = statement
        self.last: Word = self.verb
        """The word taken last: the one to blame when it names nothing."""

    def name(self, what: str, default: str | None = None) -> str:
        """The next bare word, e.g. the name of a turn."""
        return str(self._take(Kind.NAME, f"{what}, a bare word", default))

    def text(self, what: str, default: str | None = None) -> str:
        """The next quoted text."""
        return str(self._take(Kind.TEXT, f'{what} in "quotes"', default))

    def object(self) -> dict[str, Any]:
        """The next JSON object."""
        found: dict[str, Any] = self._take(Kind.OBJECT, "a JSON object {...}", None)
        return found

    def number(self, what: str, default: int | None = None) -> int:
        """The next whole number."""
        found = self._take(Kind.NAME, f"{what}, a whole number", None if default is None else str(default))
        if not str(found).isdecimal():
            raise self.last.wrong("not a whole number", f"write {what} in digits")
        return int(found)

    def duration_ms(self) -> int:
        """The next span of time, in milliseconds."""
        found = _DURATION.fullmatch(self.name("a span of time"))
        if not found:
            raise self.last.wrong("not a span of time", "write it like 90ms, 5s, 2m or 1h")
        return int(found[1]) * _UNIT_MS[found[2]]

    def choice(self, *options: str, default: str) -> str:
        """The next word, which is one of *options*."""
        found = self.name(" or ".join(options), default)
        if found not in options:
            raise self.last.wrong("not known here", f"write {' or '.join(options)}")
        return found

    def flag(self, word: str) -> bool:
        """Whether the next word is this one; if so it is taken."""
        if self._left and self._left[0].kind is Kind.NAME and self._left[0].value == word:
            self.last = self._left.pop(0)
            return True
        return False

    def keyword(self, word: str) -> None:
        """Take this very word."""
        if not self.flag(word):
            blamed = self._left[0] if self._left else self.last
            raise blamed.wrong(
                f"`{self.verb.source}` needs the word `{word}`", f"write `{word}` before what follows"
            )

    def wrong(self, problem: str, remedy: str) -> HistoryError:
        """The error that blames the word taken last."""
        return self.last.wrong(problem, remedy)

    def finish(self) -> None:
        """Refuse words that are left over."""
        if self._left:
            remedy = 'end the statement before it with ";", or quote a text of several words'
            raise self._left[0].wrong(f"`{self.verb.source}` does not take this", remedy)

    def _take(self, kind: Kind, wanted: str, default: str | None) -> Any:
        if self._left and self._left[0].kind is kind:
            self.last = self._left.pop(0)
            return self.last.value
        if default is not None:
            return default
        blamed = self._left[0] if self._left else self.last
        raise blamed.wrong(
            f"`{self.verb.source}` needs {wanted}", "write it here" if self._left else "add it after"
        )
