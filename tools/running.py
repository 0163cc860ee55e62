"""What `turnfold run` does: a session opened as the command line says, and a conversation with it."""

from __future__ import annotations

import errno
import importlib.util
import os
import shutil
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, cast

import attrs
import trio

from turnfold.core.engine import NoJournal, RandomIds, SessionFailed, SessionOptions, open_session
from turnfold.core.engine.fakes import ScriptedModel
from turnfold.core.engine.models import ResponsesModel, ScriptError, load_script
from turnfold.core.engine.ports import Journal, JournalError, Model
from turnfold.replay import Finding, read_back
from turnfold.replay.live import LiveVerification, told
from turnfold.rollouts.recorder import Recorder, RecordingError, session_path
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.plugging import NoSandbox, Setup, build_parts, default_home
from turnfold.tools.screen import Color, wants_color
from turnfold.tools.terminal import Dialogue, Pane, Reply, Told, Typing, feed, given, lines, patient

SCRIPTED: Final = "scripted:"
INSTRUCTIONS: Final = (
    "You are a coding agent at work in {cwd}. Look before you change something, keep to what the user asked for, and "
    "say briefly what you did and what you could not do."
)


@attrs.frozen(kw_only=True)
class Run:
    """The command line, understood."""

    model: str
    endpoint: str | None
    key_variable: str
    cwd: str | None
    approval_policy: str
    sandbox: str
    journal: str | None
    no_journal: bool
    durability: str
    resume: str | None
    hooks: bool
    trust_hooks: bool
    trust_project: bool
    ask_network: bool
    inputs: tuple[str, ...]
    answer: str | None
    verify: str | None
    color: Color

    def __attrs_post_init__(self) -> None:
        named = [bool(self.journal), self.no_journal, bool(self.resume)]
        if sum(named) > 1:
            raise Complaint(
                "choose one of --journal, --no-journal and --resume: a session has one log or none"
            )
        if self.ask_network and importlib.util.find_spec("h11") is None:
            raise Complaint("--ask-network needs the package h11: pip install 'turnfold[engine]'")

    @property
    def typed(self) -> bool:
        """Whether a person types at a terminal."""
        return not self.inputs and sys.stdin.isatty() and sys.stdout.isatty()

    def the_model(self) -> Model:
        """The model that is to be asked. Raises Complaint."""
        if self.model.startswith(SCRIPTED):
            return _scripted(Path(self.model.removeprefix(SCRIPTED)))
        if self.endpoint is None:
            raise Complaint("--model needs --endpoint URL, or is scripted:FILE")
        if any(importlib.util.find_spec(name) is None for name in ("httpx", "httpx_sse")):
            raise Complaint(
                "an endpoint needs the packages httpx and httpx-sse: pip install 'turnfold[engine]'"
            )
        try:
            return ResponsesModel(self.endpoint, api_key=os.environ.get(self.key_variable), model=self.model)
        except ValueError as error:
            raise Complaint(f"--endpoint, or the key in ${self.key_variable}: {error}") from error

    def setup(self, cwd: str) -> Setup:
        """What the session is to work with."""
        env = {name: value for name, value in os.environ.items() if name != self.key_variable}
        return Setup(
            cwd=cwd,
            home=default_home(),
            sandbox_mode=self.sandbox,
            hooks=self.hooks,
            trusts_project=self.trust_project,
            trusts_hooks=self.trust_hooks,
            network=self.ask_network,
            env=env,
        )

    def options(self, session_id: str | None, cwd: str) -> SessionOptions:
        """The session's settings."""
        return SessionOptions(
            session_id=session_id,
            cwd=cwd,
            model="scripted" if self.model.startswith(SCRIPTED) else self.model,
            instructions=INSTRUCTIONS.format(cwd=cwd),
            approval_policy=self.approval_policy,
            sandbox_mode=self.sandbox,
            hooks_enabled=self.hooks,
            source="cli" if self.typed else "exec",
        )


def _scripted(path: Path) -> Model:
    try:
        return ScriptedModel(load_script(path.read_text(encoding="utf-8"), str(path)))
    except (ScriptError, UnicodeDecodeError) as error:
        raise Complaint(f"the script of the model cannot be read: {error}") from error


def run(chosen: Run) -> int:
    """Run the session to its end, and return the exit code. Raises Complaint for what the user can mend."""
    try:
        return trio.run(_run, chosen)
    except BaseException as raised:
        error = root(raised)
        if isinstance(error, NoSandbox | RecordingError):
            raise Complaint(str(error)) from raised
        if isinstance(error, SessionFailed) and isinstance(error.__cause__, JournalError):
            raise Complaint(str(error)) from raised
        raise error from raised.__cause__


def root(error: BaseException) -> BaseException:
    """What was raised, without the groups that nurseries put around one exception."""
    inner = cast("tuple[BaseException, ...]", getattr(error, "exceptions", ()))
    return root(inner[0]) if len(inner) == 1 else error


async def _run(chosen: Run) -> int:
    model = chosen.the_model()
    resumed = None if chosen.resume is None else read_back(chosen.resume)
    log = () if resumed is None else resumed.envelopes
    state = None if resumed is None else resumed.state
    cwd = chosen.cwd or (None if state is None else state.settings.cwd) or "."
    setup = chosen.setup(str(await trio.Path(cwd).resolve()))
    session_id = (None if state is None else state.session_id) or RandomIds().new("session")
    plugged = await build_parts(setup, partial(_journal, chosen, session_id))
    pane = Pane(_write, color=wants_color(chosen.color, sys.stdout), width=_width, edits=chosen.typed)
    for note in plugged.notes:
        pane.tell(Told(f"note: {note}", "ask"))
    watch = _Verifying(pane) if chosen.verify else None
    verifier = None if watch is None else watch.verifier
    options = chosen.options(session_id, setup.cwd)
    with patient():
        async with (
            trio.open_nursery() as nursery,
            open_session(model, options, plugged.parts, verify=verifier, resume=log, state=state) as session,
        ):
            dialogue = Dialogue(session, pane.tell, answer=_answer(chosen))
            nursery.start_soon(dialogue.watch, session.events("terminal", deltas=True))
            code = await _converse(chosen, dialogue, pane)
    pane.end_line()
    _farewell(plugged.parts.journal.path, pane)
    return code or (ExitCode.FOUND if watch is not None and watch.found else ExitCode.OK)


def _journal(chosen: Run, session_id: str) -> Journal:
    """The log of the session. Raises RecordingError."""
    if chosen.no_journal:
        return NoJournal()
    if chosen.resume is not None:
        return Recorder.resume(chosen.resume, durability=chosen.durability)
    if chosen.journal is not None:
        return Recorder.create(chosen.journal, durability=chosen.durability)
    path = session_path(default_home(), session_id, datetime.now(UTC))
    return Recorder.create(path, durability=chosen.durability, lazy=True)


def _answer(chosen: Run) -> Reply | None:
    if chosen.answer is None and chosen.typed:
        return None
    return Reply(chosen.answer or "denied")


async def _converse(chosen: Run, dialogue: Dialogue, pane: Pane) -> int:
    if chosen.typed:
        return await Typing(dialogue, pane, sys.stdin.fileno()).run()
    return await feed(dialogue, given(chosen.inputs) if chosen.inputs else lines(sys.stdin.fileno()))


def _farewell(path: str | None, pane: Pane) -> None:
    """Say where the log is, if there is one."""
    if path is not None and Path(path).exists():
        pane.tell(Told(f"log: {path}", "quiet"))


def _width() -> int:
    return shutil.get_terminal_size().columns


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EIO:  # the terminal is gone; the session ends in order all the same
            raise


class _Verifying:
    """Shows findings as they come, and remembers that there were some."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self.found = False
        self.verifier = LiveVerification(self._found)

    def _found(self, finding: Finding) -> None:
        self.found = True
        self._pane.tell(Told(f"{finding.severity}: {told(finding)}", "error"))
