"""The lab sees what is wrong with a session, whoever broke it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import trio

from turnfold.core.engine.fakes import CallTool, MemoryJournal, Say
from turnfold.core.results import Refused, Started
from turnfold.events import ApprovalRequested, TurnReserved, TurnStarted, WarningRaised
from turnfold.replay.explore import DelayBounded, Pct, explore, replay
from turnfold.replay.lab import Lab, LabJournal, Outcome, Race, Violated, logs_of, race, write_rollouts
from turnfold.replay.races import RACES
from turnfold.replay.verification import verify_source
from turnfold.rollouts import source_of

PLAY = {"go": [[CallTool("shell_command", {"command": "make"})]]}


@race("approved", PLAY)
async def approved(lab: Lab) -> None:
    """A client approves a command."""
    await lab.begin()
    await lab.seen(ApprovalRequested)
    await lab.race(user=lab.answer)


def once(scenario: Race) -> Outcome:
    """Run a race by its default schedule and return what came of it."""
    run = explore(scenario, DelayBounded(0), budget=1, recheck=0)
    assert run.failure is None, run.failure
    return outcome_of(scenario)


def outcome_of(scenario: Race) -> Outcome:
    """What a race returns in its default schedule."""
    values: list[object] = []
    explore(scenario, DelayBounded(0), budget=1, recheck=0, check=values.append)
    (value,) = values
    assert isinstance(value, Outcome)
    return value


def complaints(tells: Callable[[Lab], None]) -> tuple[str, ...]:
    """Run a race whose lab is tampered with before it is judged, and return the codes of its complaints."""

    async def spoiled(lab: Lab) -> None:
        await approved.body(lab)
        tells(lab)

    failure = explore(attrs.evolve(approved, body=spoiled), DelayBounded(0), budget=1, shrinks=1).failure
    assert failure is not None
    assert isinstance(failure.error, Violated)
    return failure.error.schedule_signature


def test_an_outcome_says_how_turns_ended_and_what_clients_were_told() -> None:
    """In one line that is equal for schedules in which nobody saw a difference."""
    assert "completed | user.answer=Done" == repr(outcome_of(approved))


def test_the_session_is_asked_for_one_more_turn() -> None:
    """After each race the session takes input and answers it: the log holds a turn that the outcome leaves out."""
    outcome = outcome_of(approved)
    assert 2 == sum(isinstance(envelope.event, TurnStarted) for envelope in outcome.log)
    assert ("completed",) == outcome.turns


def test_the_same_choices_give_the_same_log() -> None:
    """A token replays the very same events, with the same ids and times."""
    race_ = approved
    logs: list[object] = []
    found = explore(
        race_, Pct(3, seed=7), budget=20, check=lambda value: _fail_on_tenth(value, logs), go_on=False
    )
    assert found.failure is not None
    first = logs[-1]
    for _ in range(5):
        again = replay(race_, found.failure.token).run.value
        assert isinstance(again, Outcome)
        assert first == again.log


def _fail_on_tenth(value: object, logs: list[object]) -> None:
    assert isinstance(value, Outcome)
    logs.append(value.log)
    assert "Done" not in repr(value), "a schedule to keep"


def test_input_that_the_log_does_not_know_is_lost() -> None:
    """A client that was told `Started` for an input that is nowhere in the log: complained of."""

    def lie(lab: Lab) -> None:
        number = lab.calls.begin("liar", "submit", text="psst")
        lab.calls.ended(number, Started(turn_id="turn-9", input_id="input-9"))

    assert "lost" in complaints(lie)


def test_refused_input_has_to_be_handed_back() -> None:
    """Hazard 4: a refusal without the text that was given is complained of."""

    def lie(lab: Lab) -> None:
        number = lab.calls.begin("liar", "steer", text="psst", expected_turn_id=None)
        lab.calls.ended(number, Refused(reason="no_active_turn", message="no active turn to steer"))

    assert "lost" in complaints(lie)


def test_a_reader_that_misses_an_event_is_complained_of() -> None:
    """G1: every event once, in order."""

    def swallow(lab: Lab) -> None:
        del lab.delivered[2]

    def swallow_the_first(lab: Lab) -> None:
        del lab.delivered[:2]

    assert ("delivery",) == complaints(swallow)
    assert ("delivery",) == complaints(swallow_the_first)


def test_a_log_that_differs_in_its_numbers_only_is_judged_by_itself() -> None:
    """The verdict on a log with the same events and times, which was sound, is not taken for it."""
    once(approved)

    def skip_a_number(lab: Lab) -> None:
        last = lab.journal.appended[-1]
        lab.journal.appended[-1] = attrs.evolve(last, seq=last.seq + 5)

    assert {"TF117", "TF118", "delivery"} == set(complaints(skip_a_number))


def test_events_that_are_seen_before_they_are_written_are_complained_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """G1: a journal that is behind what readers see."""

    async def lazy(self: MemoryJournal) -> None:
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr(LabJournal, "commit", lazy)
    failure = explore(approved, DelayBounded(0), budget=1, shrinks=1).failure
    assert failure is not None
    assert isinstance(failure.error, Violated)
    assert "early" in failure.error.schedule_signature


def test_what_the_rules_find_in_the_log_is_complained_of() -> None:
    """The rules that judge files judge the log of each schedule; the codes are theirs."""

    def forge(lab: Lab) -> None:
        last = lab.journal.appended[-1]
        event = TurnStarted(turn_id="turn-7", collaboration_mode_kind="default")
        lab.journal.appended.append(attrs.evolve(last, seq=last.seq + 1, event=event))

    codes = complaints(forge)
    assert any(code.startswith("TF") for code in codes)


def test_the_log_of_a_run_that_fails_is_kept() -> None:
    """`kept_logs` has the log of a schedule whose scenario raised, for a rollout file."""

    async def raises(lab: Lab) -> None:
        await lab.begin()
        raise RuntimeError("as planned")

    scenario = attrs.evolve(approved, body=raises)
    failure = explore(scenario, DelayBounded(0), budget=1, shrinks=1).failure
    assert failure is not None
    (log,) = logs_of(scenario, failure.token)
    assert any(isinstance(envelope.event, TurnReserved) for envelope in log)


def test_a_schedule_is_written_as_rollout_files(tmp_path: Path) -> None:
    """One file for each session, which the rules judge as they judged the run; an existing file is not overwritten."""

    async def forged(lab: Lab) -> None:
        await approved.body(lab)
        last = lab.journal.appended[-1]
        event = TurnStarted(turn_id="turn-7", collaboration_mode_kind="default")
        lab.journal.appended.append(attrs.evolve(last, seq=last.seq + 1, event=event))

    failure = explore(attrs.evolve(approved, body=forged), DelayBounded(0), budget=1, shrinks=1).failure
    assert failure is not None
    assert isinstance(failure.error, Violated)
    (path,) = write_rollouts(attrs.evolve(approved, body=forged), failure.token, tmp_path / "run.jsonl")
    found = {finding.code for finding in verify_source(source_of(path.read_bytes())).findings}
    assert found == {code for code in failure.error.schedule_signature if code.startswith("TF")}
    with pytest.raises(FileExistsError, match="is there already"):
        write_rollouts(attrs.evolve(approved, body=forged), failure.token, path)


def test_several_sessions_of_a_run_get_a_file_each(tmp_path: Path) -> None:
    """The first has the name that was asked for, the second `-2` behind its stem."""

    async def two() -> None:
        await approved()
        await approved()

    failure = explore(two, DelayBounded(0), budget=1, shrinks=1, check=_never, name="two").failure
    assert failure is not None
    paths = write_rollouts(two, failure.token, tmp_path / "run.jsonl", name="two")
    assert ["run.jsonl", "run-2.jsonl"] == [path.name for path in paths]


def _never(_value: object) -> None:
    raise AssertionError("a token is wanted")


def test_a_race_that_is_cancelled_from_outside_is_judged_as_well() -> None:
    """The variant has one more party, which cancels the scope around the session, and its own name in tokens."""
    cancelled = approved.cancelled_from_outside()
    found = explore(cancelled, Pct(3, seed=1), budget=60)
    assert found.failure is None, found.failure
    assert "approved+cancelled" == found.scenario
    assert any("unanswered" in outcome for outcome in found.outcomes)


def test_a_warning_in_the_log_is_no_complaint() -> None:
    """Only what is wrong fails a schedule."""

    @race("plain", {"go": [[Say("so")]]})
    async def plain(lab: Lab) -> None:
        await lab.begin()

    assert not any(isinstance(envelope.event, WarningRaised) for envelope in once(plain).log)


@pytest.mark.parametrize("variant", range(3))
def test_a_race_can_be_sent_to_another_process(variant: int) -> None:
    """By its name: races that come with turnfold, and their variants."""
    for each in RACES.values():
        sent = pickle.loads(pickle.dumps(each.variants[variant]))
        assert each.variants[variant].name == sent.name
        assert (each.variants[variant].cancelled, each.variants[variant].given_up) == (
            sent.cancelled,
            sent.given_up,
        )


async def no_race(lab: Lab) -> None:
    """What could be a race, were it decorated."""
    await lab.begin()


def test_a_race_that_cannot_be_imported_says_so() -> None:
    """A race that was changed by hand is not what its module has; one that is no race in its module is refused."""
    spoiled = attrs.evolve(approved, body=no_race)
    with pytest.raises(TypeError, match="is no race"):
        pickle.loads(pickle.dumps(spoiled))
