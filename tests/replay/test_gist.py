"""The gist of texts, calls and outputs in the forms that sessions have them in."""

from __future__ import annotations

import pytest

from turnfold.replay.gist import (
    GIST_CHARS,
    call_gist,
    gist,
    is_aborted,
    message_of,
    output_text,
    refusal,
    word_of,
)


def test_a_text_is_cut_to_one_line() -> None:
    """White space becomes single spaces; what is too long ends in an ellipsis."""
    assert "a b c" == gist(" a\n\tb  c\n")
    assert GIST_CHARS == len(gist("word " * 100) or "")
    assert (None, None) == (gist(" \n"), gist(7))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('{"cmd": "ls -l", "yield_time_ms": 5}', "ls -l"),
        ('{"command": ["bash", "-lc", "make test"]}', "make test"),
        ({"type": "exec", "command": ["git", "status"]}, "git status"),
        ("*** Begin Patch\n*** End Patch", "*** Begin Patch *** End Patch"),
        ('{"plan": []}', '{"plan": []}'),
        ("{}", None),
        ("{broken", "{broken"),
        (None, None),
    ],
)
def test_a_call_says_what_it_does(arguments: object, expected: str | None) -> None:
    """Arguments are JSON in a text, a patch, or an action."""
    assert expected == call_gist(arguments)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("plain", "plain"),
        ('{"output": "from 2025", "metadata": {"exit_code": 0}}', "from 2025"),
        ([{"type": "input_text", "text": "one"}, {"type": "input_text", "text": "two"}], "one\ntwo"),
        ({"content": "nested", "success": True}, "nested"),
        ({"other": 1}, '{"other": 1}'),
        (None, ""),
    ],
)
def test_an_output_is_found_in_its_form(output: object, expected: str) -> None:
    """Outputs are texts, JSON in a text, objects or parts."""
    assert expected == output_text(output)


@pytest.mark.parametrize(
    "output",
    [
        "aborted",
        "aborted by user after 2.5s",
        "Wall time: 0.4 seconds\naborted by user",
        "half\naborted by user after 1s",
    ],
)
def test_an_interrupted_output_is_recognised(output: str) -> None:
    """All the wordings that Codex had."""
    assert is_aborted(output)


def test_an_output_about_aborting_is_not_an_interrupted_one() -> None:
    """The word alone, in other words' company, means nothing."""
    assert not is_aborted("the merge was aborted by user ada, see log")


def test_a_refusal_has_its_words() -> None:
    """What the refuser said is told; other outputs are none."""
    assert "no" == refusal('exec_command failed: CreateProcess { message: "Rejected(\\"no\\")" }')
    assert "rejected by user" == refusal("exec command rejected by user")
    assert refusal("ok") is None


def test_words_and_messages_come_out_of_their_objects() -> None:
    """Decisions and errors are words here and objects there."""
    assert ("allow", "amended") == (word_of("allow"), word_of({"amended": {"x": 1}}))
    assert ("lost", "lost", None) == (message_of("lost"), message_of({"message": "lost"}), message_of(None))
