"""The tool `apply_patch`: what it asks about, what it writes, what it says and records."""

from __future__ import annotations

import msgspec
import pytest
import trio
import trio.testing

from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.patching import ApplyPatchTool, MemoryFiles, Workspace
from turnfold.core.engine.ports import Action, Attempt, Tool, ToolCall, ToolFailed, ToolResult, TurnOver
from turnfold.events import INTERRUPTED, AbortBegan, DiffUpdated, Event, PatchApplied

CWD = "/work/repo"


def patch(*lines: str) -> str:
    """The lines between the markers of a patch."""
    return "\n".join(("*** Begin Patch", *lines, "*** End Patch"))


def call(arguments: object, call_type: str = "custom_tool_call") -> ToolCall:
    """A call as the model makes it."""
    return ToolCall(
        call_id="call-1", name="apply_patch", turn_id="turn-1", call_type=call_type, arguments=arguments
    )


class Run:
    """Attempts of one tool at one desk, and what came of them."""

    def __init__(self, files: MemoryFiles, workspace: Workspace | None = None) -> None:
        self.files = files
        self.tool = ApplyPatchTool(files=files, workspace=workspace)
        self.log: list[Event] = []
        self.failures: list[str] = []
        self.outputs: list[object] = []

    def apply(self, *patches: str) -> Run:
        """Apply *patches*, one call after the other."""

        async def main() -> None:
            desk = BookDesk()
            desk.request("call-1", "apply_patch")
            for text in patches:
                try:
                    result = await self.tool.prepare(call(text), CWD).attempt(Attempt(number=1, desk=desk))
                except ToolFailed as failure:
                    self.failures.append(failure.message)
                else:
                    assert result.success
                    self.outputs.append(result.output)
            self.log = [event for event in desk.log if isinstance(event, PatchApplied | DiffUpdated)]

        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
        return self

    @property
    def diff(self) -> str:
        """The last diff of the turn."""
        event = self.log[-1]
        assert isinstance(event, DiffUpdated)
        return str(event.diff)


def test_a_patch_changes_all_its_files_and_says_so() -> None:
    """Added, modified, moved and deleted files: written, listed as Codex does, recorded with the turn's diff."""
    run = Run(MemoryFiles({f"{CWD}/m": "a\n", f"{CWD}/d": "x\n", f"{CWD}/old": "1\n2\n"})).apply(
        patch(
            "*** Delete File: d",
            "*** Update File: m", "-a", "+b",
            "*** Update File: old", "*** Move to: sub/new", "-1",
            "*** Add File: n", "+new",
        )
    )  # fmt: skip
    assert {f"{CWD}/m": "b\n", f"{CWD}/sub/new": "2\n", f"{CWD}/n": "new\n"} == run.files.texts
    assert ["Success. Updated the following files:\nA n\nM m\nM sub/new\nD d\n"] == run.outputs
    applied = PatchApplied(call_id="call-1", turn_id="turn-1", success=True, status="completed")
    assert [applied, DiffUpdated(turn_id="turn-1", diff=run.diff)] == run.log
    assert ["d", "m", "n", "old", "sub/new"] == [
        line.split(" b/")[1] for line in run.diff.splitlines() if line.startswith("diff")
    ]


def test_the_diff_is_that_of_the_whole_turn() -> None:
    """A second patch adds to the first; what is changed back is not shown any more; a next turn begins anew."""
    run = Run(MemoryFiles({f"{CWD}/a": "1\n", f"{CWD}/b": "1\n"}))
    run.apply(patch("*** Update File: a", "-1", "+2"), patch("*** Update File: b", "-1", "+2"))
    assert "a/a" in run.diff
    assert "a/b" in run.diff
    run.apply(patch("*** Update File: a", "-2", "+1"))
    assert "a/a" not in run.diff
    assert "a/b" in run.diff


def test_sections_of_one_file_build_on_each_other() -> None:
    """What a section leaves is what the next one finds."""
    run = Run(MemoryFiles({f"{CWD}/a": "1\n"})).apply(
        patch(
            "*** Update File: a", "-1", "+2",
            "*** Update File: a", "*** Move to: a", "-2", "+3",
            "*** Add File: b", "+x",
            "*** Update File: b", "+y",
            "*** Delete File: a",
            "*** Add File: a", "+4",
        )
    )  # fmt: skip
    assert {f"{CWD}/a": "4\n", f"{CWD}/b": "x\ny\n"} == run.files.texts


def test_nothing_is_written_unless_everything_fits() -> None:
    """The second section fails, so the first one is not carried out, and nothing is recorded."""
    run = Run(MemoryFiles({f"{CWD}/a": "1\n"}))
    run.apply(
        patch("*** Update File: a", "-1", "+2", "*** Update File: a", "-1", "+3"),
        patch("*** Update File: a", "-1", "+2", "*** Update File: b", "-1"),
        patch("*** Delete File: b"),
    )
    assert {f"{CWD}/a": "1\n"} == run.files.texts
    assert [] == run.log
    assert 3 == len(run.failures)
    assert "a: line 6 of the patch: these lines are not found" in run.failures[0]
    assert f"b: line 5 of the patch: there is no file {CWD}/b" in run.failures[1]
    for failure in run.failures:
        assert failure.startswith("apply_patch verification failed: ")
        assert failure.endswith("Nothing was written.")


def test_a_failure_in_the_middle_says_which_files_were_written() -> None:
    """The model learns exactly what happened, and the log has the failed patch and the diff of what was done."""
    files = MemoryFiles({f"{CWD}/a": "1\n", f"{CWD}/z": "1\n"}, fails={f"{CWD}/z": "disk full"})
    run = Run(files).apply(patch("*** Update File: a", "-1", "+2", "*** Update File: z", "-1", "+2"))
    expected = (
        f"{CWD}/z cannot be written: disk full\nOnly these files were changed before that "
        f"(D: removed, M: written):\nM {CWD}/a\n"
    )
    assert [expected] == run.failures
    failed = PatchApplied(call_id="call-1", turn_id="turn-1", success=False, status="failed")
    assert [failed, DiffUpdated(turn_id="turn-1", diff=run.diff)] == run.log
    assert "a/a" in run.diff
    assert "a/z" not in run.diff


def test_a_failure_before_the_first_file_says_that_nothing_was_written() -> None:
    """Then there is no new diff either."""
    run = Run(MemoryFiles(fails={f"{CWD}/z": "disk full"})).apply(patch("*** Add File: z", "+1"))
    assert [f"{CWD}/z cannot be written: disk full\nNothing was written."] == run.failures
    assert [PatchApplied(call_id="call-1", turn_id="turn-1", success=False, status="failed")] == run.log


def prepared(text: str, files: MemoryFiles | None = None, workspace: Workspace | None = None) -> Action:
    """The action of a patch."""
    return ApplyPatchTool(files=files or MemoryFiles(), workspace=workspace).prepare(call(text), CWD)


@pytest.mark.parametrize(
    ("path", "asks"),
    [
        ("a", None),
        ("sub/../a", None),
        (f"{CWD}/a", None),
        ("../repository/a", True),
        ("/etc/passwd", True),
        ("../other/a", True),
        (".git/hooks/pre-commit", True),
        (".turnfold/hooks.json", True),
        ("vendor/.codex/hooks.json", True),
        (".gitignore", None),
        ("link/a", True),
        ("/extra/a", None),
        ("/extra-large/a", True),
    ],
)
def test_what_is_outside_the_writable_folders_needs_approval(path: str, asks: bool | None) -> None:
    """The real place counts: `..`, absolute paths and symbolic links do not lead out unnoticed."""
    files = MemoryFiles(links={f"{CWD}/link": "/elsewhere"})
    workspace = Workspace(roots=("/extra",))
    assert asks is prepared(patch(f"*** Add File: {path}", "+x"), files, workspace).asks
    moving = patch("*** Update File: a", f"*** Move to: {path}", "+x")
    assert asks is prepared(moving, files, workspace).asks


def test_a_session_that_may_only_read_asks_about_every_file_and_an_unrestricted_one_about_none() -> None:
    """The workspace says which; what it does not forbid is left to the approval policy."""
    inside, outside = patch("*** Add File: a", "+x"), patch("*** Add File: /etc/a", "+x")
    assert prepared(inside, workspace=Workspace(cwd_writable=False)).asks is True
    assert prepared(outside, workspace=Workspace(unrestricted=True)).asks is None


def test_a_link_that_is_deleted_is_the_link_and_not_the_file_behind_it() -> None:
    """Removing a link inside the folder takes nothing away outside of it."""
    files = MemoryFiles({"/elsewhere": "x\n"}, links={f"{CWD}/link": "/elsewhere"})
    action = prepared(patch("*** Delete File: link"), files)
    assert action.asks is None
    assert (f"patch:{CWD}/link",) == action.cache_keys


def test_a_folder_that_became_a_link_after_the_approval_stops_the_patch() -> None:
    """What was judged inside is not written outside."""
    files = MemoryFiles()

    async def main() -> None:
        desk = BookDesk()
        action = ApplyPatchTool(files=files).prepare(call(patch("*** Add File: sub/a", "+x")), CWD)
        files.links[f"{CWD}/sub"] = "/etc"
        with pytest.raises(ToolFailed, match=r"sub/a leads elsewhere now .* Nothing was written"):
            await action.attempt(Attempt(number=1, desk=desk))

    trio.run(main)
    assert {} == files.texts


@pytest.mark.covers("C5")
def test_hooks_are_given_no_payload() -> None:
    """A patch is none of the shell tools: hooks are skipped, and the policy of commands has no say."""
    action = prepared(patch("*** Update File: a", "*** Move to: b", "+x"))
    assert ("patch", None, None, False) == (action.kind, action.hook_command, action.argv, action.sandboxed)
    assert (f"patch:{CWD}/a", f"patch:{CWD}/b") == action.cache_keys


def test_both_forms_of_a_call_are_understood() -> None:
    """The bare text of a custom call, and the `input` of a function call."""
    text = patch("*** Add File: a", "+x")
    function = msgspec.json.encode({"input": text}).decode()
    offered: Tool = ApplyPatchTool(files=MemoryFiles(), freeform=False)
    actions = [offered.prepare(call(text), CWD), offered.prepare(call(function, "function_call"), CWD)]
    assert actions[0].cache_keys == actions[1].cache_keys
    assert ("apply_patch", False, "function") == (offered.name, offered.parallel, offered.describe()["type"])
    free = ApplyPatchTool().describe()
    assert ("custom", "apply_patch") == (free["type"], free["name"])


@pytest.mark.parametrize(
    ("arguments", "call_type", "said"),
    [
        ({"input": "x"}, "custom_tool_call", "takes its patch as text"),
        ("{}", "function_call", "the arguments of apply_patch do not fit"),
        ("nonsense", "function_call", "the arguments of apply_patch do not fit"),
        ("[" * 100_000, "function_call", "do not fit"),
        ("hello", "custom_tool_call", "line 1 of the patch"),
    ],
)
def test_a_malformed_call_is_told_to_the_model(arguments: object, call_type: str, said: str) -> None:
    """Arguments that make no sense are a failed call."""
    with pytest.raises(ToolFailed) as failure:
        ApplyPatchTool(files=MemoryFiles()).prepare(call(arguments, call_type), CWD)
    assert said in failure.value.message


def test_a_patch_of_a_shell_command_starts_at_the_folder_that_it_changes_to() -> None:
    """`cd sub && apply_patch`: paths start there, and what may be written is still the session's."""
    tool = ApplyPatchTool(files=MemoryFiles())
    text = patch("*** Add File: a", "+x")
    assert (f"patch:{CWD}/sub/a",) == tool.action(text, "call-1", CWD, cd="sub").cache_keys
    assert tool.action(text, "call-1", CWD, cd="/tmp").asks is True


class Gated(MemoryFiles):
    """Files that take their time to be written."""

    def __init__(self) -> None:
        super().__init__()
        self.writing = trio.Event()
        self.go_on = trio.Event()

    async def commit(self, writes: object) -> None:
        """Say that it began, and wait."""
        self.writing.set()
        await self.go_on.wait()
        self.texts[f"{CWD}/a"] = "x\n"


def test_what_is_being_written_when_the_turn_is_aborted_is_in_the_log() -> None:
    """Files change as a whole or not at all, and the log says which; the cancellation then takes effect."""
    files = Gated()
    log: list[Event] = []

    async def main() -> None:
        desk = BookDesk()
        desk.request("call-1", "apply_patch")
        action = ApplyPatchTool(files=files).prepare(call(patch("*** Add File: a", "+x")), CWD)
        scope = trio.CancelScope()

        async def work() -> None:
            with scope:
                await action.attempt(Attempt(number=1, desk=desk))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(work)
            await files.writing.wait()
            desk.say(AbortBegan(turn_id="turn-1", reason=INTERRUPTED, by="user"))
            scope.cancel()
            files.go_on.set()
        assert scope.cancelled_caught
        log.extend(desk.log)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert PatchApplied(call_id="call-1", turn_id="turn-1", success=True, status="completed") == log[-1]


def test_a_turn_that_is_over_ends_the_call() -> None:
    """What the tables refuse is not swallowed."""

    async def main() -> ToolResult:
        desk = BookDesk()
        desk.say(AbortBegan(turn_id="turn-1", reason=INTERRUPTED, by="user"))
        action = ApplyPatchTool(files=MemoryFiles()).prepare(call(patch("*** Add File: a", "+x")), CWD)
        return await action.attempt(Attempt(number=1, desk=desk))

    with pytest.raises(TurnOver):
        trio.run(main)
