"""What asynchronous hooks say waits for the user's next turn."""

import json

import attrs
import pytest

from tests.core.engine.hooks.scene import Scene, asked, config, handler, play
from turnfold.core.engine.fakes import Program, hanging, printing
from turnfold.core.engine.hooks import DetachedOutputs
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import HookConfig


def batch(*outputs: str, event: str = "PermissionRequest") -> str:
    """Return the developer text that hands *outputs* out."""
    texts = [f'<async_hook_output event="{event}">\n{text}\n</async_hook_output>' for text in outputs]
    return "\n".join(["<async_hook_outputs>", *texts, "</async_hook_outputs>"])


def detached(*names: str) -> HookConfig:
    """Return asynchronous handlers."""
    return config(HookEvent.PERMISSION_REQUEST, *(handler(name, **{"async": True}) for name in names))


def drained(program: Program) -> str | None:
    """Return what an asynchronous hook with *program* has for the model."""
    texts: list[str | None] = []

    async def test(scene: Scene) -> None:
        await scene.hooks.run(scene.desk, asked())
        await scene.yard.finish()
        texts.append(scene.hooks.drain_async_outputs())

    play(test, {"a": program}, detached("a"))
    return texts[0]


@pytest.mark.covers("A2")
def test_an_asynchronous_hook_is_not_waited_for_and_decides_nothing() -> None:
    """It has no event, and its denial is none; it runs beside the turn."""
    deny = '{"hookSpecificOutput": {"hookEventName": "PermissionRequest", "decision": {"behavior": "deny"}}}'

    async def test(scene: Scene) -> None:
        folded = await scene.hooks.run(scene.desk, asked())
        assert ([], None) == (scene.starts, folded.decision)
        assert (0, 1) == (len(scene.processes.started), len(scene.yard.works))
        await scene.yard.finish()
        assert None is scene.hooks.drain_async_outputs()
        assert 1 == len(scene.processes.started)

    play(test, {"a": printing(deny)}, detached("a"))


def test_without_a_background_it_does_not_run() -> None:
    """Work that outlives the event has nowhere to be."""

    async def test(scene: Scene) -> None:
        await attrs.evolve(scene.hooks, background=None).run(scene.desk, asked())

    assert [] == play(test, {"a": printing("text")}, detached("a")).processes.started


CONTEXT = {"hookSpecificOutput": {"hookEventName": "PermissionRequest"}, "systemMessage": "look out"}


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (printing(""), None),
        (printing(" tests failed \n"), "tests failed"),
        (printing(json.dumps(CONTEXT)), "look out"),
        (printing("{}"), None),
        (printing("{oops"), "hook returned invalid permission-request JSON output"),
        (printing("text", exit_code=2), "Async hook exited with code 2"),
        (printing("text", exit_code=None), "Async hook process terminated without an exit code"),
        (hanging(), "Async hook failed to run: hook timed out after 600s"),
    ],
)
def test_only_texts_come_through(program: Program, text: str | None) -> None:
    """What it prints, its message for the user, and its failures, which nobody else would tell."""
    assert (None if text is None else batch(text)) == drained(program)


def test_outputs_come_in_the_order_of_their_ends_and_once() -> None:
    """First in, first out; a second look finds nothing."""
    outputs = DetachedOutputs()
    outputs.add(HookEvent.STOP, "one")
    outputs.add(HookEvent.STOP, "two")
    assert batch("one", "two", event="Stop") == outputs.drain()
    assert None is outputs.drain()


def test_one_output_has_500_tokens_and_a_batch_1000() -> None:
    """A longer one is cut; what does not fit into a batch waits for the next, in order."""
    outputs = DetachedOutputs()
    for letter in "abc":
        outputs.add(HookEvent.STOP, letter * 1900)
    outputs.add(HookEvent.STOP, "d" * 2001)
    first, second = outputs.drain(), outputs.drain()
    assert batch("a" * 1900, "b" * 1900, event="Stop") == first
    assert batch("c" * 1900, event="Stop") == second
    assert batch("d" * 2000 + "\n[1 bytes left out]", event="Stop") == outputs.drain()
    assert len((first or "").encode()) <= 4000


def test_too_many_outputs_lose_the_oldest_and_say_so() -> None:
    """The memory is bounded when no user ever speaks."""
    outputs = DetachedOutputs()
    for number in range(260):
        outputs.add(HookEvent.STOP, str(number))
    first = outputs.drain() or ""
    assert "[4 older outputs were dropped]" in first
    assert '<async_hook_output event="Stop">\n4\n' in first
    assert "dropped" not in (outputs.drain() or "")
