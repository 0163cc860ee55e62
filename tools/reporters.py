"""The forms in which `turnfold verify` reports, file by file as the entries come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec
from rich.text import Text

from turnfold.tools.documents import SCHEMA_ID, FileEntry, PassedOver, Summary
from turnfold.tools.exits import ExitCode
from turnfold.tools.render import file_lines, safe, total_lines
from turnfold.tools.screen import Screen

COLUMNS: Final = ("file", "line", "code", "name", "severity", "message")
"""Of the tab-separated form: a row a finding."""


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"
    TSV = "tsv"


class Reporter(Protocol):
    """Takes the entries in order, then the end."""

    def entry(self, entry: FileEntry) -> None:
        """Report one file."""
        ...

    def end(self, summary: Summary, passed_over: Sequence[PassedOver]) -> None:
        """Report what they come to."""
        ...


class TextReporter:
    """For people."""

    def __init__(self, screen: Screen, *, verbose: bool = False) -> None:
        self._screen = screen
        self._verbose = verbose
        self._line: Text | None = None
        """The line printed last."""

    def entry(self, entry: FileEntry) -> None:
        """Print the file and its findings. Errors have gone to standard error."""
        if entry.error is None:
            self._print(file_lines(entry, self._screen.width, self._verbose))

    def end(self, summary: Summary, passed_over: Sequence[PassedOver]) -> None:
        """Print the total, set apart, if there was anything but errors."""
        if self._line is None and not passed_over:
            return
        if self._line:
            self._screen.write()
        self._print(total_lines(summary, passed_over))

    def _print(self, lines: Iterable[Text]) -> None:
        for line in lines:
            self._screen.write(line)
            self._line = line


class JsonReporter:
    """One `VerifyDocument`, written as the entries come: nothing is held, however many files there are."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._begun = False

    def entry(self, entry: FileEntry) -> None:
        """Write one member of `files`, on a line of its own."""
        self._begin_line()
        self._screen.write_part(_json(entry))

    def end(self, summary: Summary, passed_over: Sequence[PassedOver]) -> None:
        """Write the rest of the document."""
        if not self._begun:
            self._begin_line()
        self._screen.write(f'],\n"passed_over":{_json(passed_over)},\n"summary":{_json(summary)}}}')

    def _begin_line(self) -> None:
        self._screen.write_part(",\n" if self._begun else f'{{"schema":"{SCHEMA_ID}","files":[\n')
        self._begun = True


class TsvReporter:
    """A row a finding, for cut, sort and awk."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        screen.write("\t".join(COLUMNS))

    def entry(self, entry: FileEntry) -> None:
        """Write the file's findings."""
        for item in entry.findings:
            row = (entry.file, str(item.line), item.code, item.name, item.severity, item.message)
            self._screen.write("\t".join(safe(cell) for cell in row))

    def end(self, summary: Summary, passed_over: Sequence[PassedOver]) -> None:
        """Rows need no end."""


class Silence:
    """For those who want the exit code alone."""

    def entry(self, entry: FileEntry) -> None:
        """Say nothing."""

    def end(self, summary: Summary, passed_over: Sequence[PassedOver]) -> None:
        """Say nothing."""


class Tally:
    """Adds the entries up."""

    def __init__(self) -> None:
        self._verdicts = {"valid": 0, "invalid": 0, "unknown": 0}
        self._severities = {"violation": 0, "suspicion": 0, "damage": 0}
        self._troubles: list[str] = []

    @property
    def files(self) -> int:
        """How many there were so far."""
        return sum(self._verdicts.values())

    def add(self, entry: FileEntry) -> None:
        """Count one more."""
        self._verdicts[entry.verdict] += 1
        severity = {finding.code: finding.severity for finding in entry.findings}
        for code, count in entry.counts.items():
            self._severities[severity[code]] += count
        if entry.error is not None:
            self._troubles.append(entry.error.kind)

    def summary(self) -> Summary:
        """What they come to."""
        return Summary(
            files=self.files,
            **self._verdicts,
            errors=len(self._troubles),
            violations=self._severities["violation"],
            suspicions=self._severities["suspicion"],
            damages=self._severities["damage"],
            exit_code=int(self._exit_code()),
        )

    def _exit_code(self) -> ExitCode:
        if any(kind != "unreadable" for kind in self._troubles):
            return ExitCode.INTERNAL
        if self._troubles:
            return ExitCode.USAGE
        if self._severities["violation"] or self._severities["suspicion"]:
            return ExitCode.FOUND
        return ExitCode.DAMAGED if self._severities["damage"] else ExitCode.OK


def reporter(form: Format, screen: Screen, *, quiet: bool = False, verbose: bool = False) -> Reporter:
    """The reporter of that form."""
    if quiet:
        return Silence()
    match form:
        case Format.TEXT:
            return TextReporter(screen, verbose=verbose)
        case Format.JSON:
            return JsonReporter(screen)
        case Format.TSV:
            return TsvReporter(screen)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
