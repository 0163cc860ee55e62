"""TF6xx: what excuses a question or an answer, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.invariants import captures as c
from tests.replay.invariants import ownlogs as o
from tests.replay.invariants.support import check, event, found, log, meta

STARTED = c.item("started")
DONE = c.item("completed", outcome="completed")
DECLINED = c.item("completed", outcome="declined")
ABORTED = c.end(outcome="interrupted", text=None)
FAILED = c.turn("completed", error={"message": "no"})
NEXT = c.begin("B", "b", 5)
BEGAN = o.own("abort_began", turn_id="A", reason="interrupted")


def asked(approval_id: str = "q", kind: str = "exec", **body: Any) -> o.Row:
    """A question in our own log."""
    fields = {"call_id": "c1", "turn_id": "A", "approval_kind": kind, **body}
    return o.own("approval_requested", approval_id=approval_id, **fields)


def answered(decision: str = "approved", approval_id: str = "q") -> o.Row:
    """An answer in our own log."""
    return o.own("approval_resolved", approval_id=approval_id, decision=decision)


def dropped(approval_id: str = "q", **body: Any) -> o.Row:
    """A drop in our own log."""
    return o.own("approval_dropped", approval_id=approval_id, **body)


EXEC = o.event("exec_command_begin", call_id="c1")


@pytest.mark.parametrize(
    ("code", "messages"),
    [
        pytest.param("TF601", [c.ask(), c.answer("accept"), *c.end()], id="answered"),
        pytest.param("TF601", [c.ask(), c.resolved(), *c.end()], id="dropped"),
        pytest.param("TF601", [c.ask(), *ABORTED], id="interrupted"),
        pytest.param("TF601", [c.ask(), FAILED], id="failed"),
        pytest.param("TF601", [c.ask(networkApprovalContext={"host": "h"}), *c.end()], id="about a host"),
        pytest.param("TF601", [c.ask(turn_id="Z"), *c.end()], id="of another turn"),
        pytest.param("TF602", [c.ask(), c.answer("accept")], id="asked"),
        pytest.param("TF603", [c.ask(), c.resolved(), c.answer("accept")], id="crossed"),
        pytest.param("TF603", [c.ask(), c.answer("accept"), c.resolved()], id="the notice of an answer"),
        pytest.param("TF603", [c.ask(), c.answer("accept"), c.ask(), c.answer("accept")], id="asked again"),
        pytest.param("TF604", [c.ask(), *ABORTED, c.resolved(), c.answer("accept")], id="ignored"),
        pytest.param("TF604", [c.ask(), *ABORTED, c.answer("accept"), DECLINED], id="declined"),
        pytest.param("TF604", [c.ask(), *ABORTED, c.answer("accept"), *NEXT, DONE], id="another turn's"),
        pytest.param("TF605", [c.ask(), c.answer("accept"), c.ask()], id="over"),
        pytest.param("TF605", [c.ask(), *ABORTED, *NEXT, c.ask(turn_id="B")], id="of an earlier turn"),
        pytest.param("TF605", [c.ask(), *ABORTED, c.ask()], id="while no turn is open"),
        pytest.param("TF606", [STARTED, c.ask()], id="inside"),
        pytest.param("TF606", [c.ask(what="permissions")], id="about nothing that runs"),
        pytest.param("TF606", [STARTED, DONE, STARTED, c.ask()], id="started again"),
        pytest.param("TF607", [c.ask(), c.answer("accept"), DONE], id="answered first"),
        pytest.param("TF607", [c.ask(item_id="c2"), DONE], id="another call"),
        pytest.param("TF607", [c.ask(approvalId="inner"), DONE], id="about a part of the call"),
        pytest.param("TF607", [c.ask(), DECLINED], id="did not run"),
        pytest.param("TF607", [c.ask(), *ABORTED, *NEXT, DONE], id="of an earlier turn"),
        pytest.param("TF610", [c.ask()], id="of the open turn"),
        pytest.param("TF610", [c.ask(turn_id="Z", networkApprovalContext={})], id="from the background"),
        pytest.param("TF610", [*c.end(), c.ask()], id="no turn is open"),
        pytest.param("TF612", [c.ask(), c.answer("decline"), DECLINED], id="did not run"),
        pytest.param(
            "TF612", [c.ask(), c.answer("decline"), c.ask(), c.answer("accept"), DONE], id="asked again"
        ),
        pytest.param(
            "TF612", [c.ask(approvalId="inner"), c.answer("decline"), DONE], id="a part of the call"
        ),
        pytest.param("TF612", [c.ask(), c.answer("decline"), *c.end(), *NEXT, DONE], id="in an earlier turn"),
        pytest.param("TF613", [c.ask(), *ABORTED, c.resolved()], id="after the end"),
        pytest.param("TF613", [c.ask(), *ABORTED, *NEXT, c.resolved()], id="of an earlier turn"),
        pytest.param("TF615", [c.ask(), c.answer("cancel"), *ABORTED], id="interrupted"),
        pytest.param("TF615", [c.ask(), c.answer("decline"), *c.end()], id="declined"),
        pytest.param("TF615", [c.ask(), c.answer("cancel"), FAILED], id="failed"),
        pytest.param("TF615", [c.ask(), c.answer("cancel"), *c.end("Z")], id="another turn completes"),
    ],
)
def test_excused(code: str, messages: list[c.Raw]) -> None:
    """What a rule about questions does not speak on, in captures."""
    assert [] == found(code, c.capture(*c.begin(), *messages))


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        pytest.param("TF603", [asked(), answered(), asked(), answered()], id="asked again"),
        pytest.param("TF604", [asked(), answered(), BEGAN, *o.abort()], id="in time"),
        pytest.param("TF604", [BEGAN, *o.abort(), answered()], id="nobody asked"),
        pytest.param("TF606", [asked()], id="our own log has no items"),
        pytest.param("TF607", [asked(), answered(), EXEC], id="answered first"),
        pytest.param("TF607", [EXEC, asked(inner_id="inner")], id="asked while it runs"),
        pytest.param("TF612", [asked(), answered("approved"), EXEC], id="allowed"),
        pytest.param("TF612", [asked(kind="permissions"), answered("denied"), EXEC], id="not about the call"),
        pytest.param("TF613", [asked(), BEGAN, *o.abort(), dropped()], id="after the end"),
        pytest.param("TF613", [o.own("waiters_dropped", turn_id="Z")], id="of another turn"),
    ],
)
def test_excused_in_our_own_log(code: str, rows: list[Any]) -> None:
    """What a rule about questions does not speak on, in our own log."""
    assert [] == found(code, o.log(*o.begin(), *rows))


@pytest.mark.parametrize(
    ("code", "rows", "line"),
    [
        pytest.param("TF602", [answered()], 6, id="answered"),
        pytest.param("TF602", [dropped()], 6, id="dropped"),
        pytest.param("TF603", [asked(), answered(), dropped()], 8, id="dropped after the answer"),
        pytest.param("TF603", [asked(), dropped(), dropped()], 8, id="dropped twice"),
        pytest.param("TF604", [asked(), BEGAN, *o.abort(), dropped(), answered()], 14, id="dropped before"),
        pytest.param("TF607", [asked(), EXEC], 7, id="ran"),
        pytest.param("TF612", [asked(), answered("denied"), EXEC], 8, id="ran"),
        pytest.param("TF613", [asked(), dropped(turn_id="A")], 7, id="one question"),
        pytest.param("TF613", [o.own("waiters_dropped", turn_id="A")], 6, id="all that wait"),
    ],
)
def test_violations_in_our_own_log(code: str, rows: list[Any], line: int) -> None:
    """In our own log there is one writer and one answer, so nothing of this can be excused."""
    assert [(line, "violation")] == found(code, o.log(*o.begin(), *rows))


@pytest.mark.parametrize(
    ("code", "messages", "line"),
    [
        pytest.param("TF606", [c.ask()], 13, id="its item was never seen"),
        pytest.param("TF607", [c.ask(), DONE], 14, id="another client may have answered"),
        pytest.param("TF612", [c.ask(), c.answer("decline"), DONE], 15, id="another client may have allowed"),
        pytest.param("TF613", [c.ask(), c.resolved()], 14, id="another client may have answered"),
    ],
)
def test_suspicions_in_captures(code: str, messages: list[c.Raw], line: int) -> None:
    """A capture shows one client of perhaps several."""
    assert [(line, "suspicion")] == found(code, c.capture(*c.begin(), *messages))


def test_a_late_capture_may_lack_questions() -> None:
    """TF602: where the thread's beginning is not shown, a missing question is a suspicion."""
    assert [(1, "suspicion")] == found("TF602", c.bare(c.answer("accept")))


def test_an_answer_after_the_end_that_took_effect() -> None:
    """TF604: in a capture the call that is done is what proves it."""
    data = c.capture(*c.begin(), c.ask(), *ABORTED, c.answer("accept"), DONE)
    assert [(17, "violation")] == found("TF604", data)


def test_a_drop_that_comes_too_early_is_one_fault() -> None:
    """TF603 follows from TF613: the drop that should not be is one of the two ends."""
    call = o.item("function_call", name="shell", call_id="c1", arguments="{}")
    closed = o.own("tool_call_closed", call_id="c1", how="rejected", turn_id="A")
    findings = check(o.log(*o.begin(), call, asked(), answered(), closed, dropped(turn_id="A"), *o.end()))
    assert [("TF603", "TF613"), ("TF613", None)] == [(f.code, f.implied_by) for f in findings]


def test_questions_in_a_rollout_are_not_judged() -> None:
    """A patched Codex may persist questions; their answers have no record, so nothing can be said."""
    question = event("exec_approval_request", call_id="c1", turn_id="Z")
    data = log(meta(), event("task_started", turn_id="A"), question, event("task_complete", turn_id="A"))
    assert [] == [code for code in ("TF601", "TF605", "TF610") if found(code, data)]


FLAG = c.status("active", "waitingOnApproval")


class TestFlag:
    """TF608."""

    @pytest.mark.parametrize(
        "messages",
        [
            pytest.param([FLAG, c.ask(), c.answer("accept"), c.status("active"), *c.end()], id="in time"),
            pytest.param(
                [c.ask(), FLAG, c.resolved(), c.status("active"), *c.end()], id="after the question"
            ),
            pytest.param([FLAG, *ABORTED], id="interrupted before the question"),
            pytest.param([FLAG, FAILED], id="failed before the question"),
            pytest.param([c.ask(), c.status("idle")], id="idle is no state of waiting"),
            pytest.param([c.ask(what="elicitation"), c.status("active")], id="no question for leave"),
            pytest.param([c.ask(), *ABORTED, *NEXT], id="of an earlier turn"),
        ],
    )
    def test_agrees(self, messages: list[c.Raw]) -> None:
        """The flag comes just before the question and goes just after the answer."""
        assert [] == found("TF608", c.capture(*c.begin(), *messages))

    def test_lacks(self) -> None:
        """Two questions are open, one is answered, and the flag goes."""
        rest = [c.ask(), c.ask(1, "c2"), c.answer("accept"), c.status("active")]
        assert [(16, "suspicion")] == found("TF608", c.capture(*c.begin(), *rest))

    def test_is_raised_for_nothing(self) -> None:
        """The flag is there, and the turn completes without a question."""
        assert [(18, "suspicion")] == found("TF608", c.capture(*c.begin(), FLAG, FLAG, *c.end()))


def review(what: str, status: str, turn_id: str = "A") -> c.Raw:
    """A review is `started` or `completed`."""
    fields = {"reviewId": "r1", "targetItemId": "c1", "review": {"status": status}}
    return c.note(f"item/autoApprovalReview/{what}", turnId=turn_id, **fields)


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([review("started", "inProgress"), review("completed", "denied"), *c.end()], id="ended"),
        pytest.param([review("started", "inProgress"), *ABORTED], id="interrupted"),
        pytest.param([review("started", "inProgress"), FAILED], id="failed"),
        pytest.param([review("started", "inProgress", "Z"), *c.end()], id="of another turn"),
    ],
)
def test_reviews_that_end(messages: list[c.Raw]) -> None:
    """TF609: a review ends before its turn completes, or the turn did not simply complete."""
    assert [] == found("TF609", c.capture(*c.begin(), *messages))


def access(host: str = "example.org", **body: Any) -> o.Row:
    """A connection wants to be allowed."""
    return o.own("network_access_requested", host=host, protocol="http", port=80, **body)


def decision(what: str, host: str = "example.org") -> o.Row:
    """A host is decided about."""
    return o.own("network_decision_made", host=host, protocol="http", port=80, decision=what, source="user")


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        pytest.param("TF611", [access(), access(shared=True)], id="shared"),
        pytest.param("TF611", [access(), decision("deny"), access()], id="decided"),
        pytest.param("TF611", [access(), access("example.com")], id="another host"),
        pytest.param("TF611", [access(), BEGAN, *o.abort(), access()], id="closed with its turn"),
        pytest.param("TF614", [decision("allow_once"), access()], id="decided once"),
        pytest.param("TF614", [decision("deny_session"), access("example.com")], id="another host"),
        pytest.param(
            "TF614",
            [decision("deny_session"), *o.end(), o.own("session_resumed", session_id=o.ID), access()],
            id="resumed",
        ),
    ],
)
def test_hosts(code: str, rows: list[Any]) -> None:
    """TF611 and TF614: a decision holds for its host, and as long as it says."""
    assert [] == found(code, o.log(*o.begin(), *rows))
