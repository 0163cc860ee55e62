"""The hooks of a turn: each event with what it is told."""

from typing import Any

import attrs

from turnfold.core.engine.hooks import HookDesk
from turnfold.core.engine.ports import Desk, ToolCall
from turnfold.core.engine.turn.kit import Kit
from turnfold.core.hooks import (
    CompactTrigger,
    Folded,
    HookInput,
    InterruptInput,
    PermissionRequestInput,
    PostCompactInput,
    PostToolUseInput,
    PreCompactInput,
    PreToolUseInput,
    SessionEndInput,
    SessionStartInput,
    StartSource,
    StopInput,
    UserPromptSubmitInput,
    permission_mode,
)

NOTHING = Folded()


@attrs.frozen
class TurnHooks:
    """Runs hooks for one turn; without hooks everything is decided by nobody."""

    kit: Kit
    desk: HookDesk
    turn_id: str = ""

    async def _run(
        self,
        kind: type[HookInput],
        *,
        suffix: str | None = None,
        matcher_input: str | None = None,
        call_id: str | None = None,
        approval_id: str | None = None,
        **told: object,
    ) -> Folded:
        if self.kit.hooks is None:
            return NOTHING
        await self.kit.show_transcript()
        payload: Any = kind
        return await self.kit.hooks.run(
            self.desk,
            payload(**self._common(kind), **told),
            suffix=suffix,
            matcher_input=matcher_input,
            call_id=call_id,
            approval_id=approval_id,
        )

    def _common(self, kind: type[HookInput]) -> dict[str, object]:
        state, options = self.kit.kernel.state, self.kit.options
        settings = state.settings
        common: dict[str, object] = {
            "session_id": state.session_id or "",
            "transcript_path": self.kit.journal.path,
            "cwd": settings.cwd or options.cwd,
            "model": settings.model or options.model or "",
            "permission_mode": permission_mode(settings.approval_policy or options.approval_policy),
        }
        return common | ({"turn_id": self.turn_id} if "turn_id" in attrs.fields_dict(kind) else {})

    async def session_start(self, source: StartSource) -> Folded:
        """Once for each start of the session, within its first turn."""
        return await self._run(SessionStartInput, matcher_input=source, source=source)

    async def prompt(self, text: str) -> Folded:
        """Once for every input of the user, before it is recorded."""
        return await self._run(UserPromptSubmitInput, prompt=text)

    async def pre_tool(self, call: ToolCall, told: object) -> Folded:
        """Before a call asks for anything."""
        return await self._run(
            PreToolUseInput,
            suffix=call.call_id,
            matcher_input=hook_name(call.name),
            call_id=call.call_id,
            tool_name=hook_name(call.name),
            tool_input=told,
            tool_use_id=call.call_id,
        )

    async def permission(self, command: str, description: str | None, **ids: str | None) -> Folded:
        """Before anybody is asked whether a command may run; *ids* are those of `_run`."""
        return await self._run(
            PermissionRequestInput, matcher_input="Bash", command=command, description=description, **ids
        )

    async def post_tool(self, call: ToolCall, told: object, response: object) -> Folded:
        """After a call that succeeded."""
        return await self._run(
            PostToolUseInput,
            suffix=call.call_id,
            matcher_input=hook_name(call.name),
            call_id=call.call_id,
            tool_name=hook_name(call.name),
            tool_input=told,
            tool_response=response,
            tool_use_id=call.call_id,
        )

    async def stop(self, last_message: str | None, *, active: bool) -> Folded:
        """When the model has nothing more to do."""
        return await self._run(StopInput, stop_hook_active=active, last_assistant_message=last_message)

    async def pre_compact(self, trigger: CompactTrigger) -> Folded:
        """Before the history is compacted."""
        return await self._run(PreCompactInput, matcher_input=trigger, trigger=trigger)

    async def post_compact(self, trigger: CompactTrigger) -> Folded:
        """After the history was compacted."""
        return await self._run(PostCompactInput, matcher_input=trigger, trigger=trigger)

    async def interrupted(self) -> Folded:
        """Last thing before an interrupted turn is over."""
        return await self._run(InterruptInput)

    async def session_end(self) -> Folded:
        """When the session ends."""
        return await self._run(SessionEndInput)


@attrs.frozen
class PermissionPort:
    """PermissionRequest hooks as the approvals, the network and the exec gate ask for them."""

    kit: Kit

    async def permission(
        self,
        desk: Desk,
        *,
        command: str,
        description: str | None,
        suffix: str,
        call_id: str | None = None,
        approval_id: str | None = None,
    ) -> Folded:
        """Run the hooks that match `Bash`, the only tool that they are told of (A3, B1)."""
        hooks = TurnHooks(self.kit, desk, desk.turn_id)
        ids = {"suffix": suffix, "call_id": call_id, "approval_id": approval_id}
        return await hooks.permission(command, description, **ids)


SHELLS = frozenset({"shell", "local_shell", "shell_command", "exec_command"})


def hook_name(tool: str) -> str:
    """The name by which hooks know a tool: all shells are `Bash`."""
    return "Bash" if tool in SHELLS else tool
