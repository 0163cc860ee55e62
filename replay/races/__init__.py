"""The races of an agent session by name, each a scenario of a few lines.

`turnfold explore NAME` runs one; `RACES[NAME].cancelled_from_outside()` is the same while its session is cancelled.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from turnfold.replay.races.answer_abort import answer_abort
from turnfold.replay.races.answer_abort_answer import answer_abort_answer
from turnfold.replay.races.deny_interrupt_finish import deny_interrupt_finish
from turnfold.replay.races.interrupt_approval import interrupt_approval
from turnfold.replay.races.interrupt_compact import interrupt_compact
from turnfold.replay.races.interrupt_finish import interrupt_finish
from turnfold.replay.races.interrupt_hook import interrupt_hook
from turnfold.replay.races.interrupt_hooks import interrupt_hooks
from turnfold.replay.races.interrupt_next_turn import interrupt_next_turn
from turnfold.replay.races.interrupt_replace import interrupt_replace
from turnfold.replay.races.interrupt_review import interrupt_review
from turnfold.replay.races.interrupt_shutdown import interrupt_shutdown
from turnfold.replay.races.mail_abort import mail_abort
from turnfold.replay.races.network_abort import network_abort
from turnfold.replay.races.network_deny_interrupt import network_deny_interrupt
from turnfold.replay.races.queue_abort import queue_abort
from turnfold.replay.races.second_interrupt import second_interrupt
from turnfold.replay.races.steer_abort import steer_abort
from turnfold.replay.races.steer_finish import steer_finish
from turnfold.replay.races.steer_interrupt_stop_hook import steer_interrupt_stop_hook
from turnfold.replay.races.stubborn_next_turn import stubborn_next_turn
from turnfold.replay.races.submit_abort import submit_abort
from turnfold.replay.races.submit_interrupt import submit_interrupt

RACES: Final = MappingProxyType(
    {
        race.name: race
        for race in (
            answer_abort,
            answer_abort_answer,
            deny_interrupt_finish,
            interrupt_approval,
            interrupt_compact,
            interrupt_finish,
            interrupt_hook,
            interrupt_hooks,
            interrupt_next_turn,
            interrupt_replace,
            interrupt_review,
            interrupt_shutdown,
            mail_abort,
            network_abort,
            network_deny_interrupt,
            queue_abort,
            second_interrupt,
            steer_abort,
            steer_finish,
            steer_interrupt_stop_hook,
            stubborn_next_turn,
            submit_abort,
            submit_interrupt,
        )
    }
)
"""All races by their names."""

__all__ = [
    "RACES",
    "answer_abort",
    "answer_abort_answer",
    "deny_interrupt_finish",
    "interrupt_approval",
    "interrupt_compact",
    "interrupt_finish",
    "interrupt_hook",
    "interrupt_hooks",
    "interrupt_next_turn",
    "interrupt_replace",
    "interrupt_review",
    "interrupt_shutdown",
    "mail_abort",
    "network_abort",
    "network_deny_interrupt",
    "queue_abort",
    "second_interrupt",
    "steer_abort",
    "steer_finish",
    "steer_interrupt_stop_hook",
    "stubborn_next_turn",
    "submit_abort",
    "submit_interrupt",
]
