"""`turnfold run`, as a process: at a terminal, and without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tools.process import turnfold
from tests.tools.terminal.at_terminal import AtTerminal, at_terminal
from turnfold.events import (
    ApprovalResolved,
    Event,
    ExecBegan,
    ShutdownCompleted,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay import Verdict, read_back, verify

ESC, CTRL_C = "\x1b", "\x03"
PROMPT = "> "


def shell(*argv: str, **more: object) -> dict[str, Any]:
    """A call of the shell."""
    return {"call": "shell", "arguments": {"command": list(argv), "timeout_ms": 100_000, **more}}


class Place:
    """A folder with a script of a model, a home and a log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.log = folder / "log.jsonl"

    def script(self, *responses: list[dict[str, Any]]) -> None:
        """What the model says."""
        text = "\n\n".join("\n".join(map(json.dumps, steps)) for steps in responses)
        self.folder.joinpath("script.jsonl").write_text(text)

    def words(self, *more: str) -> list[str]:
        """A command line."""
        free = ["--sandbox", "danger-full-access", "--model", "scripted:script.jsonl"]
        journal = [] if "--resume" in more or "--no-journal" in more else ["--journal", str(self.log)]
        return ["run", *free, *journal, *more]

    def run(self, *more: str, stdin: bytes = b"", **variables: str) -> tuple[int, str, str]:
        """Run it without a terminal: exit code, output, errors."""
        done = turnfold(
            *self.words(*more), cwd=self.folder, stdin=stdin, TURNFOLD_HOME=str(self.home), **variables
        )
        return done.returncode, done.stdout, done.stderr

    def events(self, *kinds: type[Event]) -> list[Any]:
        """The events of some kinds in the log, which is legal and whole."""
        assert ((), Verdict.VALID) == (verify(self.log).findings, verify(self.log).verdict)
        found = [envelope.event for envelope in read_back(self.log).envelopes]
        assert isinstance(found[-1], ShutdownCompleted)
        return [event for event in found if isinstance(event, kinds)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty place."""
    return Place(tmp_path)


def test_inputs_on_the_command_line(place: Place) -> None:
    """One after the other, with output as plain lines; 0 at the end; the file is legal."""
    place.script([{"say": ["Let me ", "look."]}, shell("echo", "hi")], [{"say": "Done."}], [{"say": "Bye."}])
    code, out, err = place.run("--input", "look", "--input", "bye", "--verify", "live")
    assert (0, "") == (code, err)
    shown = ["> look", "Let me look.", "• shell: echo hi", "> bye", "Bye.", f"log: {place.log}"]
    assert shown == [line for line in out.splitlines() if line in shown]
    assert "\x1b" not in out
    assert 2 == len(place.events(TurnCompleted))


def test_lines_of_standard_input(place: Place) -> None:
    """Each is one input, taken when the turn before has ended; orders work too."""
    place.script([{"wait_s": 0.2}, {"say": "One."}], [{"say": "Two."}])
    code, out, _ = place.run(stdin=b"first\n\nsecond\n/quit\nthird")
    assert 0 == code
    assert out.index("One.") < out.index("> second") < out.index("Two.")
    assert "third" not in out
    assert 2 == len(place.events(TurnStarted))


@pytest.mark.parametrize(("answer", "ran"), [("approved", 1), ("denied", 0), (None, 0)])
def test_answers_without_a_terminal(place: Place, answer: str | None, ran: int) -> None:
    """As was said; denied if nothing was."""
    place.script([shell("touch", "x")], [{"say": "ok"}])
    said = [] if answer is None else ["--answer", answer]
    assert 0 == place.run("--input", "go", "--approval-policy", "untrusted", *said)[0]
    assert ran == len(place.events(ExecBegan))


def test_a_failed_turn_ends_with_1(place: Place) -> None:
    """The reason is shown."""
    place.script([{"fail": "the machine is on fire"}])
    code, out, _ = place.run("--input", "go")
    assert 1 == code
    assert "— the turn failed: the machine is on fire" in out


def test_going_on_with_a_log(place: Place) -> None:
    """Two runs, one session: the second has the first one's history, and the file is legal."""
    place.script([{"say": "One."}])
    assert 0 == place.run("--input", "first")[0]
    place.script(
        [
            {
                "item": {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "2"}],
                }
            }
        ]
    )
    code, out, err = place.run("--input", "second", "--resume", str(place.log), "--verify", "live")
    assert (0, "") == (code, err)
    assert 2 == len(place.events(TurnCompleted)), out


def test_the_log_goes_home_unless_told_otherwise(place: Place) -> None:
    """By day, under the user's home; --no-journal leaves nothing."""
    place.script([{"say": "One."}])
    words = [word for word in place.words("--input", "x") if word not in ("--journal", str(place.log))]
    done = turnfold(*words, cwd=place.folder, TURNFOLD_HOME=str(place.home))
    (file,) = place.home.rglob("rollout-*.jsonl")
    assert f"log: {file}" in done.stdout
    assert Verdict.VALID is verify(file).verdict
    place.run("--input", "x", "--no-journal")
    assert [file] == list(place.home.rglob("rollout-*.jsonl"))
    assert not place.log.exists()


def test_hooks_are_named_that_nobody_trusted(place: Place) -> None:
    """They do not run; a note says what to write to trust them, and --trust-hooks runs them."""
    place.script([shell("touch", "x")], [{"say": "ok"}])
    place.home.mkdir()
    hook = {"type": "command", "command": "echo no >&2; exit 2"}
    hooks = {"hooks": {"PermissionRequest": [{"hooks": [hook]}]}}
    place.home.joinpath("hooks.json").write_text(json.dumps(hooks))
    asking = ("--input", "go", "--approval-policy", "untrusted", "--answer", "approved")
    _, out, _ = place.run(*asking)
    assert "note: " in out
    assert "is not trusted" in out
    assert 1 == len(place.events(ExecBegan))
    place.log.unlink()
    _, out, _ = place.run(*asking, "--trust-hooks")
    assert "hook permission_request blocked: no" in out
    assert [] == place.events(ExecBegan)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--model", "gpt"], "--model needs --endpoint"),
        (["--model", "gpt", "--endpoint", "ftp://x"], "base_url must be"),
        (["--model", "scripted:none"], "none"),
        (["--model", "scripted:bad.jsonl"], "bad.jsonl:1: not JSON"),
        (["--no-journal"], "choose one of --journal, --no-journal and --resume"),
        (["--resume", "none.jsonl"], "choose one of"),
        (["--journal", "bad.jsonl"], "File exists"),
    ],
)
def test_what_the_user_can_mend_is_said(place: Place, words: list[str], complaint: str) -> None:
    """Exit code 3 and one line that names it."""
    place.script([{"say": "x"}])
    place.folder.joinpath("bad.jsonl").write_text("what?\n")
    done = turnfold(*place.words("--input", "x"), *words, cwd=place.folder, TURNFOLD_HOME=str(place.home))
    assert 3 == done.returncode
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def open_at(place: Place, *more: str) -> Any:
    """Somebody at a terminal with a session."""
    return at_terminal(*place.words(*more), cwd=place.folder, TURNFOLD_HOME=str(place.home), NO_COLOR="1")


@pytest.mark.slow
def test_esc_interrupts(place: Place) -> None:
    """The turn ends, its command is gone, the session goes on."""
    place.script([shell("sleep", "1000")], [{"say": "Here again."}])
    with open_at(place) as somebody:
        somebody.wait_for(PROMPT)
        somebody.press("go\r")
        somebody.wait_for("• shell: sleep 1000")
        somebody.press(ESC)
        somebody.wait_for("— the turn was ended: interrupted")
        somebody.press("still there?\r")
        somebody.wait_for("Here again.")
        somebody.wait_for("— done")
        somebody.press("\x04")
        assert 0 == somebody.end()
    assert [TurnAborted, TurnCompleted] == [type(event) for event in place.events(TurnAborted, TurnCompleted)]


@pytest.mark.slow
def test_typing_steers(place: Place) -> None:
    """What is typed while a turn runs goes into that turn."""
    place.script([{"say": "Working."}, {"wait_s": 1}], [{"say": "I see."}])
    with open_at(place) as somebody:
        somebody.wait_for(PROMPT)
        somebody.press("go\r")
        somebody.wait_for("Working.")
        somebody.press("mind the gap\r")
        somebody.wait_for("I see.")
        somebody.wait_for("— done")
        somebody.press("/quit\r")
        assert 0 == somebody.end()
    assert 1 == len(place.events(TurnStarted))
    assert ["go", "mind the gap"] == [event.message for event in place.events(UserInputRecorded)]


def answer(somebody: AtTerminal, label: str, message: str = "") -> None:
    """Choose the answer with this label."""
    passed = somebody.wait_for("no, and interrupt the turn")
    number = next(line.split()[-1] for line in passed.split(label)[:-1][-1:])
    somebody.press(f"{number}{message}\r")


@pytest.mark.slow
def test_questions_are_answered_by_number(place: Place) -> None:
    """Yes; no, with what to do instead; no, with an end of the turn."""
    place.script([shell("touch", "a")], [shell("touch", "b")], [{"say": "ok"}], [shell("touch", "c")])
    with open_at(place, "--approval-policy", "untrusted") as somebody:
        somebody.wait_for(PROMPT)
        somebody.press("go\r")
        answer(somebody, "  yes, this time")
        answer(somebody, "  no (say", " not that one")
        somebody.wait_for("— done")
        somebody.press("more\r")
        answer(somebody, "  no, and interrupt")
        somebody.wait_for("— the turn was ended")
        somebody.press("/quit\r")
        assert 0 == somebody.end()
    assert ["go", "not that one", "more"] == [event.message for event in place.events(UserInputRecorded)]
    resolved = [(event.decision, event.message) for event in place.events(ApprovalResolved)]
    assert [("approved", None), ("denied", "not that one")] == resolved
    assert ["a"] == sorted(path.name for path in place.folder.iterdir() if len(path.name) == 1)


@pytest.mark.slow
def test_ctrl_c_interrupts_and_leaves_when_idle(place: Place) -> None:
    """In a turn it ends the turn; then one asks, the next leaves with 130, and the terminal is as before."""
    place.script([shell("sleep", "1000")])
    with open_at(place) as somebody:
        somebody.wait_for(PROMPT)
        somebody.press("go\r")
        somebody.wait_for("• shell")
        somebody.press(CTRL_C)
        somebody.wait_for("— the turn was ended: interrupted")
        somebody.press(CTRL_C)
        somebody.wait_for("press Ctrl-C again")
        assert not somebody.echoes
        somebody.press(CTRL_C)
        assert 130 == somebody.end()
        assert somebody.echoes
    assert 1 == len(place.events(TurnAborted))


@pytest.mark.slow
def test_a_terminal_that_goes_away_ends_the_session_in_order(place: Place) -> None:
    """The turn is aborted by the book, and the log says so."""
    place.script([shell("sleep", "1000")])
    with open_at(place) as somebody:
        somebody.wait_for(PROMPT)
        somebody.press("go\r")
        somebody.wait_for("• shell")
        somebody.hang_up()
        assert 129 == somebody.end()
    assert 1 == len(place.events(TurnAborted))
