"""The tool `apply_patch`: files are changed by a patch, all of them verified before the first is written."""

from turnfold.core.engine.patching.disk import DiskFiles
from turnfold.core.engine.patching.files import Files, FilesError, FileWrite
from turnfold.core.engine.patching.memory import MemoryFiles
from turnfold.core.engine.patching.tool import ApplyPatchTool
from turnfold.core.engine.patching.workspace import Workspace

__all__ = ["ApplyPatchTool", "DiskFiles", "FileWrite", "Files", "FilesError", "MemoryFiles", "Workspace"]
