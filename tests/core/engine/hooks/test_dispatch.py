"""The hooks of one event: all started, all run, all completed, one result."""

import json

import attrs
import pytest
import trio

from tests.core.engine.hooks.payloads import AGENT, COMPACT, PROMPT, START, TOOL
from tests.core.engine.hooks.scene import Scene, answer, asked, config, handler, play
from turnfold.core.engine.fakes import Program, hanging, printing
from turnfold.core.engine.ports import TurnOver
from turnfold.core.hooks import (
    Folded,
    HookEvent,
    HookInput,
)
from turnfold.core.hooks.config import HookConfig
from turnfold.events import (
    INTERRUPTED,
    AbortBegan,
    Event,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookEntry,
    HookStarted,
)


def result_of(
    programs: dict[str, Program],
    hooks: HookConfig | None = None,
    *,
    payload: HookInput | None = None,
    suffix: str = "call-1",
    profile: str = "seed",
) -> tuple[Folded, Scene]:
    """Return what the hooks of a requested call decide, and the scene."""
    results: list[Folded] = []

    async def test(scene: Scene) -> None:
        scene.desk.request("call-1")
        read = asked() if payload is None else payload
        results.append(await scene.hooks.run(scene.desk, read, suffix=suffix, call_id="call-1"))

    scene = play(test, programs, hooks, profile=profile)
    return results[0], scene


def kinds(events: list[Event]) -> list[type[Event]]:
    """Return the types of *events*."""
    return [type(event) for event in events]


@pytest.mark.covers("B8")
def test_all_are_started_then_all_completed_in_configured_order() -> None:
    """Whichever ends first; start and end of a run have the same id and the turn's id."""
    _, scene = result_of({"slow": printing(after_s=3), "fast": printing(), "middle": printing(after_s=1)})
    expected = [*[HookStarted] * 3, *[HookCompleted] * 3, HookDecided]
    assert expected == kinds(scene.said)
    ids = [f"permission-request:{order}:/u/hooks.json:call-1" for order in range(3)]
    assert ids == [event.run_id for event in scene.starts]
    assert ids == [event.run_id for event in scene.ends]
    assert {"turn-1"} == {event.turn_id for event in (*scene.starts, *scene.ends)}


@pytest.mark.covers("B8")
def test_nothing_runs_before_all_are_started() -> None:
    """When the first program starts, every start is in the log."""
    found: list[int] = []
    _, scene = result_of({"a": printing(), "b": printing()})

    async def test(again: Scene) -> None:
        again.desk.request("call-1")

        def cast(command: object) -> Program:
            assert command
            found.append(len(again.starts))
            return printing()

        again.processes.cast(cast)
        await again.hooks.run(again.desk, asked(), call_id="call-1")

    play(test, {}, scene.config)
    assert [2, 2] == found


@pytest.mark.covers("B8", "A5")
def test_without_a_handler_there_is_no_event() -> None:
    """No configuration, and none that matches: no decision."""
    other = config(HookEvent.PERMISSION_REQUEST, handler("a"), matcher="apply_patch")
    for hooks in (HookConfig(), other):
        folded, scene = result_of({"a": printing()}, hooks)
        assert (Folded(), []) == (folded, scene.said)
        assert [] == scene.processes.started


def test_a_run_says_all_about_itself() -> None:
    """Handler, source, place, scope, times in milliseconds, and what it had to say."""
    text = json.dumps({"systemMessage": "look out"})
    hooks = config(HookEvent.PERMISSION_REQUEST, handler("a", statusMessage="asking"))
    _, scene = result_of({"a": printing(text, after_s=2)}, hooks)
    start = HookStarted(
        run_id="permission-request:0:/u/hooks.json:call-1",
        turn_id="turn-1",
        event_name="permission_request",
        scope="turn",
        handler_type="command",
        execution_mode="sync",
        source_path="/u/hooks.json",
        source="user",
        display_order=0,
        status="running",
        status_message="asking",
        started_at_ms=1_776_100_000_000,
        call_id="call-1",
    )
    end = HookCompleted(
        **attrs.asdict(attrs.evolve(start, status="completed")),
        completed_at_ms=1_776_100_002_000,
        duration_ms=2000,
        entries=(HookEntry(kind="warning", text="look out"),),
    )
    assert [start, end] == scene.said[:2]


@pytest.mark.covers("A6", "B1")
def test_every_handler_reads_the_same_line_in_the_turns_folder() -> None:
    """One object on one line, with what a hook may know of a request and no more."""
    _, scene = result_of({"a": printing(), "b": printing()}, payload=asked("rm 'x y'", "to clean up"))
    commands = [process.command for process in scene.processes.started]
    assert {("/work", commands[0].stdin)} == {(each.cwd, each.stdin) for each in commands}
    line = commands[0].stdin or b""
    assert (1, True) == (line.count(b"\n"), line.endswith(b"\n"))
    assert {
        "session_id": "session-1",
        "turn_id": "turn-1",
        "transcript_path": "/r.jsonl",
        "cwd": "/work",
        "hook_event_name": "PermissionRequest",
        "model": "m",
        "permission_mode": "default",
        "tool_name": "Bash",
        "tool_input": {"command": "rm 'x y'", "description": "to clean up"},
    } == json.loads(line)


@pytest.mark.covers("B7")
@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        (("allow", ""), ("allow", None, False, False)),
        (("", ""), (None, None, False, False)),
        (("allow", "deny:no"), ("deny", "no", False, False)),
        (("deny:no", "deny!:never"), ("deny", "no", False, True)),
        (("deny!:never", "deny:no"), ("deny", "never", True, False)),
    ],
)
def test_the_first_denial_wins_when_all_have_ended(
    outputs: tuple[str, str], expected: tuple[str | None, str | None, bool, bool]
) -> None:
    """Over an earlier allow too, with its own message and flag; the log says so and names the run."""

    def text(output: str) -> str:
        behavior, _, message = output.partition(":")
        more = {"message": message} if message else {}
        return output and answer(
            behavior.strip("!"), **more, **({"interrupt": True} if "!" in behavior else {})
        )

    programs = {f"h{at}": printing(text(output), after_s=2 - at) for at, output in enumerate(outputs)}
    folded, scene = result_of(programs)
    assert expected == (folded.decision, folded.message, folded.interrupt, folded.ignored_interrupt)
    last = scene.said[-1]
    assert isinstance(last, HookDecided)
    assert expected == (last.decision, last.message, last.interrupt, last.ignored_interrupt)
    chosen = None if folded.chosen is None else scene.starts[folded.chosen].run_id
    assert (chosen, "call-1", "turn-1") == (last.run_id, last.call_id, last.turn_id)


@pytest.mark.covers("B6", "B7")
def test_a_failed_run_decides_nothing_and_keeps_nobody_else_from_it() -> None:
    """A timeout, a missing program and a bad exit code have one error entry each; the allow beside them counts."""
    hooks = config(
        HookEvent.PERMISSION_REQUEST,
        *(handler(name, timeout=7) for name in ("late", "missing", "bad", "good")),
    )
    programs = {
        "late": hanging(answer("deny")),
        "bad": printing(answer("deny"), exit_code=3),
        "good": printing(answer("allow")),
    }
    folded, scene = result_of(programs, hooks)
    assert "allow" == folded.decision
    errors = [
        (HookEntry(kind="error", text=text),)
        for text in ("hook timed out after 7s", "missing: no such program", "hook exited with code 3")
    ]
    assert [*errors, ()] == [event.entries for event in scene.ends]
    assert ["failed", "failed", "failed", "completed"] == [event.status for event in scene.ends]
    assert 7000 == scene.ends[0].duration_ms


@pytest.mark.covers("B6")
def test_exit_code_2_denies_with_stderr() -> None:
    """It blocks, whatever stdout says, and never interrupts."""
    folded, scene = result_of({"a": printing(answer("allow"), " no \n", exit_code=2)})
    assert ("deny", "no", False) == (folded.decision, folded.message, folded.interrupt)
    assert ("blocked", (HookEntry(kind="feedback", text="no"),)) == (
        scene.ends[0].status,
        scene.ends[0].entries,
    )


@pytest.mark.covers("B9")
def test_what_cannot_be_serialized_runs_nothing() -> None:
    """Every matching handler has failed, with the ids of its start; there is no decision."""
    payload = asked("bad \ud800")
    hooks = config(HookEvent.PERMISSION_REQUEST, handler("a"), handler("b"), handler("c", **{"async": True}))
    folded, scene = result_of({}, hooks, payload=payload)
    assert None is folded.decision
    assert [*[HookStarted] * 2, *[HookCompleted] * 2, HookDecided] == kinds(scene.said)
    assert [event.run_id for event in scene.starts] == [event.run_id for event in scene.ends]
    for event in scene.ends:
        (entry,) = event.entries
        assert ("failed", "error") == (event.status, entry.kind)
        assert entry.text.startswith("failed to serialize permission request hook input: ")
    assert [] == scene.processes.started
    assert "Async hook failed to run: failed to serialize" in (scene.hooks.drain_async_outputs() or "")


def test_the_profile_says_whether_a_denial_may_interrupt() -> None:
    """Ours takes it; the releases of Codex refuse it, and the run fails."""
    programs = {"a": printing(answer("deny", interrupt=True))}
    assert ("deny", True) == (result_of(programs)[0].decision, result_of(programs)[0].interrupt)
    folded, scene = result_of(programs, profile="codex")
    assert (None, "failed") == (folded.decision, scene.ends[0].status)


def test_an_interrupting_denial_does_not_begin_the_abort() -> None:
    """Whoever asked records its own decision first: the turn still runs."""
    _, scene = result_of({"a": printing(answer("deny", interrupt=True))})
    assert AbortBegan not in kinds(scene.desk.log)


@pytest.mark.covers("C2", "D2")
@pytest.mark.parametrize("suffix", ["call-1", "call-1:retry", "network#http#a.b#80"])
def test_the_suffix_ends_the_run_id(suffix: str) -> None:
    """A call, its retry, a network target."""
    _, scene = result_of({"a": printing()}, suffix=suffix)
    assert f"permission-request:0:/u/hooks.json:{suffix}" == scene.starts[0].run_id


def test_a_turn_that_is_over_runs_no_hook() -> None:
    """The starts are refused, and no program is started."""

    async def test(scene: Scene) -> None:
        scene.desk.request("call-1")
        scene.desk.say(AbortBegan(turn_id="turn-1", reason=INTERRUPTED))
        with pytest.raises(TurnOver):
            await scene.hooks.run(scene.desk, asked(), call_id="call-1")

    assert [] == play(test, {"a": printing()}).processes.started


def test_a_turn_that_dies_meanwhile_leaves_runs_to_be_closed() -> None:
    """The cancellation passes; nothing more is recorded, and the actor may close every run."""

    async def test(scene: Scene) -> None:
        scene.desk.request("call-1")
        with trio.move_on_after(1) as turn:
            await scene.hooks.run(scene.desk, asked(), call_id="call-1")
        assert (True, 0) == (turn.cancelled_caught, scene.processes.running)
        assert [] == scene.ends
        scene.desk.say(*(HookClosed(run_id=each.run_id, turn_id="turn-1") for each in scene.starts))

    play(test, {"a": hanging(), "b": printing()})


@pytest.mark.covers("A3")
@pytest.mark.parametrize(
    ("payload", "matcher"),
    [(asked(), "Bash"), (TOOL, "Bash"), (START, "startup"), (COMPACT, "auto"), (AGENT, "explorer")],
)
def test_the_payload_says_what_a_matcher_looks_at(payload: HookInput, matcher: str) -> None:
    """Tool, source, trigger, kind of agent; a request for permission is always of `Bash`."""
    for pattern, starts in ((matcher, 1), ("other", 0), (f"^{matcher}$", 1)):
        hooks = config(payload.event, handler("a"), matcher=pattern)
        _, scene = result_of({"a": printing()}, hooks, payload=payload)
        assert starts == len(scene.starts)


@pytest.mark.covers("A3")
def test_an_event_without_matcher_runs_every_handler() -> None:
    """A prompt has nothing to match."""
    hooks = config(HookEvent.USER_PROMPT_SUBMIT, handler("a"), matcher="other")
    assert 1 == len(result_of({"a": printing()}, hooks, payload=PROMPT)[1].starts)


@pytest.mark.parametrize(
    ("tool", "aliases", "starts"),
    [("apply_patch", (), 1), ("Write", (), 1), ("own", ("Write",), 1), ("own", (), 0), (None, (), 0)],
)
def test_other_names_of_a_tool_match_too(tool: str | None, aliases: tuple[str, ...], starts: int) -> None:
    """Patches are known as writes, and the caller may say what else a tool is called."""
    hooks = config(HookEvent.PRE_TOOL_USE, handler("a"), matcher="Write")

    async def test(scene: Scene) -> None:
        await scene.hooks.run(scene.desk, TOOL, matcher_input=tool, aliases=aliases)

    assert starts == len(play(test, {"a": printing()}, hooks).starts)


def test_a_hook_of_the_session_has_no_turn() -> None:
    """Its scope is the thread, its id has no suffix, and the same id may come again."""
    hooks = config(HookEvent.SESSION_START, handler("a"))

    async def test(scene: Scene) -> None:
        for _ in range(2):
            folded = await scene.hooks.run(scene.desk, START)
            assert ("be careful",) == folded.contexts

    scene = play(test, {"a": printing("be careful")}, hooks)
    assert [("session-start:0:/u/hooks.json", None, "thread")] * 2 == [
        (event.run_id, event.turn_id, event.scope) for event in scene.starts
    ]
    assert HookDecided in kinds(scene.desk.log)


def test_what_decides_nothing_is_not_said_to_decide() -> None:
    """The start of a sub-agent takes contexts alone."""
    hooks = config(HookEvent.SUBAGENT_START, handler("a"))

    async def test(scene: Scene) -> None:
        await scene.hooks.run(scene.desk, AGENT)

    assert HookDecided not in kinds(play(test, {"a": printing()}, hooks).desk.log)


def test_of_several_changes_of_the_input_the_last_to_end_counts() -> None:
    """Not the last in configured order."""

    def text(command: str) -> str:
        specific = {"permissionDecision": "allow", "updatedInput": {"command": command}}
        return json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **specific}})

    hooks = config(HookEvent.PRE_TOOL_USE, handler("slow"), handler("fast"))
    programs = {"slow": printing(text("slow"), after_s=2), "fast": printing(text("fast"))}
    assert {"command": "slow"} == result_of(programs, hooks, payload=TOOL)[0].updated_input


def test_a_long_context_is_put_aside() -> None:
    """The limit is the handler's; the model is told where the whole is."""
    hooks = config(HookEvent.SESSION_START, handler("a", additionalContextLimit=50))

    async def test(scene: Scene) -> None:
        (context,) = (await scene.hooks.run(scene.desk, START)).contexts
        path = "/home/hook_outputs/session-1/hook_output-1.txt"
        assert context.endswith(f"Full hook output saved to: {path}")
        assert {path: b"word " * 99 + b"word"} == scene.files.content

    play(test, {"a": printing("word " * 100)}, hooks)
