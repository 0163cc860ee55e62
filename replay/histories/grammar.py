"""From the text of a history to its statements: words, quoted texts, JSON objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Final

import msgspec

from turnfold.replay.histories.errors import HistoryError

_BARE_WORD: Final = re.compile(r'[^\s;#"{]+')
_COMMENT: Final = re.compile(r"#[^\n]*")
_json: Final = json.JSONDecoder(strict=False)  # a quoted text may run over several lines


class Kind(Enum):
    """What a word is."""

    NAME = auto()
    TEXT = auto()
    OBJECT = auto()


class Word(msgspec.Struct, frozen=True):
    """One word, with its place for error messages."""

    kind: Kind
    source: str
    value: Any
    """The name, the unquoted text, or the decoded object."""
    line: int
    column: int

    def wrong(self, problem: str, remedy: str) -> HistoryError:
        """The error that blames this word."""
        return HistoryError(self.source, self.line, self.column, problem, remedy)


Statement = tuple[Word, ...]


def statements(history: str) -> Iterator[Statement]:
    """Yield the statements: words between semicolons or line ends, never an empty one.

    Raises:
        HistoryError: a quoted text or an object that does not end.
    """
    statement: list[Word] = []
    position = 0
    while position < len(history):
        if skipped := _COMMENT.match(history, position):
            position = skipped.end()
        elif history[position] in ";\n":
            if statement:
                yield tuple(statement)
            statement, position = [], position + 1
        elif history[position].isspace():
            position += 1
        else:
            word, position = _word(history, position)
            statement.append(word)
    if statement:
        yield tuple(statement)


def _word(history: str, start: int) -> tuple[Word, int]:
    """Return the word that begins at *start*, and where it ends."""
    line = history.count("\n", 0, start) + 1
    column = start - history.rfind("\n", 0, start)
    if bare := _BARE_WORD.match(history, start):
        return Word(Kind.NAME, bare[0], bare[0], line, column), bare.end()
    kind = Kind.TEXT if history[start] == '"' else Kind.OBJECT
    try:
        value, end = _json.raw_decode(history, start)
    except json.JSONDecodeError as error:
        problem = f"not JSON from here on ({error.msg})"
        remedy = (
            'close the text with ", and write a quote in it as \\"'
            if kind is Kind.TEXT
            else "mend the object"
        )
        raise HistoryError(history[start : start + 20], line, column, problem, remedy) from None
    return Word(kind, history[start:end], value, line, column), end
