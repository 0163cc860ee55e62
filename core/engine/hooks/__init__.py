"""Hooks at work: found on disk, run as programs, recorded and folded."""

from turnfold.core.engine.hooks.detached import DetachedOutputs
from turnfold.core.engine.hooks.discovery import Layer, Plugin, discover
from turnfold.core.engine.hooks.dispatch import HookDesk, Hooks
from turnfold.core.engine.hooks.files import DiskFiles, Files
from turnfold.core.engine.hooks.runner import OUTPUT_BYTES_MAX, CommandRunner, user_shell
from turnfold.core.engine.hooks.spill import Spiller

__all__ = [
    "CommandRunner",
    "DetachedOutputs",
    "DiskFiles",
    "Files",
    "HookDesk",
    "Hooks",
    "Layer",
    "OUTPUT_BYTES_MAX",
    "Plugin",
    "Spiller",
    "discover",
    "user_shell",
]
