"""The tool itself."""

import posixpath
from collections.abc import Mapping
from typing import Final

import attrs
import msgspec
import trio

from turnfold.core.engine.patching.disk import DiskFiles
from turnfold.core.engine.patching.files import Files, FilesError
from turnfold.core.engine.patching.plan import Plan, Step, steps, verify
from turnfold.core.engine.patching.turndiff import TurnDiff
from turnfold.core.engine.patching.workspace import Workspace
from turnfold.core.engine.ports import Action, Attempt, ToolCall, ToolFailed, ToolResult
from turnfold.core.patch import PATCH_GRAMMAR, PatchError, parse_patch
from turnfold.events import DiffUpdated, PatchApplied

NAME: Final = "apply_patch"
_FREEFORM: Final = "custom_tool_call"

_ABOUT: Final = """\
Changes files by a patch. Each section of the patch adds, deletes or updates one file:

*** Begin Patch
*** Add File: new.txt
+every line of a new file begins with a plus
*** Update File: src/old.py
*** Move to: src/new.py
@@ def greet():
 a line that stays begins with a blank
-a line that goes
+a line that comes
*** Delete File: obsolete.txt
*** End Patch

Show about three lines that stay before and after each change. If those are found more than once, name the class or
function behind @@. Paths are relative to the working folder."""


class _FunctionInput(msgspec.Struct):
    """Arguments of the function form."""

    input: str


class ApplyPatchTool:
    """`apply_patch` as Codex has it: a patch is verified against all its files, and then written.

    A file is replaced as a whole. A failure in the middle says which files were written before it. `PatchApplied` and
    the diff of the turn are recorded. Hooks are given no payload for it (C5).

    One instance serves one session, since it keeps what the turn changed so far.

    Args:
        files: where the files are; the disk unless given.
        workspace: what may be written without being asked about.
        freeform: whether the model is offered a tool that takes the bare patch, held to a grammar; else a function
            with the patch as `input`. Calls of either form are understood.
    """

    def __init__(
        self, *, files: Files | None = None, workspace: Workspace | None = None, freeform: bool = True
    ) -> None:
        self._files = files if files is not None else DiskFiles()
        self._workspace = workspace if workspace is not None else Workspace()
        self._freeform = freeform
        self._diff = TurnDiff()

    @property
    def name(self) -> str:
        """`apply_patch`."""
        return NAME

    @property
    def parallel(self) -> bool:
        """False: two patches of the same file must not cross."""
        return False

    def describe(self) -> Mapping[str, object]:
        """Its entry in the `tools` of a model request."""
        if self._freeform:
            grammar = {"type": "grammar", "syntax": "lark", "definition": PATCH_GRAMMAR}
            return {"type": "custom", "name": NAME, "description": _ABOUT, "format": grammar}
        patch = {"type": "string", "description": "The whole patch"}
        parameters = {
            "type": "object",
            "properties": {"input": patch},
            "required": ["input"],
            "additionalProperties": False,
        }
        return {
            "type": "function",
            "name": NAME,
            "description": _ABOUT,
            "strict": False,
            "parameters": parameters,
        }

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Read the patch of *call*. Raises ToolFailed when it is none."""
        return self.action(_patch_of(call), call.call_id, cwd)

    def action(self, patch: str, call_id: str, cwd: str, cd: str | None = None) -> Action:
        """Return what applies *patch*; for the shell tools too, where a command turns out to be one.

        Needs approval when a file is outside of what the workspace lets be written; else the policy says. The approval
        of a session holds for the files that it names.

        Args:
            cd: folder that the paths of the patch start at, itself relative to *cwd*; *cwd* when None.

        Raises ToolFailed, with the line of the patch that is wrong.
        """
        try:
            changes = parse_patch(patch)
        except PatchError as error:
            raise ToolFailed(f"apply_patch verification failed: {error.message}") from error
        found = steps(changes, posixpath.join(cwd, cd or ""), self._files.real)
        touched = tuple(dict.fromkeys(path for step in found for path in (step.path, step.target)))
        outside = self._workspace.outside(touched, cwd, self._files.real)
        job = _Job(
            call_id=call_id,
            cwd=cwd,
            steps=found,
            judged=touched,
            files=self._files,
            diff=self._diff,
        )
        return Action(
            attempt=job.attempt,
            kind="patch",
            cwd=cwd,
            cache_keys=tuple(f"patch:{path}" for path in touched),
            asks=True if outside else None,
            sandboxed=False,
        )


def _patch_of(call: ToolCall) -> str:
    if not isinstance(call.arguments, str):
        raise ToolFailed("apply_patch takes its patch as text. Send the patch itself")
    if call.call_type == _FREEFORM:
        return call.arguments
    try:
        return msgspec.json.decode(call.arguments, type=_FunctionInput).input
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ToolFailed(
            f'the arguments of apply_patch do not fit: {error}. Send an object {{"input": "*** Begin Patch..."}}'
        ) from error


@attrs.frozen(kw_only=True)
class _Job:
    """One patch, to be applied."""

    call_id: str
    cwd: str
    steps: tuple[Step, ...]
    judged: tuple[str, ...]
    files: Files
    diff: TurnDiff

    async def attempt(self, attempt: Attempt) -> ToolResult:
        """Verify, write, record. Raises ToolFailed."""
        plan = await verify(self.steps, self.files)
        moved = [
            path
            for path in self.judged
            if self.files.real(posixpath.dirname(path)) != posixpath.dirname(path)
        ]
        if moved:
            raise ToolFailed(
                f"{moved[0]} leads elsewhere now than when it was approved. Nothing was written."
            )
        desk = attempt.desk
        failure: FilesError | None = None
        # What was written has to be in the log, also when the turn is aborted meanwhile.
        with trio.CancelScope(shield=True):
            try:
                await self.files.commit(plan.writes)
            except FilesError as error:
                failure = error
            await desk.record(
                PatchApplied(
                    call_id=self.call_id,
                    turn_id=desk.turn_id,
                    success=failure is None,
                    status="completed" if failure is None else "failed",
                )
            )
        done = {write.path for write in plan.writes} if failure is None else set(failure.done)
        diff = self.diff.update(desk.turn_id, self.cwd, plan, done)
        if done:
            await desk.record(DiffUpdated(turn_id=desk.turn_id, diff=diff))
        if failure is not None:
            raise ToolFailed(_failed(failure, plan))
        return ToolResult(output=_succeeded(plan))


def _succeeded(plan: Plan) -> str:
    lines = [f"{letter} {path}\n" for path, letter in plan.letters.items()]
    # Codex lists added files first, then modified, then deleted ones.
    return "Success. Updated the following files:\n" + "".join(
        sorted(lines, key=lambda line: "AMD".index(line[0]))
    )


def _failed(failure: FilesError, plan: Plan) -> str:
    if not failure.done:
        return f"{failure.message}\nNothing was written."
    done = "".join(f"{'D' if plan.after[path] is None else 'M'} {path}\n" for path in failure.done)
    return f"{failure.message}\nOnly these files were changed before that (D: removed, M: written):\n{done}"
