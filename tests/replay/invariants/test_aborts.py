"""TF4xx: what excuses an abort, and what does not. Steers have a module of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.replay.invariants import captures as c
from tests.replay.invariants import ownlogs as o
from tests.replay.invariants.support import Row, check, event, found, item, log, meta, record
from turnfold.replay.histories import PAGINATED, write

BEGUN = 'meta; start a; context; user "Run the tests."; '
NEXT = 'start b; context; user "Go on."; agent "Done."; complete b'
START = event("task_started", turn_id="A")
COMPLETE = event("task_complete", turn_id="A")
ABORTED = event("turn_aborted", turn_id="A", reason="interrupted")
CALL = item("function_call", name="shell", call_id="c1", arguments="{}")
REPLACED = o.event("turn_aborted", turn_id="A", reason="replaced")
BEGAN = o.own("abort_began", turn_id="A", reason="interrupted")


def message(role: str, text: str) -> Row:
    """A message."""
    return item("message", role=role, content=[{"type": "input_text", "text": text}])


def raw(*rows: Row) -> str:
    """Statements that write these rows into a history."""
    return "".join(f"raw {json.dumps(row)}; " for row in rows)


MARKER = message("user", "<turn_aborted>\nstopped\n</turn_aborted>")


def user_item(text: str, kind: str = "UserMessage") -> Row:
    """An input as paginated files have it, or an item of another kind."""
    return event(
        "item_completed", item={"type": kind, "id": "u", "content": [{"type": "text", "text": text}]}
    )


class TestMarkers:
    """TF401, TF402, TF403 and TF407."""

    @pytest.mark.parametrize(
        ("code", "data"),
        [
            pytest.param("TF401", log(meta(), START, MARKER, ABORTED), id="marked"),
            pytest.param(
                "TF401",
                log(meta(), START, event("turn_aborted", turn_id="A", reason="replaced")),
                id="replaced turns have none",
            ),
            pytest.param("TF401", log(meta(version="0.42.0"), ABORTED), id="too old"),
            pytest.param("TF401", log(meta(version=None), START, ABORTED), id="who knows how old"),
            pytest.param("TF401", log(meta(forked_from_id="p"), ABORTED), id="copied by a fork"),
            pytest.param(
                "TF401",
                o.log(
                    o.own("session_configured", session_id=o.ID, interrupt_marker=False),
                    *o.begin(),
                    o.event("turn_aborted", turn_id="A", reason="interrupted"),
                ),
                id="switched off",
            ),
            pytest.param("TF402", log(meta(), START, MARKER, ABORTED), id="aborted"),
            pytest.param("TF402", log(meta(), START, MARKER), id="the rest may still come"),
            pytest.param(
                "TF402",
                log(meta(), START, MARKER, event("user_message", message="<turn_aborted>"), COMPLETE),
                id="typed by the user",
            ),
            pytest.param(
                "TF402",
                log(meta(), START, MARKER, user_item("<turn_aborted>"), COMPLETE),
                id="typed by the user, as an item",
            ),
            pytest.param(
                "TF403",
                log(meta(), START, MARKER, event("turn_aborted", turn_id="A", reason="bored")),
                id="unknown reason",
            ),
            pytest.param("TF407", log(meta(), START, CALL, MARKER, ABORTED), id="work before it"),
            pytest.param(
                "TF407",
                log(meta(), START, message("assistant", "<turn_aborted>"), CALL, ABORTED),
                id="quoted by the model",
            ),
        ],
    )
    def test_excused(self, code: str, data: bytes) -> None:
        """A marker and the abort of an interrupt come as a pair, from 0.98 on; what users type is no marker."""
        assert [] == found(code, data)

    @pytest.mark.parametrize(
        "between", [event("user_message", message="hi"), user_item("hi"), user_item("x", "Plan")]
    )
    def test_other_input_leaves_a_marker_as_it_is(self, between: Row) -> None:
        """Only what repeats the marker's text shows that a user typed it."""
        assert [(3, "suspicion")] == found("TF402", log(meta(), START, MARKER, between, COMPLETE))

    def test_a_second_marker_leaves_the_first_alone(self) -> None:
        """There is one abort for two markers; the first is named."""
        assert [(3, "suspicion")] == found("TF402", log(meta(), START, MARKER, MARKER, ABORTED))

    def test_a_marker_outside_any_turn_names_none(self) -> None:
        """A finding is made even where no turn was seen."""
        (finding,) = [f for f in check(log(meta(), MARKER, START)) if f.code == "TF402"]
        assert "(unnamed)" == finding.facts["turn_id"]

    def test_work_after_a_marker_is_named_once(self) -> None:
        """An assistant's message is work like a call; of several records the last is named, once."""
        for work in ([message("assistant", "Done.")], [CALL]):
            assert [(4, "suspicion")] == found("TF407", log(meta(), START, MARKER, *work, ABORTED))
        assert [(5, "suspicion")] == found("TF407", log(meta(), START, MARKER, CALL, CALL, ABORTED))

    def test_a_process_that_died_explains_the_marker(self) -> None:
        """Where a later start cut the turn off, that is the root."""
        findings = check(write(BEGUN + raw(MARKER) + "crash; " + NEXT))
        assert [("TF402", "TF305"), ("TF305", None)] == [(f.code, f.implied_by) for f in findings]

    def test_a_marker_of_our_own_counts(self) -> None:
        """In our own log the marker is an event of its own kind."""
        data = o.log(*o.begin(), BEGAN, *o.abort(), *o.begin("B"), *o.end("B"))
        assert [] == check(data)

    def test_an_abort_without_id_is_that_of_the_open_turn(self) -> None:
        """Old records name no turn; if none is open either, the finding says so."""
        nameless = event("turn_aborted", reason="interrupted")
        for rows, expected in (([START, nameless], "A"), ([nameless], "(unnamed)")):
            (finding,) = [f for f in check(log(meta(), *rows)) if f.code == "TF401"]
            assert expected == finding.facts["turn_id"]


class TestAborts:
    """TF408, TF409 and TF412 to TF418."""

    def test_reasons_of_unknown_versions_are_not_judged(self) -> None:
        """TF408: a version that nobody studied may have other reasons, and an abort may lack one."""
        bored = event("turn_aborted", reason="bored")
        assert [] == found("TF408", log(meta(version="0.999.0"), START, bored))
        assert [(3, "suspicion")] == found("TF408", log(meta(), START, bored))
        assert [(2, "suspicion")] == found("TF408", log(meta(), event("turn_aborted")))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([ABORTED], id="interrupted"),
            pytest.param(
                [event("turn_aborted", turn_id="A", reason="replaced"), event("task_started", turn_id="B")],
                id="succeeded",
            ),
        ],
    )
    def test_replaced_turns_have_successors(self, rows: list[Row]) -> None:
        """TF409: only a turn that was replaced wants a successor."""
        assert [] == found("TF409", log(meta(), START, *rows))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([o.own("shutdown_began", by="client"), REPLACED], id="shut down before it ended"),
            pytest.param([REPLACED, o.own("shutdown_began", by="client")], id="shut down after it ended"),
            pytest.param([REPLACED, o.own("session_resumed", session_id=o.ID)], id="resumed"),
        ],
    )
    def test_a_session_that_ends_explains_a_missing_successor(self, rows: list[o.Row]) -> None:
        """TF409: our own log says that the session was shut down or resumed; without that the rule speaks."""
        assert [] == found("TF409", o.log(*o.begin(), *rows))
        assert [(6, "suspicion")] == found("TF409", o.log(*o.begin(), REPLACED))

    def test_what_a_fork_copied_is_not_judged(self) -> None:
        """TF409: a copy may end behind a replaced turn; a terminal without a start is told by others."""
        replaced = event("turn_aborted", turn_id="A", reason="replaced")
        started = event("task_started", turn_id="A", started_at=1)
        parent = meta("p", timestamp="2026-06-01T08:00:00Z")
        own = meta("t", forked_from_id="p", timestamp="2026-06-01T09:00:00Z")
        assert [] == found("TF409", log(own, parent, started, replaced))
        assert [] == found("TF409", log(meta(), replaced))

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([*c.begin(), *c.interrupt(), *c.end(outcome="interrupted")], id="interrupted"),
            pytest.param([*c.begin(), *c.interrupt()], id="the rest may still come"),
            pytest.param(
                [*c.begin(), c.interrupt()[0], c.refused(request_id=8), *c.end()], id="not accepted"
            ),
            pytest.param([*c.begin(), *c.end(), *c.interrupt()], id="too late"),
            pytest.param(
                [
                    *c.begin(),
                    c.client(id=8, method="turn/interrupt", params={"threadId": c.THREAD}),
                    c.server(id=8, result={}),
                    *c.end(),
                ],
                id="names no turn",
            ),
            pytest.param(
                [*c.begin(), *c.interrupt(), *c.begin("B", "b", 5), *c.end("B")], id="another turn completes"
            ),
        ],
    )
    def test_interrupts_are_heeded(self, messages: list[c.Raw]) -> None:
        """TF412: an accepted interrupt of a turn that ran ends it, or its end is not in the capture."""
        assert [] == found("TF412", c.capture(*messages))

    def test_an_interrupted_turn_that_works_on(self) -> None:
        """TF412: where the end is missing, an item that starts after the interrupt is the proof."""
        data = c.capture(*c.begin(), *c.interrupt(), c.item("started"))
        assert [(15, "suspicion")] == found("TF412", data)

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([*o.begin(), BEGAN, *o.abort()], id="finished"),
            pytest.param([*o.begin(), BEGAN, o.own("turn_cleared", turn_id="A")], id="cleared"),
            pytest.param(
                [*o.begin(), BEGAN, o.own("session_resumed", session_id=o.ID), *o.begin("B")], id="resumed"
            ),
            pytest.param([*o.begin(), BEGAN, *o.end("Z"), *o.abort()], id="another turn completes"),
        ],
    )
    def test_aborts_that_finish(self, rows: list[Any]) -> None:
        """TF413: an abort comes to its end, or the process did and the session was resumed."""
        assert [] == found("TF413", o.log(*rows))

    def test_aborts_that_do_not_finish(self) -> None:
        """TF413: at the end of a log it is a suspicion, before another turn a violation."""
        assert [(6, "suspicion")] == found("TF413", o.log(*o.begin(), BEGAN))
        other = o.event("task_started", turn_id="B")
        assert [(7, "violation")] == found("TF413", o.log(*o.begin(), BEGAN, other))
        late = o.event("task_complete", turn_id="A")
        assert [(7, "violation")] == found("TF413", o.log(*o.begin(), BEGAN, other, late))

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([*c.begin(), *c.end()], id="just before the end"),
            pytest.param(
                [*c.begin(), c.status("idle"), c.status("active"), c.item("started")], id="active again"
            ),
            pytest.param([*c.begin(), c.status("idle"), *c.begin("B"), c.item("started")], id="another turn"),
            pytest.param([*c.begin(), c.status("idle"), c.item("completed")], id="an end is no beginning"),
            pytest.param([c.status("idle"), *c.begin(), c.item("started")], id="before the turn"),
        ],
    )
    def test_idle_in_time(self, messages: list[c.Raw]) -> None:
        """TF414: idle may come just before the end, and nothing of the turn begins after it."""
        assert [] == found("TF414", c.capture(*messages))

    @pytest.mark.parametrize("work", [c.item("started"), c.hook("started", "running"), c.ask()])
    def test_idle_too_early(self, work: c.Raw) -> None:
        """TF414: items, hook runs and questions are work; the first is named."""
        data = c.capture(*c.begin(), c.status("idle"), work, c.item("started", "c2"))
        assert [(14, "suspicion")] == found("TF414", data)

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([*c.begin(), *c.end()], id="answered"),
            pytest.param([c.begin()[0], *c.begin()[2:], *c.end(), c.begin()[1]], id="answered late"),
            pytest.param([c.begin()[0], *c.begin()[2:]], id="the rest may still come"),
            pytest.param(
                [*c.begin(), c.begin("B", request_id=5)[0], *c.end()], id="the end of an earlier turn"
            ),
        ],
    )
    def test_requests_are_answered(self, messages: list[c.Raw]) -> None:
        """TF415: an answer may come late, and a capture may end before it."""
        assert [] == found("TF415", c.capture(*messages))

    def test_our_own_log_holds_no_answers(self) -> None:
        """TF415 judges captures alone."""
        assert [] == found("TF415", o.log(o.own("turn_requested", request_id="s1"), *o.begin(), *o.end()))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([BEGAN, o.item("function_call_output", call_id="c1", output="x")], id="an end"),
            pytest.param([BEGAN, *o.abort(), *o.begin("B")], id="after the abort"),
        ],
    )
    def test_endings_while_aborting(self, rows: list[Any]) -> None:
        """TF416 and TF418: an abort lets what had begun come to its end, and forbids nothing afterwards."""
        data = o.log(*o.begin(), *rows)
        assert [] == found("TF416", data)
        assert [] == found("TF418", data)

    @pytest.mark.parametrize(
        ("code", "row"),
        [
            ("TF416", o.own("model_request_started", turn_id="A", request_id="r")),
            ("TF418", o.item("function_call", name="shell", call_id="c1", arguments="{}")),
            ("TF418", o.event("exec_command_begin", call_id="c1")),
            ("TF418", o.own("approval_requested", approval_id="q", approval_kind="exec")),
            ("TF418", o.event("user_message", message="more")),
        ],
    )
    def test_beginnings_while_aborting(self, code: str, row: o.Row) -> None:
        """TF416 and TF418: nothing begins, each with its own rule."""
        other = {"TF416": "TF418", "TF418": "TF416"}[code]
        data = o.log(*o.begin(), BEGAN, row, *o.abort())
        assert [(7, "violation")] == found(code, data)
        assert [] == found(other, data)


class TestSteps:
    """TF419 and TF420: the steps of an abort, which our own log alone shows."""

    def test_an_abort_by_the_book(self) -> None:
        """With a marker or without, and with a disk that fails, the steps are legal."""
        failed = o.own("journal_failed", turn_id="A", message="no space left on device")
        scopes, unwound, marker, _, terminal = o.abort()
        for steps in (o.abort(), o.abort(reason="replaced"), [scopes, unwound, marker, failed, terminal]):
            assert [] == found("TF419", o.log(*o.begin(), BEGAN, *steps))
            assert [] == found("TF420", o.log(*o.begin(), BEGAN, *steps))

    @pytest.mark.covers("F2", "F4")
    @pytest.mark.parametrize("left_out", [1, 2, 4])
    def test_a_step_that_is_left_out_is_one_finding(self, left_out: int) -> None:
        """Scopes are cancelled before anything is waited for, and the marker is durable before the end is told."""
        steps = [BEGAN, *o.abort()]
        del steps[left_out]
        assert [(6 + left_out, "violation")] == found("TF419", o.log(*o.begin(), *steps))

    def test_turns_are_aborted_only_after_a_beginning(self) -> None:
        """A turn that runs is neither aborted without a beginning nor cleared, and its abort begins once."""
        cleared = o.own("turn_cleared", turn_id="A")
        aborted = o.event("turn_aborted", turn_id="A", reason="replaced")
        for step in (cleared, aborted):
            assert [(6, "violation")] == found("TF419", o.log(*o.begin(), step))
        assert [(7, "violation")] == found("TF419", o.log(*o.begin(), BEGAN, BEGAN, *o.abort()))

    def test_a_turn_that_never_began_is_cleared(self) -> None:
        """That is how an interrupt ends a turn without a task (F8)."""
        rows = [o.own("turn_reserved", turn_id="B"), o.own("turn_cleared", turn_id="B")]
        assert [] == found("TF419", o.log(*o.begin(), *o.end(), *rows))

    def test_what_names_another_turn_is_not_judged_by_the_open_one(self) -> None:
        """A late record of an earlier turn says nothing of the one that is being aborted."""
        late = o.own("model_response_completed", turn_id="Z", request_id="r")
        other = o.own("abort_began", turn_id="Z", reason="interrupted")
        *steps, terminal = o.abort()
        data = o.log(*o.begin(), BEGAN, *steps, late, other, terminal)
        assert [] == found("TF420", data) + found("TF419", data) + found("TF413", data)

    def test_hooks_on_the_interrupt_come_after_the_flush(self) -> None:
        """TF420: they are the last work of a turn that is over otherwise, and its marker is durable by then."""
        fields: dict[str, Any] = {"run_id": "interrupt:0:/h", "turn_id": "A", "event_name": "interrupt"}
        *steps, terminal = o.abort()
        hooks = [
            o.own("hook_started", **fields, status="running"),
            o.own("hook_completed", **fields, status="completed"),
        ]
        assert [] == found("TF420", o.log(*o.begin(), BEGAN, *steps, *hooks, terminal))
        early = o.log(*o.begin(), BEGAN, *steps[:3], *hooks, *steps[3:], terminal)
        assert [(11, "violation")] == found("TF420", early)


def test_records_of_a_type_are_told_from_others() -> None:
    """The marker is told by its text, whichever record says it: a compaction that quotes it is none."""
    data = log(meta(), START, record("compacted", message="<turn_aborted>"), COMPLETE)
    assert [] == found("TF402", data)
    assert [] == found("TF402", write(BEGUN + "abort a", PAGINATED))
