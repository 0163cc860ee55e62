"""TF5xx: what excuses a hook run, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.invariants import captures as c
from tests.replay.invariants import ownlogs as o
from tests.replay.invariants.support import check, event, found, log, meta

START, END = c.hook("started", "running"), c.hook("completed", "completed")
SECOND = [
    c.hook(what, status, order=1) for what, status in (("started", "running"), ("completed", "completed"))
]
RUN_ID = "stop:0:/h"


def mine(kind: str, run_id: str = RUN_ID, **body: Any) -> o.Row:
    """An event of a hook run in our own log."""
    return o.own(kind, run_id=run_id, **body)


def started(run_id: str = RUN_ID, **body: Any) -> o.Row:
    """The start of a run in our own log."""
    return mine("hook_started", run_id, **{"event_name": "stop", "status": "running", "turn_id": "A", **body})


CLOSED = mine("hook_closed", turn_id="A", reason="interrupted")


class TestLife:
    """TF501, TF502, TF503, TF513 and TF514."""

    @pytest.mark.parametrize(
        ("code", "messages"),
        [
            pytest.param("TF501", [*c.begin(), START, END, *c.end()], id="completed"),
            pytest.param("TF501", [*c.begin(), START, *c.end(outcome="interrupted")], id="interrupted"),
            pytest.param(
                "TF501", [*c.begin(), START, c.turn("completed", error={"message": "no"})], id="failed"
            ),
            pytest.param(
                "TF501",
                [*c.begin(), c.stop("started", "running", turn_id=None), *c.end()],
                id="of the session",
            ),
            pytest.param("TF502", [*c.begin(), START, END, START, END], id="comes again"),
            pytest.param("TF503", [*c.begin(), START, END, START, END], id="started again"),
            pytest.param("TF513", [*c.begin(), START, END, *c.end()], id="in time"),
            pytest.param(
                "TF513",
                [*c.begin(), *c.end(), c.stop("started", "running", turn_id=None)],
                id="of the session",
            ),
            pytest.param("TF514", [*c.begin(), START, END, START], id="ended between"),
            pytest.param(
                "TF514",
                [
                    *c.begin(),
                    START,
                    *c.end(outcome="interrupted"),
                    *c.begin("B", "b", 5),
                    c.hook("started", "running", turn_id="B"),
                ],
                id="left by an interrupted turn",
            ),
            pytest.param(
                "TF514",
                [*c.begin(), *[c.stop("started", "running", turn_id=None)] * 2],
                id="of the session",
            ),
        ],
    )
    def test_excused(self, code: str, messages: list[c.Raw]) -> None:
        """Runs of an interrupted turn have no end, and ids come again."""
        assert [] == found(code, c.capture(*messages))

    def test_our_own_log_closes_runs(self) -> None:
        """A run that an abort cut short is closed by an event, once, and only if it was open."""
        assert [] == check(o.log(*o.begin(), started(), CLOSED, *o.end()))
        assert [(6, "violation")] == found("TF502", o.log(*o.begin(), CLOSED))
        assert [(8, "violation")] == found("TF503", o.log(*o.begin(), started(), CLOSED, CLOSED))

    def test_a_late_capture_may_lack_starts(self) -> None:
        """Where the turn's start is not shown, a missing start of a run is a suspicion."""
        assert [(1, "suspicion")] == found("TF502", c.bare(END))
        assert [(7, "suspicion")] == found("TF502", c.capture(END))
        assert [(13, "violation")] == found("TF502", c.capture(*c.begin(), END))

    def test_a_run_that_outlives_its_turn(self) -> None:
        """A completion after the interrupt is named although the start was in time."""
        data = c.capture(*c.begin(), START, *c.end(outcome="interrupted", text=None), END)
        assert [(16, "suspicion")] == found("TF513", data)

    def test_an_end_without_start_after_the_turn_is_one_fault(self) -> None:
        """TF513 follows from TF502 for the same run."""
        findings = check(c.capture(*c.begin(), *c.end(), END))
        assert [("TF502", None), ("TF513", "TF502")] == [(f.code, f.implied_by) for f in findings]


class TestContent:
    """TF504 to TF507 and TF511."""

    def test_statuses(self) -> None:
        """An end that says `running` is wrong; one that is new to us is a suspicion."""
        for status, expected in (("running", "violation"), ("vetoed", "suspicion")):
            data = c.capture(*c.begin(), START, c.hook("completed", status))
            assert [(14, expected)] == found("TF505", data)
        for status in ("completed", "failed", "blocked", "stopped"):
            assert [] == found("TF505", c.capture(*c.begin(), START, c.hook("completed", status)))

    @pytest.mark.parametrize("change", [{"turn_id": "B"}, {"event": "preToolUse"}])
    def test_each_change_of_a_run_is_named(self, change: dict[str, Any]) -> None:
        """Start and end agree in turn and event."""
        assert [(14, "violation")] == found(
            "TF504", c.capture(*c.begin(), START, c.hook("completed", "completed", **change))
        )

    @pytest.mark.parametrize(
        ("first", "last", "duration_ms", "is_wrong"),
        [
            (100, 100, 999, False),
            (100, 101, 40, False),
            (100, 102, 40, True),
            (100, 99, 40, True),
            (None, 100, 40, False),
            (100, None, 40, False),
            (100, 200, None, False),
        ],
    )
    def test_durations(
        self, first: int | None, last: int | None, duration_ms: int | None, is_wrong: bool
    ) -> None:
        """Seconds leave a second of slack; what is not said is not judged."""
        ending = c.hook("completed", "completed", completedAt=last, durationMs=duration_ms)
        data = c.capture(*c.begin(), c.hook("started", "running", startedAt=first), ending)
        assert is_wrong == bool(found("TF507", data))

    def test_our_own_log_has_milliseconds(self) -> None:
        """Times in milliseconds are compared as such."""
        for last, expected in ((1_500, 0), (9_000, 1)):
            ending = mine(
                "hook_completed", event_name="stop", status="completed", turn_id="A",
                completed_at_ms=last, duration_ms=500,
            )  # fmt: skip
            assert expected == len(found("TF507", o.log(*o.begin(), started(started_at_ms=1_000), ending)))

    @pytest.mark.parametrize(
        ("run_id", "is_wrong"),
        [
            ("pre-tool-use:1:C:\\hooks.json", False),
            ("pre-tool-use:1:C:\\hooks.json:c1", False),
            ("pre-tool-use:1:C:\\hooks.jsonc1", True),
            ("pre_tool_use:1:C:\\hooks.json", True),
            ("pre-tool-use:2:C:\\hooks.json", True),
        ],
    )
    def test_ids(self, run_id: str, is_wrong: bool) -> None:
        """A path may hold colons; label, place and path have to be the run's."""
        fields = {"event_name": "pre_tool_use", "display_order": 1, "source_path": "C:\\hooks.json"}
        assert is_wrong == bool(found("TF511", o.log(*o.begin(), started(run_id, **fields))))

    def test_an_id_of_unknown_parts_is_not_judged(self) -> None:
        """Without place and path nothing can be compared."""
        assert [] == found("TF511", o.log(*o.begin(), started("anything")))

    def test_records_of_a_patched_codex_are_read(self) -> None:
        """Codex never persists hook runs; where a rollout has them, they are judged like others."""
        run = {
            "id": "stop:0:/h", "event_name": "stop", "display_order": 0, "source_path": "/h",
            "scope": "turn", "started_at": 100,
        }  # fmt: skip
        ended = {**run, "status": "blocked", "completed_at": 109, "duration_ms": 40}
        start = event("hook_started", turn_id="A", run={**run, "status": "running"})
        data = log(
            meta(), event("task_started", turn_id="A"), start, event("hook_completed", turn_id="A", run=ended)
        )
        assert [(4, "suspicion")] == found("TF507", data)
        assert [] == found("TF511", data)


class TestOrder:
    """TF508."""

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([START, SECOND[0], END, SECOND[1]], id="in order"),
            pytest.param([START, END, START, END], id="one dispatch after another"),
            pytest.param([SECOND[0], SECOND[1], START, END], id="a later dispatch of another handler"),
            pytest.param(
                [
                    SECOND[0],
                    c.hook("started", "running", "c2"),
                    SECOND[1],
                    c.hook("completed", "blocked", "c2"),
                ],
                id="two calls at once",
            ),
            pytest.param([END], id="no start"),
            pytest.param([START, c.hook("completed", "completed", order=1)], id="of another handler"),
            pytest.param([SECOND[0], *c.end(outcome="interrupted"), START], id="cut off by an abort"),
        ],
    )
    def test_excused(self, messages: list[c.Raw]) -> None:
        """Only runs of one hook event about one thing are compared."""
        assert [] == found("TF508", c.capture(*c.begin(), *messages))

    @pytest.mark.parametrize(
        ("messages", "line"),
        [
            pytest.param([SECOND[0], START], 14, id="started out of order"),
            pytest.param(
                [START, SECOND[0], END, c.hook("started", "running", order=2)], 16, id="started late"
            ),
            pytest.param([START, SECOND[0], SECOND[1], END], 15, id="completed out of order"),
        ],
    )
    def test_named(self, messages: list[c.Raw], line: int) -> None:
        """Starts come before ends, and both in the configured order."""
        assert [(line, "violation")] == found("TF508", c.capture(*c.begin(), *messages))

    def test_our_own_log(self) -> None:
        """A run that was closed waits for nothing; a run without a place is not judged."""
        one, two = (started(f"stop:{order}:/h", display_order=order) for order in (0, 1))
        end_of_two = mine(
            "hook_completed", "stop:1:/h", event_name="stop", status="completed", turn_id="A", display_order=1
        )
        close_one, close_two = (mine("hook_closed", f"stop:{order}:/h", turn_id="A") for order in (0, 1))
        assert [] == found("TF508", o.log(*o.begin(), one, two, close_one, end_of_two))
        assert [] == found("TF508", o.log(*o.begin(), two, close_one, close_two, one))
        assert [] == found("TF508", o.log(*o.begin(), started(), started()))


PRE: dict[str, Any] = {"event": "preToolUse", "label": "pre-tool-use"}
POST: dict[str, Any] = {"event": "postToolUse", "label": "post-tool-use"}
LATER = [*c.begin("B", "b", 5), c.ask(turn_id="B")]
DENIED = c.hook("completed", "blocked")
DONE = c.item("completed", outcome="completed")


class TestDecisions:
    """TF509, TF510 and TF512."""

    @pytest.mark.parametrize(
        ("code", "messages"),
        [
            pytest.param("TF509", [START, END, c.ask()], id="ended"),
            pytest.param("TF509", [c.hook("started", "running", "c2"), c.ask()], id="about another call"),
            pytest.param("TF509", [c.hook("started", "running", **POST), c.ask()], id="decides nothing"),
            pytest.param("TF509", [START, *c.end(outcome="interrupted"), *LATER], id="of an earlier turn"),
            pytest.param("TF510", [START, END, c.ask()], id="decided nothing"),
            pytest.param("TF510", [START, c.hook("completed", "failed"), c.ask()], id="failed"),
            pytest.param("TF510", [c.hook("completed", "blocked", **PRE), c.ask()], id="of another event"),
            pytest.param("TF510", [DENIED, c.ask(item_id="c2")], id="about another call"),
            pytest.param("TF510", [DENIED, c.ask(approvalId="inner")], id="about a command within the call"),
            pytest.param("TF510", [c.hook("completed", "blocked", None), c.ask()], id="about nothing in particular"),
            pytest.param("TF510", [DENIED, *c.end(), *LATER], id="in an earlier turn"),
            pytest.param("TF512", [DENIED, c.item("completed", outcome="declined")], id="declined"),
            pytest.param("TF512", [c.hook("completed", "failed"), DONE], id="failed"),
            pytest.param("TF512", [c.hook("completed", "blocked", **POST), DONE], id="decides nothing"),
            pytest.param("TF512", [c.hook("completed", "blocked", "c2"), DONE], id="about another call"),
            pytest.param("TF512", [c.hook("completed", "blocked", None), DONE], id="about nothing in particular"),
            pytest.param("TF512", [DENIED, *c.end(), DONE], id="in an earlier turn"),
        ],
    )  # fmt: skip
    def test_excused(self, code: str, messages: list[c.Raw]) -> None:
        """What hooks decide holds for the call that they were asked about, in its turn."""
        assert [] == found(code, c.capture(*c.begin(), *messages))

    @pytest.mark.parametrize("about", ["c1", "c1:retry", "inner"])
    def test_a_question_comes_after_its_hooks(self, about: str) -> None:
        """TF509: hooks about the call, its retry or the very question have to be over."""
        data = c.capture(*c.begin(), c.hook("started", "running", about, **PRE), c.ask(approvalId="inner"))
        assert [(14, "violation")] == found("TF509", data)

    def test_an_id_that_cannot_be_read_is_about_nothing(self) -> None:
        """TF509: without its parts an id does not tell its call."""
        question = o.own("approval_requested", approval_id="q", call_id="c1", approval_kind="exec")
        run = started("permission-request:0:/h:c1", event_name="permission_request")
        assert [] == found("TF509", o.log(*o.begin(), run, question))

    def test_what_a_hook_denied_within_a_call(self) -> None:
        """TF510: a denial of an intercepted command is a denial of the question about it."""
        data = c.capture(*c.begin(), c.hook("completed", "blocked", "inner"), c.ask(approvalId="inner"))
        assert [(14, "violation")] == found("TF510", data)

    @pytest.mark.parametrize(
        ("decision", "attempt", "is_wrong"),
        [("allow", 1, True), ("allow", None, True), ("allow", 2, False), (None, 1, False)],
    )
    def test_what_a_hook_allowed(self, decision: str | None, attempt: int | None, is_wrong: bool) -> None:
        """TF510: in our own log an allowing is visible; the retry may be asked about in spite of it."""
        decided = o.own("hook_decided", event_name="permission_request", decision=decision, call_id="c1")
        asked = o.own(
            "approval_requested", approval_id="q", call_id="c1", approval_kind="exec", attempt=attempt
        )
        assert is_wrong == bool(found("TF510", o.log(*o.begin(), decided, asked)))

    @pytest.mark.parametrize(
        ("row", "is_wrong"),
        [
            (o.event("exec_command_begin", call_id="c1"), True),
            (o.event("exec_command_end", call_id="c1", status="completed"), True),
            (o.event("exec_command_end", call_id="c1", status="declined"), False),
            (o.event("exec_command_begin", call_id="c2"), False),
        ],
    )
    def test_commands_count_like_items(self, row: o.Row, is_wrong: bool) -> None:
        """TF512: the begin of a command is proof enough, and so is its end."""
        fields = {"event_name": "pre_tool_use", "display_order": 0, "source_path": "/h", "turn_id": "A"}
        blocked = mine("hook_completed", "pre-tool-use:0:/h:c1", status="blocked", **fields)
        assert is_wrong == bool(found("TF512", o.log(*o.begin(), blocked, row)))
        assert [] == found("TF512", o.log(*o.begin(), row))
