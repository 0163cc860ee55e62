"""The pure part of the network: targets, the ledger, outcomes, and the calls that own requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.approvals import Ruling
from turnfold.core.lifecycle import NetworkPhase
from turnfold.core.network import (
    PROTOCOLS,
    Calls,
    Clear,
    Interrupted,
    Knowledge,
    Rejected,
    Target,
    TargetError,
    accepts,
    closing_events,
    consult,
    finish_of,
    network_decision,
    outcome_of,
)
from turnfold.core.state import Host, State
from turnfold.events import (
    NetworkCallFinished,
    NetworkCallRegistered,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
    WarningRaised,
)

WEB = Target("http", "codex-network-test.invalid", 80)


@pytest.mark.covers("D1")
@pytest.mark.parametrize(
    ("host", "name"),
    [("Example.ORG", "example.org"), ("example.org.", "example.org"), ("[::1]", "::1"), (" a ", "a")],
)
def test_spellings_of_a_host_are_one_target(host: str, name: str) -> None:
    """Case, a dot at the end and brackets make no other target."""
    assert Target("https", name, 443) == Target.of("HTTPS", host, 443)


@pytest.mark.parametrize(
    ("protocol", "host", "port", "complaint"),
    [
        ("ftp", "a", 21, "protocol"),
        ("http", "a", 0, "port"),
        ("http", "a", 65_536, "port"),
        ("http", "", 80, "not the name"),
        ("http", "a b", 80, "not the name"),
        ("http", "a" * 254, 80, "not the name"),
        ("http", "u@a", 80, "not the name"),
    ],
)
def test_what_names_no_target_is_refused(protocol: str, host: str, port: int, complaint: str) -> None:
    """The complaint says which part is wrong."""
    with pytest.raises(TargetError, match=complaint):
        Target.of(protocol, host, port)


@pytest.mark.covers("D2")
def test_texts_of_a_target() -> None:
    """The key, the suffix of hook runs and the command of an unowned request."""
    assert WEB.text == "http://codex-network-test.invalid:80"
    assert WEB.suffix == "network#http#codex-network-test.invalid#80"
    assert WEB.access == "network-access http://codex-network-test.invalid:80"


@given(
    st.sampled_from(PROTOCOLS), st.from_regex(r"[A-Za-z0-9.:-]{1,30}", fullmatch=True), st.integers(1, 65_535)
)
def test_a_target_is_read_back_from_its_text(protocol: str, host: str, port: int) -> None:
    """`parse` undoes `text`, and the normal form is its own normal form."""
    try:
        target = Target.of(protocol, host, port)
    except TargetError:
        return
    if not target.host.endswith("."):
        assert target == Target.parse(target.text)


@pytest.mark.parametrize("text", ["", "http://a", "http://a:b", "http://a:99999999"])
def test_a_text_that_is_no_target(text: str) -> None:
    """A text without a sound port is refused."""
    with pytest.raises(TargetError):
        Target.parse(text)


@pytest.mark.covers("D2")
@pytest.mark.parametrize(
    ("phase", "known"),
    [
        (None, Knowledge.OWN),
        (NetworkPhase.ASKING, Knowledge.SHARE),
        (NetworkPhase.SESSION_DENIED, Knowledge.DENIED),
        (NetworkPhase.SESSION_APPROVED, Knowledge.APPROVED),
    ],
)
def test_what_the_ledger_knows(phase: NetworkPhase | None, known: Knowledge) -> None:
    """Denied and approved hosts are known, an open question is shared, anything else is asked about."""
    hosts = {} if phase is None else {WEB.text: Host(WEB.text, phase, 1)}
    assert known is consult(State(hosts=hosts), WEB)


@pytest.mark.covers("F6")
def test_open_questions_are_closed_after_the_turn() -> None:
    """Only the questions that nobody answered, as denials of the policy."""
    asking = Host(WEB.text, NetworkPhase.ASKING, 1)
    approved = Host("http://b:80", NetworkPhase.SESSION_APPROVED, 2)
    state = State(hosts={each.target: each for each in (asking, approved)})
    closing = NetworkDecisionMade(
        host=WEB.host,
        protocol="http",
        port=80,
        decision="deny",
        source="config",
        turn_id="t",
        message="the turn was aborted",
    )
    assert (closing,) == closing_events(state, "t", "the turn was aborted")


@pytest.mark.covers("D4")
@pytest.mark.parametrize(
    ("outcome", "open_"),
    [(None, True), ("denied_by_policy", True), ("denied_by_user", False), ("interrupted", False)],
)
def test_which_outcomes_are_final(outcome: str | None, open_: bool) -> None:
    """The user's denial and an interruption are; a denial of the policy is not."""
    assert open_ is accepts(outcome)


@pytest.mark.covers("D5")
def test_what_an_outcome_does_to_its_call() -> None:
    """Nothing, a rejection with its text, or an interruption."""
    assert Clear() == finish_of(None, None)
    assert Rejected("rejected by user") == finish_of("denied_by_user", None)
    assert Rejected("not this host") == finish_of("denied_by_policy", "not this host")
    assert Interrupted("tool interrupted") == finish_of("interrupted", "stop")


@pytest.mark.covers("D3")
@pytest.mark.parametrize(
    ("ruling", "decision", "outcome"),
    [
        (Ruling(decision="denied", source="config", message="m"), "deny", ("denied_by_policy", "m")),
        (Ruling(decision="denied", source="config", interrupt=True), "deny", ("interrupted", None)),
        (Ruling(decision="denied", source="user", message="m"), "deny", ("denied_by_user", None)),
        (Ruling(decision="abort", source="user"), "deny", ("denied_by_user", None)),
        (
            Ruling(decision="timed_out", source="automated_reviewer", message="late"),
            "deny",
            ("denied_by_user", "late"),
        ),
        (
            Ruling(decision="network_policy_amendment", source="user", amendment={"action": "deny"}),
            "deny_session",
            ("denied_by_user", None),
        ),
    ],
)
def test_what_a_denial_leaves(ruling: Ruling, decision: str, outcome: tuple[str, str | None]) -> None:
    """A hook's is the policy's, an interrupting one interrupts, the user's and the reviewer's are the user's."""
    assert (decision, outcome) == (network_decision(ruling), outcome_of(ruling))


@pytest.mark.parametrize(
    ("decision", "amendment", "expected"),
    [
        ("approved", None, "allow_once"),
        ("approved_for_session", None, "allow_session"),
        ("network_policy_amendment", {"host": "a", "action": "allow"}, "allow_session"),
        ("no such word", None, "deny"),
    ],
)
def test_how_long_an_answer_holds(decision: str, amendment: object, expected: str) -> None:
    """Once, or for the session; a word that nobody knows denies."""
    assert expected == network_decision(Ruling(decision=decision, source="user", amendment=amendment))


def registered(number: int) -> NetworkCallRegistered:
    """Return the registration *number* of the call of the same number."""
    return NetworkCallRegistered(registration_id=f"n{number}", call_id=f"c{number}", command=f"run {number}")


def outcome(call: str, word: str, message: str | None = None) -> NetworkOutcomeRecorded:
    """Return an outcome of *call*."""
    return NetworkOutcomeRecorded(
        host="a", protocol="http", port=80, call_id=call, outcome=word, message=message
    )


@pytest.mark.covers("D1", "D4")
def test_exactly_one_active_call_owns_a_request() -> None:
    """None does without a call or with several, unless the request shows its registration."""
    none = Calls()
    one = none.after(registered(1))
    two = one.after(registered(2))
    assert [None, "c1", None] == [getattr(calls.owner(), "call_id", None) for calls in (none, one, two)]
    shown = two.owner("n2")
    assert shown is not None
    assert shown.call_id == "c2"
    assert one.owner("n2") is None


@pytest.mark.covers("D4", "D5")
def test_the_calls_are_a_fold() -> None:
    """Outcomes go to their call while it is active, final ones stay, an end forgets the registration."""
    calls = Calls().after(registered(1)).after(registered(2))
    calls = calls.after(outcome("c1", "denied_by_policy", "p")).after(outcome("c1", "denied_by_user"))
    calls = calls.after(outcome("c1", "denied_by_policy", "late")).after(WarningRaised(message="x"))
    assert [Rejected("rejected by user"), Clear()] == [call.finish for call in calls.active.values()]
    assert calls is calls.after(outcome("c9", "interrupted"))
    ended = calls.after(NetworkCallFinished(registration_id="n1", call_id="c1"))
    assert ["n2"] == list(ended.active)
    assert ended is ended.without("n1")
