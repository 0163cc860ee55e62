"""Rules that our own log alone can break: what excuses an order, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.invariants import ownlogs as o
from tests.replay.invariants.support import found

CALL = o.item("function_call", name="shell", call_id="c1", arguments="{}")
OUTPUT = o.item("function_call_output", call_id="c1", output="ok")
BEGIN = o.event("exec_command_begin", call_id="c1")
END = o.event("exec_command_end", call_id="c1", exit_code=1, status="failed")
DENIED = o.own("sandbox_denied", call_id="c1", turn_id="A")
DOWN = o.own("shutdown_began")
CLOSED = o.own("shutdown_completed")
MAIL = o.own("mail_received", mail_id="m1", trigger_turn=False)

FIRST = [CALL, o.own("tool_decision_recorded", call_id="c1", decision="approved", source="config", attempt=1)]
AGAIN = [o.own("tool_decision_recorded", call_id="c1", decision="approved", source="user", attempt=2)]


def hook(suffix: str, event_name: str = "permission_request") -> list[o.Row]:
    """A hook run, from its start to its end."""
    label = event_name.replace("_", "-")
    fields: dict[str, Any] = {
        "turn_id": "A",
        "run_id": f"{label}:0:/hooks.json:{suffix}",
        "event_name": event_name,
        "source_path": "/hooks.json",
        "display_order": 0,
    }
    started = o.own("hook_started", **fields, status="running")
    return [started, o.own("hook_completed", **fields, status="completed")]


def ask(approval_id: str = "q1") -> list[o.Row]:
    """A question about the call, and its answer."""
    asked = o.own("approval_requested", approval_id=approval_id, approval_kind="exec", call_id="c1")
    return [asked, o.own("approval_resolved", approval_id=approval_id, call_id="c1", decision="approved")]


class TestDecisions:
    """TF217 and TF218: one decision for each attempt, before the attempt."""

    @pytest.mark.covers("C1")
    def test_each_attempt_is_decided_once(self) -> None:
        """The retry after a denial by the sandbox has a decision of its own."""
        rows = [*FIRST, BEGIN, END, DENIED, *ask(), *AGAIN, BEGIN, END, OUTPUT]
        for code in ("TF217", "TF218", "TF219"):
            assert [] == found(code, o.log(*o.begin(), *rows, *o.end()))

    def test_a_second_decision_is_named_wherever_the_attempt_is(self) -> None:
        """While the command runs, after it, and in the retry."""
        for before in ([BEGIN], [BEGIN, END], [BEGIN, END, DENIED, *AGAIN]):
            data = o.log(*o.begin(), *FIRST, *before, *AGAIN)
            assert [(8 + len(before), "violation")] == found("TF217", data)

    def test_a_command_begins_after_its_decision(self) -> None:
        """The decision about the first attempt does not hold for the retry."""
        data = o.log(*o.begin(), *FIRST, BEGIN, END, DENIED, BEGIN)
        assert [(11, "violation")] == found("TF218", data)
        assert [] == found("TF217", data)


class TestRetries:
    """TF219: only the sandbox unlocks a retry, and once."""

    @pytest.mark.covers("C2")
    @pytest.mark.parametrize(
        ("rows", "line"),
        [
            pytest.param([BEGIN], 10, id="runs again"),
            pytest.param(ask(), 10, id="asked again"),
            pytest.param([DENIED, *AGAIN, BEGIN, END, DENIED], 14, id="a second denial"),
        ],
    )
    def test_nothing_else_unlocks_it(self, rows: list[o.Row], line: int) -> None:
        """A command that failed has had its attempt."""
        assert [(line, "violation")] == found("TF219", o.log(*o.begin(), *FIRST, BEGIN, END, *rows))

    def test_permission_hooks_of_a_retry(self) -> None:
        """They run under an id of their own, after the denial; of their runs the first is named."""
        data = o.log(*o.begin(), *FIRST, BEGIN, END, *hook("c1:retry"), *hook("c1:retry"))
        assert [(10, "violation")] == found("TF219", data)
        legal = o.log(*o.begin(), *FIRST, BEGIN, END, DENIED, *hook("c1:retry"), *hook("c1", "post_tool_use"))
        assert [] == found("TF219", legal)
        odd = o.log(*o.begin(), o.own("hook_started", run_id=":retry", event_name="permission_request"))
        assert [] == found("TF219", odd)


class TestShutdown:
    """TF322 and TF323: what a shutdown forbids."""

    @pytest.mark.covers("F14")
    def test_a_session_that_ends_and_goes_on(self) -> None:
        """A turn may end while the session closes, and a resume opens it again."""
        resumed = o.own("session_resumed", session_id=o.ID)
        data = o.log(*o.begin(), DOWN, *o.end(), CLOSED, resumed, *o.begin("B"), *o.end("B"), MAIL)
        assert [] == found("TF322", data) + found("TF323", data)

    @pytest.mark.covers("F11")
    def test_no_turn_begins_meanwhile(self) -> None:
        """Reserved and started it is one finding; while a turn still runs it is one as well."""
        reserved = o.own("turn_reserved", turn_id="B")
        data = o.log(*o.begin(), *o.end(), DOWN, reserved, *o.begin("B"))
        assert [(10, "violation")] == found("TF322", data)
        assert [(7, "violation")] == found("TF322", o.log(*o.begin(), DOWN, reserved))

    def test_the_first_record_after_the_end_is_named(self) -> None:
        """What follows is the same fault."""
        data = o.log(*o.begin(), *o.end(), DOWN, CLOSED, MAIL, MAIL)
        assert [(11, "violation")] == found("TF323", data)
