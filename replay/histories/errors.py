"""The one way in which writing a history fails."""

from __future__ import annotations


class HistoryError(ValueError):
    """A word of a history that cannot be written.

    Attributes:
        word: the word as it stands in the text.
        line: its line, from 1.
        column: its first character in that line, from 1.
        problem: what is wrong with it.
        remedy: what to write instead.
    """

    def __init__(self, word: str, line: int, column: int, problem: str, remedy: str) -> None:
        super().__init__(f"{line}:{column}: {word!r}: {problem}; {remedy}")
        self.word, self.line, self.column = word, line, column
        self.problem, self.remedy = problem, remedy
