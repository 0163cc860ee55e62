"""Ends of hooks and answers of people: what is drawn as valid is valid, and what is drawn as broken is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.approvals import Go, Ruling, enforce
from turnfold.core.engine.fakes import Program
from turnfold.core.hooks import HookEvent, HookExit, interpret
from turnfold.events import APPROVAL_KINDS
from turnfold.replay.testing import (
    ApprovalAnswer,
    HookResult,
    approval_answers,
    broken_hook_results,
    hook_results,
    unknown_approval_answers,
)


@pytest.mark.covers("B2", "B5", "B6")
@given(hook_results())
def test_a_valid_end_of_a_hook_is_understood(result: HookResult) -> None:
    """No run that ends so has failed, whatever the event."""
    assert "failed" != interpret(result.event, result.exit).status


@pytest.mark.covers("B3", "B6")
@given(broken_hook_results())
def test_a_broken_end_of_a_hook_fails_and_decides_nothing(result: HookResult) -> None:
    """Each run that ends so has failed, with one error, and has no say."""
    outcome = interpret(result.event, result.exit)
    assert ("failed", None) == (outcome.status, outcome.decision)
    assert 1 == sum(entry.kind == "error" for entry in outcome.entries)


@pytest.mark.parametrize("event", HookEvent)
def test_results_are_of_the_event_that_is_asked_for(event: HookEvent) -> None:
    """With an event named, only its results come."""

    @given(hook_results(event) | broken_hook_results(event))
    def draw(result: HookResult) -> None:
        assert event is result.event

    draw()


@given(hook_results(), st.sampled_from((0.0, 1.5)))
def test_a_result_is_a_program_that_ends_so(result: HookResult, after_s: float) -> None:
    """The program for the fake processes has the exit code, the output and the time."""
    program = result.program(after_s)
    assert isinstance(program, Program)
    assert (result.exit.code, after_s) == (program.exit_code, program.duration_s)


def test_no_program_ends_by_timing_out() -> None:
    """An error of whoever runs the program is none of the program: the message says what to do instead."""
    late = HookResult(HookEvent.STOP, HookExit(code=None, error="hook timed out after 5s"))
    with pytest.raises(ValueError, match="let one hang instead"):
        late.program()


@pytest.mark.covers("C4")
@pytest.mark.parametrize("kind", APPROVAL_KINDS)
def test_an_answer_is_a_command(kind: str) -> None:
    """An answer to any kind of question can be given, and each kind can be let go and refused."""
    went: set[bool] = set()

    @given(approval_answers(kind))
    def draw(answer: ApprovalAnswer) -> None:
        command = answer.command("approval-1")
        assert "approval-1" == command.approval_id
        ruling = Ruling(decision=command.decision, source="user", amendment=command.amendment)
        went.add(isinstance(enforce(ruling), Go))

    draw()
    assert {True, False} == went


@pytest.mark.covers("C4")
@given(unknown_approval_answers())
def test_an_answer_that_nobody_knows_lets_nothing_go(answer: ApprovalAnswer) -> None:
    """Whatever the word, what comes of it is a refusal."""
    ruling = Ruling(decision=answer.decision, source="user", amendment=answer.amendment)
    assert not isinstance(enforce(ruling), Go)


def test_a_kind_of_question_that_there_is_not_is_refused() -> None:
    """The message names those that there are."""
    with pytest.raises(ValueError, match="no question is of kind 'typo'; there are exec, patch"):
        approval_answers("typo")
