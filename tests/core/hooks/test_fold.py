"""What several runs of one event decide together."""

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.hooks.answers import EVENTS, EXITS
from turnfold.core.hooks import Decision, Folded, HookEvent, HookExit, Outcome, fold, interpret

REQUEST = HookEvent.PERMISSION_REQUEST
ALLOW, NOTHING = Outcome(decision="allow"), Outcome()
FAILED = Outcome(status="failed")
RUNS = st.tuples(EVENTS, st.lists(EXITS, max_size=5))


def deny(message: str, *, interrupt: bool = False) -> Outcome:
    """A run that denies."""
    return Outcome(status="blocked", decision="deny", message=message, interrupt=interrupt)


def wants(decision: Decision, message: str | None = None, *contexts: str) -> Outcome:
    """A run that decides."""
    return Outcome(decision=decision, message=message, contexts=contexts)


def requests() -> st.SearchStrategy[list[Outcome]]:
    """Runs of PermissionRequest."""
    denials = st.builds(deny, st.text(min_size=1), interrupt=st.booleans())
    return st.lists(st.sampled_from((ALLOW, NOTHING, FAILED)) | denials, max_size=6)


@pytest.mark.covers("B7")
def test_the_first_deny_wins_also_over_an_earlier_allow() -> None:
    """With its own message and interrupt flag; those of a later one are ignored, and it is said that they were."""
    outcomes = [ALLOW, NOTHING, deny("first"), deny("second", interrupt=True)]
    assert Folded(
        decision="deny", message="first", interrupt=False, chosen=2, ignored_interrupt=True
    ) == fold(REQUEST, outcomes)
    outcomes = [deny("first", interrupt=True), deny("second", interrupt=True)]
    assert Folded(decision="deny", message="first", interrupt=True, chosen=0) == fold(REQUEST, outcomes)


@pytest.mark.covers("B6", "B7")
def test_without_a_deny_any_allow_counts() -> None:
    """A failed run takes nothing from it; of several the last one, of the narrowest layer, is named."""
    assert Folded(decision="allow", chosen=2) == fold(REQUEST, [ALLOW, FAILED, ALLOW, NOTHING])


@pytest.mark.covers("B7", "B8")
@pytest.mark.parametrize("event", HookEvent)
def test_if_nobody_decides_nothing_is_decided(event: HookEvent) -> None:
    """No runs, and runs that fail or say nothing, fold to the same nothing."""
    assert Folded() == fold(event, ())
    assert Folded() == fold(event, [NOTHING, FAILED])


@pytest.mark.covers("B7")
@given(requests())
def test_the_fold_of_requests(outcomes: list[Outcome]) -> None:
    """It is the first deny, else an allow, else nothing."""
    folded = fold(REQUEST, outcomes)
    denials = [outcome for outcome in outcomes if outcome.decision == "deny"]
    if denials:
        first = denials[0]
        assert ("deny", first.message, first.interrupt) == (folded.decision, folded.message, folded.interrupt)
        assert outcomes.index(first) == folded.chosen
        later = any(each.interrupt for each in denials[1:])
        assert (later and not first.interrupt) == folded.ignored_interrupt
    else:
        assert ("allow" if ALLOW in outcomes else None) == folded.decision
        assert not folded.interrupt


@pytest.mark.covers("B7")
@given(requests(), requests(), st.sampled_from((NOTHING, FAILED)))
def test_a_run_that_does_not_decide_changes_nothing(
    before: list[Outcome], after: list[Outcome], silent: Outcome
) -> None:
    """Wherever it stands, the same is decided; only the index of the one who decided may move."""
    without, with_it = fold(REQUEST, before + after), fold(REQUEST, [*before, silent, *after])
    assert attrs.evolve(without, chosen=None) == attrs.evolve(with_it, chosen=None)


@given(RUNS)
def test_whoever_is_chosen_wanted_what_was_decided(runs: tuple[HookEvent, Sequence[HookExit]]) -> None:
    """For the outcomes of any program and any event; and no context is lost."""
    event, ends = runs
    outcomes = [interpret(event, end) for end in ends]
    folded = fold(event, outcomes)
    assert (None if folded.chosen is None else outcomes[folded.chosen].decision) == folded.decision
    assert tuple(text for outcome in outcomes for text in outcome.contexts) == folded.contexts
    assert all(outcomes[at].message == text for at, text in folded.prompts)


def test_a_tool_call_is_blocked_by_the_first_who_wants_to() -> None:
    """The contexts of all stay, and no arguments are changed."""
    change = Outcome(updated_input={"a": 1}, contexts=("x",))
    outcomes = [change, wants("block", "one", "y"), wants("block", "two")]
    assert Folded(decision="block", message="one", chosen=1, contexts=("x", "y")) == fold(
        HookEvent.PRE_TOOL_USE, outcomes
    )


def test_of_several_changes_the_last_to_end_counts() -> None:
    """By the order in which runs ended if it is given, else by the configured order; false is a change too."""
    changes = [Outcome(updated_input=1), Outcome(updated_input=False), NOTHING]
    assert 1 == fold(HookEvent.PRE_TOOL_USE, changes, finished=(1, 2, 0)).updated_input
    assert Folded(updated_input=False) == fold(HookEvent.PRE_TOOL_USE, changes)
    outputs = [Outcome(updated_output="a"), Outcome(updated_output="b")]
    assert "b" == fold(HookEvent.POST_TOOL_USE, outputs).updated_output


def test_feedback_on_a_tool_is_put_together() -> None:
    """A stop wins over blocks, and the model is told what each of them says, in order."""
    outcomes = [wants("block", "one"), NOTHING, wants("stop", "two"), Outcome(updated_output="z")]
    assert Folded(decision="stop", message="one\n\ntwo", chosen=2) == fold(HookEvent.POST_TOOL_USE, outcomes)
    assert "block" == fold(HookEvent.POST_TOOL_USE, outcomes[:2]).decision


def test_a_prompt_is_kept_back_by_the_first_stop_or_block() -> None:
    """The message is the first that there is, for a stop may have none."""
    outcomes = [NOTHING, wants("stop", None, "c"), wants("block", "why")]
    assert Folded(decision="stop", message="why", chosen=1, contexts=("c",)) == fold(
        HookEvent.USER_PROMPT_SUBMIT, outcomes
    )
    assert "block" == fold(HookEvent.USER_PROMPT_SUBMIT, outcomes[::-1]).decision


@pytest.mark.parametrize("event", [HookEvent.STOP, HookEvent.SUBAGENT_STOP])
def test_an_agent_goes_on_only_if_nobody_stops_it(event: HookEvent) -> None:
    """Then each block gives a prompt of its own, with its run, and the reasons are put together."""
    blocks = [wants("block", "one"), NOTHING, wants("block", "two")]
    assert Folded(decision="block", message="one\n\ntwo", chosen=0, prompts=((0, "one"), (2, "two"))) == fold(
        event, blocks
    )
    stops = [*blocks, wants("stop"), wants("stop", "enough")]
    assert Folded(decision="stop", message="enough", chosen=3) == fold(event, stops)


@pytest.mark.parametrize("event", [HookEvent.SESSION_START, HookEvent.PRE_COMPACT, HookEvent.POST_COMPACT])
def test_a_stop_is_a_stop(event: HookEvent) -> None:
    """The first one, without a message if none has one."""
    assert Folded(decision="stop", chosen=1) == fold(event, [NOTHING, wants("stop"), wants("stop")])


@pytest.mark.parametrize("event", [HookEvent.SUBAGENT_START, HookEvent.SESSION_END, HookEvent.INTERRUPT])
def test_some_events_decide_nothing(event: HookEvent) -> None:
    """Contexts are all that comes of them."""
    assert Folded(contexts=("c",)) == fold(event, [wants("stop", "x", "c")])
