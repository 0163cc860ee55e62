"""Configuration of hooks: from the texts of its files to the handlers that may run, and what is wrong with them."""

from turnfold.core.hooks.config.configure import HookConfig, HookFile, configure
from turnfold.core.hooks.config.handler import Handler
from turnfold.core.hooks.config.matcher import TOOL_ALIASES, Matcher, MatcherError, compile_matcher
from turnfold.core.hooks.config.problem import Problem
from turnfold.core.hooks.config.trust import (
    CONTEXT_LIMIT_TOKENS,
    MANAGED_SOURCES,
    HookState,
    Trust,
    hook_hash,
)

__all__ = [
    "CONTEXT_LIMIT_TOKENS",
    "Handler",
    "HookConfig",
    "HookFile",
    "HookState",
    "MANAGED_SOURCES",
    "Matcher",
    "MatcherError",
    "Problem",
    "TOOL_ALIASES",
    "Trust",
    "compile_matcher",
    "configure",
    "hook_hash",
]
