"""Where text goes, and when it has colour."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from turnfold.tools import screen as module
from turnfold.tools.screen import Color, Screen, wants_color


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_auto_asks_the_stream_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal has colour, unless NO_COLOR is set to something or the terminal is dumb; a pipe has none."""
    assert wants_color(Color.AUTO, Terminal())
    assert not wants_color(Color.AUTO, io.StringIO())
    monkeypatch.setenv("NO_COLOR", "")
    assert wants_color(Color.AUTO, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Color.AUTO, Terminal())
    assert wants_color(Color.ALWAYS, io.StringIO())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_color(Color.AUTO, Terminal())


def test_lines_are_neither_wrapped_nor_decorated() -> None:
    """A line comes out as it is, however long, and words that look like markup stay words."""
    line = "[red]not markup[/red] https://example.org " + "x" * 500
    for color in Color:
        out = io.StringIO()
        Screen(color, out, io.StringIO()).write(Text(line))
        assert f"{line}\n" == out.getvalue()


def test_status_is_for_terminals_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown on a terminal's standard error alone, and is wiped before anything else is printed."""
    monkeypatch.setattr(module, "STATUS_INTERVAL_S", 0.0)
    err, out = Terminal(), io.StringIO()
    screen = Screen(Color.NEVER, out, err)
    screen.status("3 of 9 files")
    assert "3 of 9 files" == err.getvalue()
    screen.write("line")
    assert err.getvalue().endswith("\r" + " " * 12 + "\r")
    assert "line\n" == out.getvalue()
    silent = io.StringIO()
    Screen(Color.NEVER, out, silent).status("3 of 9 files")
    assert "" == silent.getvalue()
