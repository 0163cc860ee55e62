"""The mutants, a module for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tests.mutants.cases import (
    abort_as_second_command,
    abort_by_aborted_task,
    clean_up_by_flag,
    cleared_with_waiters,
    end_missed,
    finish_in_two_steps,
    finish_of_whichever_turn,
    finish_unasked,
    hook_run_left_open,
    late_call_left_open,
    refused_text_lost,
    replaced_while_aborting,
    seen_before_durable,
    self_abort_without_marker,
    shutdown_while_aborting,
    task_ends_silently,
    terminal_after_slot,
    terminal_beside_hooks,
)
from tests.mutants.mutant import Mutant

MUTANTS: Final[Mapping[str, Mutant]] = MappingProxyType(
    {
        case.MUTANT.name: case.MUTANT
        for case in (
            terminal_after_slot,
            replaced_while_aborting,
            shutdown_while_aborting,
            finish_unasked,
            refused_text_lost,
            late_call_left_open,
            abort_by_aborted_task,
            hook_run_left_open,
            clean_up_by_flag,
            finish_in_two_steps,
            finish_of_whichever_turn,
            end_missed,
            self_abort_without_marker,
            terminal_beside_hooks,
            cleared_with_waiters,
            abort_as_second_command,
            seen_before_durable,
            task_ends_silently,
        )
    }
)
"""All of them by their names, in the order of the hazards."""
