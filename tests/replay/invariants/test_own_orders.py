"""Rules that our own log alone can break: what excuses an order, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.invariants import ownlogs as o
from tests.replay.invariants.support import check, found

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


BEGAN = o.own("abort_began", turn_id="A", reason="interrupted")
STEER = o.own("turn_steered", turn_id="A", input_id="i1", text="wait")
TAKEN = o.event("user_message", message="wait", input_id="i1")


class TestLeftOpen:
    """TF220 and TF515: what an abort cuts off is closed by events."""

    def test_a_call_is_answered_or_closed(self) -> None:
        """An output that was there already is an end, and so is a closing."""
        closed = o.own("tool_call_closed", call_id="c1", how="interrupted", turn_id="A")
        for rows in ([CALL, OUTPUT, BEGAN, *o.abort()], [CALL, BEGAN, closed, *o.abort()]):
            assert [] == found("TF220", o.log(*o.begin(), *rows))

    def test_a_call_that_is_left_open_is_named_once(self) -> None:
        """When the turn has unwound, or at its end where that step is missing; not for the turns after it."""
        again = [*o.begin("B"), o.own("abort_began", turn_id="B", reason="interrupted"), *o.abort("B")]
        data = o.log(*o.begin(), CALL, BEGAN, *o.abort(), *again)
        assert [(9, "violation")] == found("TF220", data)
        terminal = o.event("turn_aborted", turn_id="A", reason="interrupted")
        assert [(7, "violation")] == found("TF220", o.log(*o.begin(), CALL, terminal))
        assert [] == found("TF220", o.log(CALL, o.own("abort_unwound", turn_id="A"), terminal))

    def test_a_hook_run_completes_or_is_closed(self) -> None:
        """Runs of the session, and of a turn that completes, are not judged here."""
        start, end = hook("c1")
        closed = o.own("hook_closed", run_id="permission-request:0:/hooks.json:c1", turn_id="A")
        nameless = o.own(
            "hook_started", run_id="session-start:0:/h", event_name="session_start", status="running"
        )
        for rows in ([start, BEGAN, end, *o.abort()], [start, BEGAN, closed, *o.abort()], [start, *o.end()]):
            assert [] == found("TF515", o.log(*o.begin(), nameless, *rows, *o.begin("B")))
        data = o.log(*o.begin(), nameless, start, BEGAN, *o.abort())
        assert [(10, "violation")] == found("TF515", data)


class TestReviews:
    """TF516: after the hooks have decided, no reviewer is asked."""

    REVIEW = o.own("review_started", review_id="v1", call_id="c1", turn_id="A")

    @staticmethod
    def decided(decision: str | None, event_name: str = "permission_request", **fields: Any) -> o.Row:
        """What the hooks of the call came to."""
        about: dict[str, Any] = {"turn_id": "A", "call_id": "c1", **fields}
        return o.own("hook_decided", event_name=event_name, decision=decision, **about)

    @pytest.mark.covers("C1", "D2")
    def test_who_may_still_be_asked(self) -> None:
        """Where hooks decide nothing; about another question; in the retry; in the next turn."""
        allow = self.decided("allow")
        for rows in (
            [self.decided(None), self.REVIEW],
            [self.decided("block", "post_tool_use"), self.REVIEW],
            [self.decided("allow", approval_id="network#https#example.org#443"), self.REVIEW],
            [allow, FIRST[1], BEGIN, self.REVIEW],
            [allow, *o.end(), *o.begin("B"), self.REVIEW],
        ):
            assert [] == found("TF516", o.log(*o.begin(), CALL, *rows))

    @pytest.mark.parametrize("decision", ["allow", "deny"])
    def test_who_may_not(self, decision: str) -> None:
        """Whatever the hooks came to; it is named once."""
        data = o.log(*o.begin(), CALL, self.decided(decision), self.REVIEW, self.REVIEW)
        assert [(8, "violation")] == found("TF516", data)


class TestOutcomes:
    """TF616: which outcomes of network access are final."""

    @staticmethod
    def outcomes(*names: str) -> list[o.Row]:
        """These outcomes, one after the other."""
        target: dict[str, Any] = {"host": "example.org", "protocol": "https", "port": 443, "call_id": "c1"}
        return [o.own("network_outcome_recorded", outcome=name, **target) for name in names]

    @pytest.mark.covers("D4")
    def test_what_a_policy_denied_may_be_denied_again(self) -> None:
        """And a new registration of the call begins anew."""
        anew = o.own("network_call_registered", registration_id="n2", call_id="c1")
        assert [] == found("TF616", o.log(*o.begin(), *self.outcomes("denied_by_policy", "denied_by_user")))
        rows = [*self.outcomes("interrupted"), anew, *self.outcomes("denied_by_policy")]
        assert [] == found("TF616", o.log(*o.begin(), *rows))

    @pytest.mark.parametrize("first", ["denied_by_user", "interrupted"])
    def test_what_is_final_stays(self, first: str) -> None:
        """No later outcome takes its place, be it the same one."""
        data = o.log(*o.begin(), *self.outcomes(first, "denied_by_policy"))
        assert [(7, "violation")] == found("TF616", data)


class TestInputs:
    """TF421 and TF423: what was accepted, and what was refused."""

    @pytest.mark.covers("F13")
    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([STEER, TAKEN, *o.end()], id="recorded"),
            pytest.param(
                [STEER, o.own("input_dropped", input_id="i1", reason="hook"), *o.end()], id="dropped"
            ),
            pytest.param([STEER, BEGAN, *o.abort()], id="the rest may still come"),
            pytest.param([o.own("input_queued", input_id="i1"), *o.end(), *o.begin("B")], id="of no turn"),
            pytest.param([o.own("turn_steered", turn_id="A"), *o.end()], id="without an id"),
            pytest.param(
                [
                    *[STEER, BEGAN, *o.abort()],
                    o.own("waiters_dropped", turn_id="A", approvals=[], inputs=["i1"]),
                    *o.begin("B"),
                ],
                id="dropped with its turn",
            ),
            pytest.param([o.own("turn_steered", turn_id="B", input_id="i1"), *o.end()], id="of another turn"),
        ],
    )
    def test_accepted_input_is_used_or_dropped(self, rows: list[Any]) -> None:
        """By its id, before the turn completes or the next one begins."""
        assert [] == found("TF421", o.log(*o.begin(), *rows))

    def test_accepted_input_that_is_lost(self) -> None:
        """At the natural end, and where the next turn begins after an abort."""
        assert [(9, "violation")] == found("TF421", o.log(*o.begin(), STEER, *o.end()))
        data = o.log(*o.begin(), STEER, BEGAN, *o.abort(), *o.begin("B"), *o.begin("C"))
        assert [(13, "violation")] == found("TF421", data)

    @pytest.mark.covers("F10")
    def test_settings_of_input_that_was_taken(self) -> None:
        """Settings and a refusal with something between them have nothing to do with each other."""
        applied = o.own("settings_applied", model="m")
        refused = o.own("input_refused", submission_id="s1", message="no", code="bad_request")
        assert [] == found("TF423", o.log(*o.begin(), applied, STEER, refused, refused))
        assert [] == found("TF423", o.log(*o.begin(), refused))
        assert [(7, "suspicion")] == found("TF423", o.log(*o.begin(), applied, refused))


class TestWaitingWork:
    """TF422: what sets waiting work free."""

    @pytest.mark.covers("F11")
    def test_what_may_start_a_turn(self) -> None:
        """An interrupt; whoever asks; what came in after the end."""
        mail = o.own("turn_reserved", turn_id="B", trigger="mail")
        asked = o.own("turn_reserved", turn_id="B", trigger="command")
        later = o.own("turn_reserved", turn_id="C", trigger="mail")
        replaced = o.event("turn_aborted", turn_id="A", reason="replaced")
        interrupted = o.event("turn_aborted", turn_id="A", reason="interrupted")
        for rows in ([interrupted, mail], [replaced, asked, later], [replaced, MAIL, mail], [mail]):
            assert [] == found("TF422", o.log(*o.begin(), *rows))
        assert [(7, "violation")] == found("TF422", o.log(*o.begin(), replaced, mail, later))


class TestOutOfPlace:
    """TF119: what the tables refuse, and no other rule names."""

    def test_nothing_of_it_in_a_legal_log(self) -> None:
        """A whole turn with a retry, and one that is aborted."""
        rows = [*FIRST, BEGIN, END, DENIED, *ask(), *AGAIN, BEGIN, END, OUTPUT, *o.end()]
        assert [] == found("TF119", o.log(*o.begin(), *rows, *o.begin("B")))
        assert [] == found("TF119", o.log(*o.begin(), BEGAN, *o.abort(), DOWN, CLOSED))

    def test_a_fault_with_a_rule_of_its_own_is_named_by_that(self) -> None:
        """Also where a second machine refuses the same event."""
        cleared = o.own("turn_cleared", turn_id="A")
        codes = [finding.code for finding in check(o.log(*o.begin(), cleared))]
        assert "TF419" in codes
        assert "TF119" not in codes

    def test_each_machine_is_heard(self) -> None:
        """Of the session, a turn, a call and a network target; a log without identity is another matter."""
        decision = o.own(
            "network_decision_made", host="h", protocol="http", port=80, decision="deny", source="user"
        )
        for row in (o.own("startup_cancelled", work=[]), DENIED, decision):
            assert [(6, "violation")] == found("TF119", o.log(*o.begin(), row))
        first, _, rest = o.log(*o.begin(), o.own("startup_cancelled", work=[])).partition(b"\n")
        assert first
        assert [] == found("TF119", rest)
