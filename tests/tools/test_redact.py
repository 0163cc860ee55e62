"""What of a finding is a text of the session, and what is structure."""

from __future__ import annotations

import hashlib

import pytest

from turnfold.replay.findings import Finding, Severity
from turnfold.tools.redact import redacted, redacted_fact, redacted_text, redacted_word


def test_a_text_becomes_length_and_hash() -> None:
    """The form is that of the documentation, and equal texts stay equal."""
    digest = hashlib.sha256(b"rm -rf /tmp/work ").hexdigest()[:8]
    assert f"<text 17 chars sha256:{digest}>" == redacted_text("rm -rf /tmp/work ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("turn_id", "my-turn"),
        ("call_id", "call_8Hk2"),
        ("status", "completed"),
        ("first", 12),
        ("share", 0.5),
        ("known", True),
        ("other", None),
        ("what", "turn_started"),
        ("anything", "019e8269-4f7a-7d71-8bbb-68a2b58e149a"),
        ("before", "2026-06-01T09:00:00.250Z"),
        ("by", "0.163.0-alpha.2"),
    ],
)
def test_structure_stays(name: str, value: object) -> None:
    """Ids, kinds, numbers and times are kept."""
    assert value == redacted_fact(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("message", "please"),
        ("command", "ls"),
        ("cwd", "/home/ann/launch"),
        ("turn_id", "not an id at all"),
        ("reason", "because I said so"),
        ("preview", b"bytes"),
    ],
)
def test_texts_go(name: str, value: object) -> None:
    """What is not known to be structure is hidden, single words too."""
    assert str(redacted_fact(name, value)).startswith("<text ")


def test_lists_are_redacted_member_by_member() -> None:
    """A list of ids stays readable, a list of texts does not."""
    assert "a1, b2" == redacted_fact("call_ids", ["a1", "b2"])
    assert 2 == str(redacted_fact("names", ("x", "y"))).count("<text 1 chars")


def test_damage_keeps_only_its_kind() -> None:
    """The message of damage may quote a key of the file."""
    damage = Finding(code="TF009", severity=Severity.DAMAGE, line=1, facts={"message": "`secret` twice"})
    assert {} == redacted(damage).facts


def test_a_subject_that_is_a_text_goes() -> None:
    """An id stays, anything with spaces does not."""
    assert "turn-7" == redacted_word("turn-7")
    assert redacted_word(None) is None
    assert str(redacted_word("two words")).startswith("<text 9 chars")
