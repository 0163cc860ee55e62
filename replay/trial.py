"""The question that minimizing asks again and again: do these lines still show the finding?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from turnfold.replay.findings import Finding
from turnfold.replay.invariants import registry
from turnfold.replay.verification import FileReport, verify_source
from turnfold.rollouts import source_of

Progress = Callable[[int, int], None]
"""Is told how many lines are left and how many trials were made."""

_PLACE: Final = re.compile(r"line \d+")
"""A subject that says no more than where a finding is."""


class FindingAbsent(Exception):
    """The file does not show the finding that was asked for."""

    def __init__(self, code: str, present: Mapping[str, int]) -> None:
        self.code = code
        self.present = present
        """Codes that the file does show, and how often."""
        listed = ", ".join(f"{name} ({count:,})" for name, count in sorted(present.items()))
        super().__init__(f"there is no finding of {code}; there is {listed or 'none at all'}")


@attrs.frozen
class Row:
    """A line, and its number in the whole file."""

    number: int
    data: bytes
    """With its line end."""

    def with_data(self, data: bytes) -> Row:
        """The same line with other bytes."""
        return Row(self.number, data)


class Trial:
    """Judges parts of a file.

    They must show the *same* finding: about the same turn or call, or, where it is about none, witnessed by the same
    lines. Else leaving out a call would make its output the finding.

    Args:
        rows: the whole file.
        code: what is sought: a rule's or that of a kind of damage. The first finding counts.
        name: of the file.
        progress: if given, is called before each trial.

    Raises:
        FindingAbsent: the whole file does not show it.
    """

    def __init__(self, rows: Sequence[Row], code: str, name: str, progress: Progress | None = None) -> None:
        self.count = 0
        self._code = code
        self._name = name
        self._progress = progress
        self._rules = [registry()[code]] if code in registry() else []
        findings = [one for one in self._report(rows).findings if one.code == code]
        if not findings:
            data = b"".join(row.data for row in rows)
            raise FindingAbsent(code, verify_source(source_of(data, name)).counts)
        self.finding: Finding = findings[0]
        """The finding, as the last part shows it that does."""
        self._identity = self._identity_of(self.finding, rows)

    def __call__(self, rows: Sequence[Row]) -> bool:
        self.count += 1
        if self._progress is not None:
            self._progress(len(rows), self.count)
        for finding in self._report(rows).findings:
            if finding.code == self._code and self._identity_of(finding, rows) == self._identity:
                self.finding = finding
                return True
        return False

    def _report(self, rows: Sequence[Row]) -> FileReport:
        return verify_source(source_of(b"".join(row.data for row in rows), self._name), self._rules)

    @staticmethod
    def _identity_of(finding: Finding, rows: Sequence[Row]) -> object:
        if finding.subject is not None and not _PLACE.fullmatch(finding.subject):
            return finding.subject
        lines = [witness.line for witness in finding.witnesses]
        return tuple(rows[line - 1].number for line in lines if 1 <= line <= len(rows))
