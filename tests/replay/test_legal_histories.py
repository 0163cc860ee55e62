"""What the language of histories writes is legal: no rule may find anything in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, Form, write
from turnfold.replay.verification import verify

CUT_OFF = {"TF305", "TF306", "TF317", "TF712"}
"""What a `crash` leaves behind: turns without an end, also in the copy of a fork, and a review that was not left."""
TEXTS = st.sampled_from(['"go on"', '"größer 😀"', '"two\\nlines"', '""'])
ALONE = st.one_of(
    st.sampled_from(["think", "context", "compact", "wait 5s", "wait 1h", "review on; review off"]),
    TEXTS.map("think {}".format),
    TEXTS.map("agent {} commentary".format),
    TEXTS.map("error {} overloaded".format),
    st.integers(0, 3000).map("tokens {}".format),
    TEXTS.map("steer {0}; agent {0}".format),
)
"""What may stand anywhere in a turn that had its input."""
LAST_WORDS = [
    *('agent "Done."; complete {0}', "think; complete {0}", "abort {0}", "call open{0}; abort {0}"),
    *(
        "abort {0} budget_limited",
        "abort {0} review_ended",
        "crash",
        "review on; crash",
        "call open{0}; crash",
    ),
]


@st.composite
def calls(draw: st.DrawFn, turn: str, nth: int) -> str:
    """One response of the model: some calls, then all of their outputs, in their order."""
    names = [f"{turn}-{nth}-{at}" for at in range(draw(st.integers(1, 3)))]
    tools = [draw(st.sampled_from(["shell", "apply_patch", "search"])) for _ in names]
    asked = [f"call {name} {tool}" for name, tool in zip(names, tools, strict=True)]
    told = [f"output {name} {draw(TEXTS)}{draw(st.sampled_from(['', ' failed']))}" for name in names]
    return "; ".join([*asked, *told])


@st.composite
def turns(draw: st.DrawFn, name: str) -> str:
    """One turn, from its start to its end; another one may follow because it was replaced."""
    steps = [draw(st.one_of(ALONE, calls(name, nth))) for nth in range(draw(st.integers(0, 5)))]
    begin = [f"start {name}", "context", f"user {draw(TEXTS)}"]
    return "; ".join([*begin, *steps, draw(st.sampled_from(LAST_WORDS)).format(name)])


@st.composite
def histories(draw: st.DrawFn, is_bare: bool = False) -> str:
    """A whole session: turns, and between them forks, rollbacks, compactions, rewrites of the identity."""
    between = ["compact", "wait 2h", "wait 1s; meta", 'start x{0}; context; user "no"; abort x{0} replaced']
    forks = [] if is_bare else ["wait 1s; fork f{0} of {1}"]
    rollback = 'start y{0}; context; user "no"; agent "ok"; complete y{0}; rollback 1'
    thread = "main"
    parts = [draw(st.sampled_from(["meta main", "subagent main of parent"]))]
    for nth in range(draw(st.integers(1, 5))):
        parts.append(draw(turns(f"t{nth}")))
        step = draw(st.sampled_from(["", *between, rollback, *forks])).format(nth, thread)
        thread = f"f{nth}" if "fork" in step else thread
        parts.append(step)
    return "; ".join([*filter(None, parts), 'start z; context; user "bye"; agent "Bye."; complete z'])


@pytest.mark.parametrize("dialect", [CODEX, PAGINATED, OLD, BARE], ids=lambda form: form.name)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_found_in_a_legal_history(tmp_path: Path, dialect: Form, data: st.DataObject) -> None:
    """Only what a `crash` left without an end is named; each of those rules is a suspicion."""
    history = data.draw(histories(is_bare=dialect is BARE))
    # Killed in review mode and killed again: whose the turn between is, the file does not tell.
    assume("review on; crash" not in history or history.count("crash") == 1)
    rollout = tmp_path / "rollout.jsonl"
    rollout.write_bytes(write(history, dialect))
    found = {finding.code for finding in verify(rollout).findings}
    assert set() == found - (CUT_OFF if "crash" in history else set())
