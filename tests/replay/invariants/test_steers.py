"""TF405, TF406, TF410, TF411 and TF417: what may become of input, and what may not."""

from __future__ import annotations

import pytest

from tests.replay.invariants import captures as c
from tests.replay.invariants import ownlogs as o
from tests.replay.invariants.support import Row, check, event, found, item, log, meta

START = event("task_started", turn_id="A")
COMPLETE = event("task_complete", turn_id="A")
ABORTED = event("turn_aborted", turn_id="A", reason="interrupted")
CALL = item("function_call", name="shell", call_id="c1", arguments="{}")


def message(role: str, text: str) -> Row:
    """A message."""
    return item("message", role=role, content=[{"type": "input_text", "text": text}])


def user_item(text: str, kind: str = "UserMessage") -> Row:
    """An input as paginated files have it, or an item of another kind."""
    content = [{"type": "text", "text": text}]
    return event("item_completed", item={"type": kind, "id": "u", "content": content})


SAID = message("assistant", "Done.")


def told(text: str) -> Row:
    """An input."""
    return event("user_message", message=text)


class TestInput:
    """What is recorded, accepted or refused."""

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([told("a"), SAID, COMPLETE], id="one input"),
            pytest.param([told("a"), COMPLETE], id="one input without an answer is no steer"),
            pytest.param([told("a"), SAID, told("b"), SAID, COMPLETE], id="answered"),
            pytest.param([told("a"), SAID, told("b"), CALL, COMPLETE], id="acted upon"),
            pytest.param(
                [told("a"), SAID, told("b"), user_item("x", "Plan"), COMPLETE], id="answered by an item"
            ),
            pytest.param([told("a"), SAID, told("b"), ABORTED], id="aborted"),
            pytest.param([told("a"), SAID, told("b"), event("error", message="no"), COMPLETE], id="failed"),
            pytest.param(
                [told("a"), SAID, told("b"), event("task_complete", turn_id="A", error={"message": "no"})],
                id="failed in the end",
            ),
            pytest.param([told("a"), user_item("a"), COMPLETE], id="told twice"),
            pytest.param([told("a"), SAID, told("b")], id="the rest may still come"),
        ],
    )
    def test_a_steer_is_not_lost(self, rows: list[Row]) -> None:
        """TF405: the model did something after the last input, or the turn did not simply complete."""
        assert [] == found("TF405", log(meta(), START, *rows))

    def test_a_steer_is_lost_in_every_form(self) -> None:
        """TF405: items count as inputs; a message of another role is no answer; a second terminal says nothing."""
        for steer in (told("b"), user_item("b")):
            rows = [told("a"), SAID, steer, message("user", "b"), COMPLETE, COMPLETE]
            assert [(7, "suspicion")] == found("TF405", log(meta(), START, *rows))

    def test_a_capture_shows_lost_steers(self) -> None:
        """TF405: in captures the model shows by items that start."""
        lost = [*c.begin(), c.item("started"), *c.user("b"), *c.end(text=None)]
        answered = [*c.begin(), c.item("started"), *c.user("b"), c.item("started", "c2"), *c.end(text=None)]
        assert 1 == len(found("TF405", c.capture(*lost)))
        assert [] == found("TF405", c.capture(*answered))

    def test_input_outside_turns_is_told_once_a_stretch(self) -> None:
        """TF406: before the first turn, after a completed one and after an aborted one."""
        data = log(meta(), told("a"), told("b"), START, COMPLETE, told("c"), START, SAID)
        assert [(2, "violation"), (6, "violation")] == found("TF406", data)

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(log(meta(version="0.98.0"), told("a"), ABORTED), id="no turn starts"),
            pytest.param(log(meta(), START, SAID, COMPLETE, SAID), id="the model is for others to judge"),
            pytest.param(
                log(meta(), START, event("entered_review_mode"), COMPLETE, told("a")), id="of a review"
            ),
        ],
    )
    def test_input_that_is_not_judged(self, data: bytes) -> None:
        """TF406 is silent where turns cannot be seen."""
        assert [] == found("TF406", data)

    def test_a_lost_start_explains_input(self) -> None:
        """TF406 follows from a terminal without a start."""
        findings = check(log(meta(), message("user", "a"), told("a"), COMPLETE))
        assert [("TF406", "TF301"), ("TF301", None)] == [(f.code, f.implied_by) for f in findings]

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([*c.begin(), c.steer(), c.accepted()], id="as expected"),
            pytest.param([*c.begin(), c.accepted()], id="the question was not seen"),
            pytest.param([*c.begin(), c.steer(), *c.end(), c.accepted()], id="overtaken by the end"),
        ],
    )
    def test_steered_where_it_was_meant(self, messages: list[c.Raw]) -> None:
        """TF410: an answer may be overtaken by the end of the turn that took the input."""
        assert [] == found("TF410", c.capture(*messages))
        assert [] == found("TF308", c.capture(*messages))

    def test_steered_elsewhere(self) -> None:
        """TF410: into a turn that was over when the client asked; in our own log into any but the open one."""
        late = c.capture(*c.begin(), *c.end(), c.steer(), c.accepted())
        steer = o.own("turn_steered", turn_id="Z", input_id="i1")
        assert [(18, "violation")] == found("TF410", late)
        assert [(6, "violation")] == found("TF410", o.log(*o.begin(), steer))
        assert [(2, "violation")] == found("TF410", o.log(steer))
        assert [] == found("TF410", o.log(*o.begin("Z"), steer))

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([*c.begin(text="stop"), c.steer(), c.refused()], id="the first input said the same"),
            pytest.param(
                [*c.begin(), c.steer(), c.refused(), *c.end(), *c.begin("B", "stop", 5)], id="sent again"
            ),
            pytest.param(
                [*c.begin(), c.steer(), c.refused(), c.steer(request_id=10), *c.user("stop")],
                id="steered again",
            ),
            pytest.param([*c.begin(), *c.user("stop")], id="nothing was refused"),
            pytest.param([*c.begin(), c.steer(), c.refused(), c.item("completed")], id="another item"),
        ],
    )
    def test_refused_input_that_is_sent_again(self, messages: list[c.Raw]) -> None:
        """TF411: the same words may be in the session for another reason."""
        assert [] == found("TF411", c.capture(*messages))

    def test_refused_input_of_our_own(self) -> None:
        """TF411: a submission that was refused is not recorded, whether its request was logged or not."""
        refusal = o.own("input_refused", submission_id="s1", message="abort in progress", text="more")
        request = o.own("turn_requested", request_id="s1", text="more")
        for rows in ([refusal], [request, refusal]):
            data = o.log(*o.begin(), *rows, o.event("user_message", message="more"))
            assert [(len(rows) + 6, "suspicion")] == found("TF411", data)

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([c.steer(), c.accepted(), *c.user("stop"), *c.end()], id="recorded"),
            pytest.param(
                [c.steer(), *c.user("stop"), c.accepted(), *c.end()], id="recorded before the answer"
            ),
            pytest.param([c.steer(), c.accepted(), *c.end(outcome="interrupted")], id="aborted"),
            pytest.param(
                [c.steer(), c.accepted(), c.turn("completed", error={"message": "no"})], id="failed"
            ),
            pytest.param([c.steer(), c.accepted()], id="the rest may still come"),
            pytest.param(
                [
                    c.steer(),
                    c.accepted(),
                    c.hook("completed", "blocked", None, event="userPromptSubmit"),
                    *c.end(),
                ],
                id="blocked by a hook",
            ),
        ],
    )
    def test_accepted_input_is_accounted_for(self, messages: list[c.Raw]) -> None:
        """TF417: recorded, blocked, or its turn did not simply complete."""
        assert [] == found("TF417", c.capture(*c.begin(), *messages))

    def test_accepted_input_of_our_own(self) -> None:
        """TF417: what our log says was dropped is not lost; hooks of other events excuse nothing."""
        steer = o.own("turn_steered", turn_id="A", input_id="i1", text="stop")
        silent = o.own("turn_steered", turn_id="A", input_id="i2")
        hook = o.own("hook_completed", run_id="stop:0:/h", event_name="stop", status="blocked")
        drop = o.own("input_dropped", input_id="i1", reason="blocked")
        assert [] == found("TF417", o.log(*o.begin(), steer, silent, drop, *o.end()))
        assert [] == found("TF417", o.log(*o.begin(), steer, o.user("stop"), *o.end()))
        assert [(10, "suspicion")] == found("TF417", o.log(*o.begin(), steer, hook, *o.end()))
