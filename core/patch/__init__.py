"""Patches as models write them: their text, what it changes in a text, and the change as a unified diff. Pure."""

from turnfold.core.patch.apply import apply
from turnfold.core.patch.diff import file_diff
from turnfold.core.patch.grammar import PATCH_GRAMMAR
from turnfold.core.patch.parse import parse_patch
from turnfold.core.patch.script import ScriptedPatch, patch_in_command, patch_in_script
from turnfold.core.patch.values import (
    AddFile,
    DeleteFile,
    FileChange,
    Hunk,
    Mark,
    PatchError,
    PatchLine,
    UpdateFile,
)

__all__ = [
    "AddFile",
    "DeleteFile",
    "FileChange",
    "Hunk",
    "Mark",
    "PATCH_GRAMMAR",
    "PatchError",
    "PatchLine",
    "ScriptedPatch",
    "UpdateFile",
    "apply",
    "file_diff",
    "parse_patch",
    "patch_in_command",
    "patch_in_script",
]
