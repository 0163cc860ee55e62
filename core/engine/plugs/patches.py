"""Shells that know a patch when they see one: `apply_patch` is no program, though models run it like one."""

from collections.abc import Mapping

from turnfold.core.engine.patching import ApplyPatchTool
from turnfold.core.engine.ports import Action, Tool, ToolCall
from turnfold.core.patch import patch_in_command


class PatchAware:
    """A shell tool; a command that is nothing but `apply_patch` is applied as a patch instead of being run."""

    def __init__(self, shell: Tool, patcher: ApplyPatchTool) -> None:
        self._shell = shell
        self._patcher = patcher

    @property
    def name(self) -> str:
        """The shell's name."""
        return self._shell.name

    @property
    def parallel(self) -> bool:
        """As the shell."""
        return self._shell.parallel

    def describe(self) -> Mapping[str, object]:
        """As the shell."""
        return self._shell.describe()

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Prepare the command, or the patch in it. Raises ToolFailed for arguments or a patch that make no sense."""
        action = self._shell.prepare(call, cwd)
        found = None if action.argv is None else patch_in_command(action.argv)
        if found is None:
            return action
        return self._patcher.action(found.patch, call.call_id, action.cwd or cwd, cd=found.cd)
