"""What stands on the screen, seen by a terminal of two tricks: carriage return and erase to the end of the line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from turnfold.tools.terminal import Pane, Told

WIDTH = 40


class Screen:
    """Lines as a terminal would show them."""

    def __init__(self) -> None:
        self.lines = [""]

    def write(self, text: str) -> None:
        """Take text and the one sequence that the pane writes."""
        for part in text.replace("\r\x1b[K", "\r").replace("\r", "\0\r").split("\0"):
            if part.startswith("\r"):
                self.lines[-1] = ""
            *whole, last = part.removeprefix("\r").split("\n")
            for line in whole:
                self.lines[-1] += line
                self.lines.append("")
            self.lines[-1] += last


def pane_on(screen: Screen, *, edits: bool = True, color: bool = False) -> Pane:
    """A pane of a small screen."""
    pane = Pane(screen.write, color=color, width=lambda: WIDTH, edits=edits)
    pane.refresh()
    return pane


def piece(text: str) -> Told:
    """Something that is streamed."""
    return Told(text, whole=False)


def test_output_goes_above_what_is_typed() -> None:
    """A line appears over the line of typing, which stays."""
    screen = Screen()
    pane = pane_on(screen)
    pane.typing("half a tho")
    pane.tell(Told("news"))
    assert ["news", "> half a tho"] == screen.lines


def test_a_stream_is_shown_as_it_comes() -> None:
    """As long as nothing is typed the pieces stand on the screen at once."""
    screen = Screen()
    pane = pane_on(screen)
    pane.tell(piece("Let me "))
    pane.tell(piece("look."))
    assert ["Let me look."] == screen.lines
    pane.tell(piece("\n"))
    assert ["Let me look.", "> "] == screen.lines


def test_typing_holds_a_stream_back_until_its_line_is_whole() -> None:
    """Text and typing never mix on one line."""
    screen = Screen()
    pane = pane_on(screen)
    pane.tell(piece("Let "))
    pane.typing("s")
    pane.tell(piece("me "))
    assert ["Let ", "> s"] == screen.lines
    pane.tell(piece("look.\nAnd "))
    assert ["Let ", "me look.", "> s"] == screen.lines
    pane.typing("")
    assert ["Let ", "me look.", "And "] == screen.lines
    pane.tell(Told("• call"))
    assert ["Let ", "me look.", "And ", "• call", "> "] == screen.lines


def test_the_end_of_a_long_line_is_shown() -> None:
    """What is typed never wraps, for what has wrapped cannot be erased; wide characters count twice."""
    screen = Screen()
    pane = pane_on(screen)
    pane.typing("x" * 100 + "日" * 10)
    assert ["> " + "x" * 17 + "日" * 10] == screen.lines


def test_leaving_takes_the_line_of_typing_away() -> None:
    """What is held back is not lost."""
    screen = Screen()
    pane = pane_on(screen)
    pane.typing("x")
    pane.tell(piece("last words"))
    pane.leave()
    pane.tell(Told("log: file"))
    assert ["last words", "log: file", ""] == screen.lines


def test_without_a_terminal_only_text_comes_out() -> None:
    """No colours, no carriage returns: what goes into a file is what was said."""
    written: list[str] = []
    pane = Pane(written.append, color=False, width=lambda: WIDTH, edits=False)
    pane.tell(Told("> do it", "you"))
    pane.tell(piece("Do"))
    pane.tell(piece("ne."))
    pane.end_line()
    pane.typing("nobody types")
    assert "> do it\nDone.\n" == "".join(written)


def test_colours_are_closed() -> None:
    """A style ends with its line."""
    written: list[str] = []
    Pane(written.append, color=True, width=lambda: WIDTH, edits=False).tell(Told("no", "error"))
    assert ["\x1b[31mno\x1b[0m\n"] == written


TEXT = st.text(st.sampled_from("ab c"), max_size=9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("piece"), st.text(st.sampled_from("ab\n"), min_size=1, max_size=9)),
        st.tuples(st.just("line"), TEXT),
        st.tuples(st.just("type"), TEXT),
    )
)


@given(STEPS)
def test_no_output_is_lost(steps: list[tuple[str, str]]) -> None:
    """Whatever is typed in between: all that was told is on the screen, in order."""
    screen = Screen()
    pane = pane_on(screen)
    told = ""
    for kind, text in steps:
        if kind == "type":
            pane.typing(text)
        else:
            pane.tell(Told(text, whole=kind == "line"))
            told += text
    pane.leave()
    assert told.replace("\n", "") == "".join(screen.lines)
