"""TF7xx: what excuses a compaction, a rollback or a fork, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.replay.invariants.support import Row, check, event, found, log, meta, record
from turnfold.replay.histories import CODEX, PAGINATED, write
from turnfold.replay.invariants import registry

NOTED = event("context_compacted")
COMPACTED = record("compacted", message="", replacement_history=[])
INPUT = event("user_message", message="go on")
TOKENS = event("token_count", info=None)
USER_ITEM = {"type": "UserMessage", "id": "i"}


def start(turn_id: str, **fields: Any) -> Row:
    return event("task_started", turn_id=turn_id, **fields)


def end(turn_id: str) -> Row:
    return event("task_complete", turn_id=turn_id)


def abort(turn_id: str) -> Row:
    return event("turn_aborted", turn_id=turn_id, reason="interrupted")


def back(num_turns: int | None) -> Row:
    return event("thread_rolled_back", num_turns=num_turns)


def test_a_rollback_takes_back_something() -> None:
    """TF701: less than one turn, or no number at all, is refused; one is legal."""
    assert [(2, "violation"), (3, "violation")] == found("TF701", log(meta(), back(-1), back(None), back(1)))


class TestRollbackDuringTurn:
    """TF702."""

    @pytest.mark.parametrize("terminal", [end, abort])
    def test_the_end_proves_that_the_turn_was_alive(self, terminal: Any) -> None:
        """The first rollback of a turn is named when its terminal comes."""
        rows = meta(), start("a"), back(1), back(1), terminal("a")
        assert [(3, "violation")] == found("TF702", log(*rows))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param((start("a"), end("a"), back(1)), id="between turns"),
            pytest.param((start("a"), back(1)), id="died in the turn"),
            pytest.param((start("a"), back(1), start("b"), end("b")), id="died and resumed"),
        ],
    )
    def test_excused(self, rows: tuple[Row, ...]) -> None:
        """A turn that shows no end after the rollback may have been dead."""
        assert [] == found("TF702", log(meta(), *rows))

    def test_a_rollback_after_the_end_is_no_part_of_it(self) -> None:
        """Only the rollback inside the turn is named, also where a terminal of nobody follows."""
        rows = meta(), start("a"), back(1), end("a"), back(1), end("b")
        assert [(3, "violation")] == found("TF702", log(*rows))

    def test_old_files_have_no_turns(self) -> None:
        """Where turns are not recorded the rule does not judge."""
        assert [] == found("TF702", log(meta(version="0.98.0"), back(1), abort("a")))


class TestRollbackBeyondHistory:
    """TF703."""

    def test_turns_that_were_taken_back_do_not_count_again(self) -> None:
        """After all turns are gone there is none left to take back."""
        rows = [meta(), start("a"), INPUT, INPUT, end("a"), back(1), back(1)]
        assert [(7, "suspicion")] == found("TF703", log(*rows))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param((start("a"), INPUT, end("a"), start("b"), INPUT, end("b"), back(2)), id="enough"),
            pytest.param((start("a"), INPUT, end("a"), INPUT, back(2)), id="input outside a turn"),
            pytest.param(
                (start("a"), event("item_completed", turn_id="a", item=USER_ITEM), end("a"), back(1)),
                id="item",
            ),
            pytest.param((start("a"), record("inter_agent_communication"), end("a"), back(1)), id="mail"),
            pytest.param((start("a"), INPUT, end("a"), back(None)), id="no number"),
        ],
    )
    def test_excused(self, rows: tuple[Row, ...]) -> None:
        """All forms of input make a turn that can be taken back."""
        assert [] == found("TF703", log(meta(), *rows))

    @pytest.mark.parametrize(
        ("head", "ordinals", "expected"),
        [
            (meta(history_base={"thread_id": "t"}), True, []),
            (meta(forked_from_id="u"), True, []),
            (meta(), True, [(3, "suspicion")]),
            (meta(forked_from_id="u"), False, [(3, "suspicion")]),
            (NOTED, False, []),
        ],
    )
    def test_turns_in_another_file(self, head: Row, ordinals: bool, expected: list[Any]) -> None:
        """A segment, a paginated fork and a file without a head may have more turns than they show."""
        other = event("item_completed", item={"type": "Reasoning"})
        assert expected == found("TF703", log(head, other, back(1), ordinals=ordinals))


class TestCompaction:
    """TF704, TF705, TF706 and TF713."""

    def test_outside_of_any_turn(self) -> None:
        """Before the first turn, after an end, and after a turn that was cut off and ended late."""
        assert [(2, "suspicion")] == found("TF704", log(meta(), COMPACTED))
        assert [(4, "suspicion")] == found("TF704", log(meta(), start("a"), end("a"), COMPACTED))

    def test_inside_a_turn_or_before_turns_were_recorded(self) -> None:
        """In a turn it is legal, and in old files nobody can tell."""
        assert [] == found("TF704", log(meta(), start("a"), COMPACTED, end("a")))
        assert [] == found("TF704", log(meta(version="0.98.0"), COMPACTED))

    @pytest.mark.parametrize(
        ("version", "row"),
        [("0.98.0", record("compacted", message="")), (None, record("compacted")), ("0.146.0", COMPACTED)],
    )
    def test_replacement_is_not_asked_of_old_versions(self, version: str | None, row: Row) -> None:
        """TF705 asks only versions that are known to write it."""
        assert [] == found("TF705", log(meta(version=version), row))

    @staticmethod
    def window(window_id: Any, previous: Any, number: int | None) -> Row:
        ids = {"window_id": window_id, "previous_window_id": previous, "window_number": number}
        return record("compacted", message="", replacement_history=[], **ids)

    def test_windows_are_a_chain(self) -> None:
        """TF706 looks at ids and at numbers."""
        first, by_id, by_number = self.window("b", "a", 1), self.window("c", "x", 2), self.window("c", "b", 3)
        assert [(3, "suspicion")] == found("TF706", log(meta(), first, by_id))
        assert [(3, "suspicion")] == found("TF706", log(meta(), first, by_number))

    def test_a_chain_may_begin_anew(self) -> None:
        """After a rollback and after the copied rows of a fork; records without ids are passed over."""
        first, other = self.window("b", "a", 1), self.window("y", "x", 1)
        head = meta(forked_from_id="u", timestamp="2026-06-01T09:00:00.000Z"), meta("u")
        own = start("b", started_at=1780304403)
        for rows in (
            (meta(), first, self.window("c", "b", 2)),
            (meta(), first, back(1), other),
            (meta(), first, self.window(None, None, None), other),
            (*head, first, own, other),
            (meta(), start("a"), first, self.window("c", "b", 2)),
        ):
            assert [] == found("TF706", log(*rows))

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            ((start("a"), COMPACTED, TOKENS, NOTED, end("a")), []),
            ((start("a"), COMPACTED, end("a")), [(3, "suspicion")]),
            ((start("a"), COMPACTED, NOTED, NOTED, end("a")), [(5, "suspicion")]),
            ((start("a"), COMPACTED, abort("a")), []),
            ((start("a"), COMPACTED), []),
        ],
    )
    def test_notices(self, rows: tuple[Row, ...], expected: list[Any]) -> None:
        """TF713 wants one notice for each compaction, unless the turn was cut short."""
        assert expected == found("TF713", log(meta(), *rows))

    def test_notices_of_other_forms(self) -> None:
        """Paginated files have an item in place of the notice, and a copy may be cut between the two."""
        assert [] == found("TF713", log(meta(), start("a"), COMPACTED, end("a"), ordinals=True))
        assert [] == found("TF713", log(meta(forked_from_id="u"), NOTED))


class TestForks:
    """TF707, TF708, TF712 and TF714."""

    HISTORY = """
        meta; start a; context; user "hello"; agent "Hello."; complete a
        start b; context; user "why?"; fork of main; start c; context; user "how?"; agent "So."; complete c
    """

    @pytest.mark.parametrize("dialect", [CODEX, PAGINATED])
    def test_a_legal_fork_is_silent(self, dialect: Any) -> None:
        """A fork out of the middle of a turn, as Codex makes it, has no fault at all."""
        assert [] == check(write(self.HISTORY, dialect))

    def test_a_segment_may_name_its_own_thread(self) -> None:
        """TF707 is silent on files that continue an earlier one, and on copied identities."""
        assert [] == found("TF707", log(meta(forked_from_id="t", history_base={"thread_id": "t"})))
        assert [] == found("TF707", log(meta("c", forked_from_id="t"), meta("t", forked_from_id="t")))

    @pytest.mark.parametrize(
        "metas",
        [
            pytest.param((meta(forked_from_id="u"), meta("u"), meta("v")), id="fork of a fork"),
            pytest.param((meta(forked_from_id="u"), meta()), id="rewrite"),
            pytest.param((meta(), meta("u")), id="unnamed parent"),
            pytest.param((meta(), start("a"), meta("u")), id="no copy"),
        ],
    )
    def test_parents_that_fit(self, metas: tuple[Row, ...]) -> None:
        """TF708 asks the first copied identity, and only where the fork names its parent."""
        assert [] == found("TF708", log(*metas))

    CREATED = "2026-06-01T09:00:00.000Z"

    def fork(self, *rows: Row, **fields: Any) -> bytes:
        """A fork that copied these rows and then starts a turn."""
        head = meta(forked_from_id="u", timestamp=self.CREATED, **fields)
        return log(head, meta("u"), *rows, start("own", started_at=1780304410))

    OLD = start("a", started_at=1780300000)

    def test_copies_that_end_in_a_turn(self) -> None:
        """TF712 speaks of a copied turn with input, in either form of input."""
        typed = event("item_completed", turn_id="a", item=USER_ITEM)
        assert [(5, "suspicion")] == found("TF712", self.fork(self.OLD, INPUT))
        assert [(5, "suspicion")] == found("TF712", self.fork(self.OLD, typed))

    def test_copies_that_may_end_so(self) -> None:
        """A closed turn, one without input, and what a sub-agent was given."""
        spawned = {"subagent": {"thread_spawn": {"parent_thread_id": "u", "depth": 1}}}
        other = event("item_completed", item={"type": "Reasoning"})
        for data in (
            self.fork(self.OLD, INPUT, abort("a")),
            self.fork(self.OLD, other),
            self.fork(INPUT),
            self.fork(self.OLD, INPUT, source=spawned),
            log(start("a"), INPUT, start("b")),
        ):
            assert [] == found("TF712", data)

    def test_own_turns_are_not_older(self) -> None:
        """TF714 is silent on later turns of the fork, and on sessions that copied nothing."""
        later = start("later", started_at=1780304420)
        assert [] == found("TF714", self.fork(self.OLD, end("a")) + log(later))
        assert [] == found("TF714", log(meta(timestamp=self.CREATED), self.OLD, end("a"), self.OLD))


class TestSubagents:
    """TF709."""

    @staticmethod
    def spawned(spawn: Any, **fields: Any) -> bytes:
        return log(meta(source={"subagent": {"thread_spawn": spawn}}, **fields))

    @pytest.mark.parametrize(
        ("spawn", "fields", "wrong"),
        [
            ({"depth": 1}, {}, "none is named"),
            ({"parent_thread_id": "p"}, {"parent_thread_id": "q"}, "two are named, p and q"),
            ({"parent_thread_id": "t"}, {}, "it is the session itself"),
            ({"parent_thread_id": "p", "depth": 0}, {}, "the depth is 0"),
            ({"parent_thread_id": {}, "depth": []}, {}, "the depth is []"),
            ({"parent_thread_id": "p", "depth": "1"}, {}, "the depth is 1"),
        ],
    )
    def test_faults(self, spawn: Any, fields: dict[str, Any], wrong: str) -> None:
        """Each fault is said in words."""
        findings = check(self.spawned(spawn, **fields), [registry()["TF709"]])
        assert [wrong] == [finding.facts["wrong"] for finding in findings]

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(log(meta(source="cli")), id="root"),
            pytest.param(log(meta(source={"custom": "x"})), id="custom"),
            pytest.param(log(meta(source={"subagent": "review"})), id="internal"),
            pytest.param(log(meta(source={"subagent": {"other": "x"}})), id="other"),
            pytest.param(log(meta(), meta("u", source={"subagent": {"thread_spawn": {}}})), id="copied"),
            pytest.param(
                log(meta(source={"subagent": {"thread_spawn": {"parent_thread_id": "p"}}})), id="no depth"
            ),
            pytest.param(
                log(meta(source={"subagent": {"thread_spawn": {"depth": 2}}}, parent_thread_id="p")),
                id="beside",
            ),
        ],
    )
    def test_excused(self, data: bytes) -> None:
        """Sessions that were not spawned, and spawned ones that say by whom."""
        assert [] == found("TF709", data)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((meta(), start("a"), end("a"), TOKENS, back(1)), []),
        ((meta(), start("a"), TOKENS, end("a"), back(1)), [(5, "suspicion")]),
        ((meta(), TOKENS, back(1), back(1)), [(4, "suspicion")]),
        ((meta(version="0.120.0"), back(1)), []),
        ((meta(version=None), back(1)), []),
    ],
)
def test_tokens_are_counted_before_a_rollback(rows: tuple[Row, ...], expected: list[Any]) -> None:
    """TF710 wants a count of its own for each rollback, from versions that have rollbacks."""
    assert expected == found("TF710", log(*rows))
