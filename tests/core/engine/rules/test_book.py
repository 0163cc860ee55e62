"""Rules of a session: loaded in layers, asked by the orchestrator, amended in a file."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from turnfold.core.approvals import CommandVerdict
from turnfold.core.engine.approvals import AmendmentFailed, CommandPolicy, RuleSink
from turnfold.core.engine.rules import LoadedRules, RuleBook, RuleNotWritten, append_rule, load_rules
from turnfold.core.execpolicy import Decision, PrefixRule, Ruleset

RULES = Ruleset(
    rules=(
        PrefixRule(pattern=(("git",),)),
        PrefixRule(pattern=(("rm",),), decision=Decision.FORBIDDEN, justification="Use `trash`"),
        PrefixRule(pattern=(("cp",),), decision=Decision.PROMPT),
    )
)


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run *work* with real threads."""
    trio.run(work)


def loaded(*folders: Path) -> LoadedRules:
    """What is found in the layers."""

    async def main() -> LoadedRules:
        return await load_rules(folders)

    return trio.run(main)


def appended(path: Path, line: str) -> None:
    """Append a line."""
    trio.run(append_rule, path, line)


def test_layers_are_read_in_order_and_broken_files_are_left_out(tmp_path: Path) -> None:
    """Files by name, lower layers first; a fault costs its own file only, and is told with line and remedy."""
    low, high = tmp_path / "low", tmp_path / "high"
    for folder in (low / "rules", high / "rules"):
        folder.mkdir(parents=True)
    (low / "rules" / "b.rules").write_text('prefix_rule(pattern=["b"])')
    (low / "rules" / "a.rules").write_text(
        'host_executable(name="a", paths=["/bin/a"])\nprefix_rule(pattern=["a"])'
    )
    (low / "rules" / "notes.txt").write_text("not for us")
    (high / "rules" / "a.rules").write_text('prefix_rule(pattern=["c"], not_match=["/opt/a"])')
    (high / "rules" / "bad.rules").write_text('prefix_rule(pattern=["d"])\nprefix_rule(pattern=[])')
    (high / "rules" / "bytes.rules").write_bytes(b"\xff")
    (high / "rules" / "folder.rules").mkdir()
    (tmp_path / "file").touch()
    found = loaded(low, tmp_path / "missing", tmp_path / "file", high)
    assert [(("a",),), (("b",),), (("c",),)] == [rule.pattern for rule in found.ruleset.rules]
    bad = high / "rules"
    assert [
        f"{bad}/bad.rules:2: a pattern cannot be empty. Name at least the program. Until then none of its rules holds",
        f"{bad}/bytes.rules: it is no UTF-8 text (byte 0). Save it as UTF-8",
        f"{bad}/folder.rules: it cannot be read: Is a directory. Check its permissions",
    ] == [str(problem) for problem in found.problems]


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A loop of links stands for any error of the system."""
    (tmp_path / "rules").symlink_to(tmp_path / "rules")
    (problem,) = loaded(tmp_path).problems
    assert f"{tmp_path}/rules" == problem.file
    assert "cannot be read" in problem.message


@pytest.mark.covers("C1")
def test_the_orchestrator_is_told_what_the_rules_say(tmp_path: Path) -> None:
    """Allow, prompt, and forbid with the reason that rejects the call; where they are silent a rule is offered."""
    book = RuleBook(RULES, home=tmp_path)
    policy: CommandPolicy = book
    sink: RuleSink = book
    assert callable(sink.add)
    assert CommandVerdict(decision="allow") == policy.judge(["git", "status"])
    assert CommandVerdict(decision="allow") == policy.judge(["/usr/bin/git", "status"])
    assert CommandVerdict(decision="prompt") == policy.judge(["cp", "a", "b"])
    forbidden = CommandVerdict(decision="forbid", reason="Use `trash`")
    assert forbidden == policy.judge(["bash", "-lc", "git status && rm -rf x"])
    assert CommandVerdict(amendment=["ls", "-l"]) == policy.judge(["bash", "-lc", "ls -l"])
    assert CommandVerdict() == policy.judge(["bash", "-lc", "ls > x"])
    assert CommandVerdict() == RuleBook(RULES).judge(["ls"])
    assert CommandVerdict() == RuleBook(RULES, resolve_host_executables=False).judge(["/usr/bin/git"])


def test_an_accepted_rule_holds_at_once_and_after_a_restart(tmp_path: Path) -> None:
    """It is in `rules/default.rules`, once, as Codex writes it."""

    async def main() -> None:
        book = RuleBook(RULES, home=tmp_path)
        for _ in range(2):
            await book.add(["ls", "-l"])
        await book.add({"host": "x.org", "protocol": "https", "action": "deny"})
        assert "allow" == book.judge(["ls", "-l", "/"]).decision
        assert book.ruleset.host_decision("x.org", "https") is Decision.FORBIDDEN
        again = (await load_rules([tmp_path])).ruleset
        assert again.evaluate(["ls", "-l"]).decision is Decision.ALLOW

    run(main)
    assert (
        'prefix_rule(pattern=["ls", "-l"], decision="allow")\n'
        'network_rule(host="x.org", protocol="https", decision="deny")\n'
    ) == (tmp_path / "rules" / "default.rules").read_text()


@pytest.mark.parametrize(
    ("amendment", "said"),
    [
        ([], "pattern cannot be empty"),
        (["a", 1], "is no amendment"),
        ("ls", "is no amendment"),
        ({"host": "x"}, "is no amendment"),
        ({"host": "*", "protocol": "http", "action": "allow"}, "no host"),
        (["\ud800"], "surrogate"),
    ],
)
def test_what_is_no_rule_is_not_kept(amendment: object, said: str, tmp_path: Path) -> None:
    """The client that answered is told, by the text of the error; no file is made."""

    async def main() -> None:
        with pytest.raises(AmendmentFailed, match=said):
            await RuleBook(home=tmp_path).add(amendment)

    run(main)
    assert [] == list(tmp_path.iterdir())


def test_a_rule_that_cannot_be_kept_does_not_hold(tmp_path: Path) -> None:
    """Without a place, or with one that cannot be written, nothing changes and the reason is told."""
    (tmp_path / "rules").touch()

    async def main() -> None:
        for book, said in (
            (RuleBook(), "no folder in which rules could be kept"),
            (RuleBook(home=tmp_path), r"default\.rules cannot be written: .* Check its permissions"),
        ):
            with pytest.raises(AmendmentFailed, match=said):
                await book.add(["ls"])
            assert book.judge(["ls"]).decision is None

    run(main)


def test_a_line_is_appended_below_the_last_one(tmp_path: Path) -> None:
    """A last line without its end gets one; what is there already stays as it is."""
    path = tmp_path / "new" / "default.rules"
    appended(path, "a")
    path.write_text("# mine\r\nb")
    appended(path, "c")
    appended(path, "b")
    assert "# mine\r\nb\nc\n" == path.read_bytes().decode()


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """While another holds the lock nothing is written; afterwards the line is there."""
    path = tmp_path / "default.rules"
    path.write_text("a\n")
    with path.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        writer = threading.Thread(target=appended, args=(path, "c"))
        writer.start()
        other.write("b\n")
        other.flush()
        fcntl.flock(other, fcntl.LOCK_UN)
        writer.join()
    assert "a\nb\nc\n" == path.read_text()


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line would make all rules of the file unreadable."""
    path = tmp_path / "default.rules"
    path.write_text("a\n")

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(RuleNotWritten, match="Input/output error"):
        appended(path, "b")
    assert "a\n" == path.read_text()
