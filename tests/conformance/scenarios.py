"""The scenarios: calls, approvals, and what interrupts them."""

from __future__ import annotations

from typing import Final

from tests.conformance.endpoint import Cut, Hold, Status, Typed, beginning, call, escalated, message, run
from tests.conformance.scenario import (
    Answer,
    Compact,
    Ended,
    Fifo,
    Held,
    Hunk,
    Interrupt,
    Release,
    Scenario,
    Start,
    Steer,
    Until,
)

PATCH: Final = """\
*** Begin Patch
*** Add File: new.txt
+a line
*** End Patch
"""
PATCHED: Final = "Success. Updated the following files:\nA new.txt\n"
REJECTED: Final = 'exec_command failed: CreateProcess {{ message: "Rejected(\\"{}\\")" }}'
"""How Codex wraps the reason for which it did not run a command."""


def rejected(why: str, call_id: str = "c1") -> Hunk:
    """The engines' ways to tell the model why its command was rejected."""
    return Hunk(
        (f"output {call_id}: {REJECTED.format(why)}",), (f"output {call_id}: {why}",), "rejection-wrapped"
    )


SHOWN_EARLY: Final = Hunk(("command started",), (), "command-shown-early")
SHOWN_LATER: Final = Hunk((), ("command started",), "command-shown-early")
BEGUN_LATE: Final = (SHOWN_EARLY, SHOWN_LATER)
DECLINED: Final = (SHOWN_EARLY, Hunk(("command declined",), (), "command-shown-early"))
NO_OUTPUT: Final = Hunk(
    ("output c1: Wall time: N seconds\naborted by user",), ("output c1: aborted",), "interrupted-call"
)
PREEMPTED: Final = Hunk((), ("assistant: one",), "steer-cuts-in")
DONE: Final = (message("done", "m9"),)
ASKS: Final = (escalated("c1", "echo hi"),)

PLAIN: Final = (
    Scenario(
        name="two-turns",
        claim="Two plain answers; the second request has the first turn in it.",
        covers=("G1",),
        model=((message("one", "m1"),), (message("two", "m2"),)),
        client=(Start("first"), Ended(), Start("second"), Ended()),
    ),
    Scenario(
        name="cut-off-and-repeated",
        claim="A response that breaks off is asked for again.",
        covers=("G1",),
        model=((*beginning("o"), Cut()), DONE),
        client=(Start("hello"), Ended()),
        findings=("TF210",),
    ),
    Scenario(
        name="refused-by-the-endpoint",
        claim="A request that the endpoint refuses fails the turn, which still ends once.",
        covers=("F7",),
        model=(Status(400),),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="compaction",
        claim="A compaction puts a summary in the place of the history.",
        covers=("G1",),
        model=((message("one", "m1"),), (message("the summary", "m2"),), DONE),
        client=(Start("first"), Ended(), Compact(), Ended(), Start("second"), Ended()),
        heard=(
            Hunk(
                ("contextcompaction started", "contextcompaction completed"),
                ("compacted",),
                "compaction-is-no-item",
            ),
        ),
    ),
)

CALLS: Final = (
    Scenario(
        name="command-allowed",
        claim="A command that needs no approval runs, and the model sees its output.",
        covers=("C1",),
        approval="never",
        sandbox="danger-full-access",
        model=((run("c1", "echo hi"),), DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="command-fails",
        claim="A command that fails is a command whose exit code the model sees.",
        covers=("C1",),
        approval="never",
        sandbox="danger-full-access",
        model=((run("c1", "echo no; exit 3"),), DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="parallel-commands",
        claim="Two commands of one response, each of which waits for the other; their outputs come in call order.",
        covers=("C6",),
        approval="never",
        sandbox="danger-full-access",
        fifos=("a", "b"),
        model=((run("c1", "cat a; echo 1 > b"), run("c2", "echo 2 > a; cat b")), DONE),
        client=(Start("hello"), Ended()),
        ordered=False,
    ),
    Scenario(
        name="process-that-stays",
        claim="A command that outlives its call is written to by a later one.",
        covers=("C1",),
        approval="never",
        sandbox="danger-full-access",
        model=(
            (run("c1", "read line; echo got $line", yield_time_ms=250, tty=True),),
            (Typed("c2", "hi\n"),),
            DONE,
        ),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="patch-in-a-command",
        claim="A command that is nothing but a patch is applied as one.",
        covers=("C1",),
        approval="never",
        sandbox="danger-full-access",
        model=((run("c1", f"apply_patch <<'EOF'\n{PATCH}EOF"), run("c2", "cat new.txt")), DONE),
        client=(Start("hello"), Ended()),
        ordered=False,
        heard=(Hunk(("filechange completed", "filechange started"), (), "patch-is-no-item"),),
        seen=(
            Hunk(
                (
                    f"output c1: Wall time: N seconds\nOutput:\nExit code: 0\nWall time: 0 seconds\nOutput:\n{PATCHED}",
                ),
                (f"output c1: {PATCHED}",),
                "patch-is-no-command",
            ),
        ),
    ),
    Scenario(
        name="unknown-tool",
        claim="A call of a tool that nobody has is answered, and the turn goes on.",
        covers=("C3",),
        model=((call("c1", "no_such_tool", {}),), DONE),
        client=(Start("hello"), Ended()),
    ),
    Scenario(
        name="malformed-arguments",
        claim="Arguments that are no JSON are answered, and the turn goes on.",
        covers=("C3",),
        model=((call("c1", "exec_command", "{"),), DONE),
        client=(Start("hello"), Ended()),
        seen=(
            Hunk(
                (
                    "output c1: failed to parse function arguments: EOF while parsing an object at line 1 column 1",
                ),
                ("output c1: failed to parse function arguments: Input data was truncated",),
                "parser-words",
            ),
        ),
    ),
    Scenario(
        name="missing-argument",
        claim="Arguments without a command are answered, and the turn goes on.",
        covers=("C3",),
        model=((call("c1", "exec_command", {}),), DONE),
        client=(Start("hello"), Ended()),
        seen=(
            Hunk(
                ("output c1: failed to parse function arguments: missing field `cmd` at line 1 column 2",),
                ("output c1: failed to parse function arguments: Object missing required field `cmd`",),
                "parser-words",
            ),
        ),
    ),
)

APPROVALS: Final = (
    Scenario(
        name="approved",
        claim="A command that asks to leave the sandbox runs once the user says yes.",
        covers=("C1", "C4"),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("approved"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="approved-for-the-session",
        claim="The same command is not asked about twice.",
        covers=("C4",),
        model=(ASKS, (escalated("c2", "echo hi"),), DONE),
        client=(Start("hello"), Answer("approved_for_session"), Ended()),
        heard=BEGUN_LATE,
    ),
    Scenario(
        name="declined",
        claim="A command that the user declines does not run, and the turn goes on.",
        covers=("C4",),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("denied"), Ended()),
        heard=DECLINED,
        seen=(rejected("rejected by user"),),
    ),
    Scenario(
        name="cancelled",
        claim="A user who cancels a question interrupts the turn.",
        covers=("C4", "F4"),
        model=(ASKS, DONE),
        client=(Start("hello"), Answer("abort"), Ended(), Start("next"), Ended()),
        heard=(
            SHOWN_EARLY,
            Hunk(("answered: abort", "command declined"), (), "abort-is-no-answer"),
            Hunk((), ("question dropped",), "abort-is-no-answer"),
        ),
        seen=(NO_OUTPUT,),
    ),
    Scenario(
        name="declined-beside-another",
        claim="Of two calls one is declined and one runs.",
        covers=("C4",),
        model=((escalated("c1", "echo 1"), escalated("c2", "echo 2")), DONE),
        client=(Start("hello"), Answer("denied"), Answer("approved", "c2"), Ended()),
        ordered=False,
        heard=(Hunk(("command declined", "command started"), (), "command-shown-early"),),
        seen=(rejected("rejected by user"),),
    ),
    Scenario(
        name="never-asked",
        claim="Under the policy never a command that asks to leave the sandbox is refused without a question.",
        covers=("C1",),
        approval="never",
        model=(ASKS, DONE),
        client=(Start("hello"), Ended()),
        seen=(
            Hunk(
                (
                    (
                        "output c1: approval policy is Never; reject command — you cannot ask for escalated "
                        "permissions if the approval policy is Never"
                    ),
                ),
                (
                    (
                        "output c1: the approval policy is never, under which no command may ask to leave the sandbox: "
                        "call it again without asking for escalated permissions"
                    ),
                ),
                "own-words",
            ),
        ),
    ),
)

RACES: Final = (
    Scenario(
        name="steered-while-streaming",
        claim="Input for a running turn goes into it, and the model answers it.",
        covers=("F9", "F13"),
        model=((Hold(), message("one", "m1")), DONE),
        client=(Start("hello"), Held(), Steer("more"), Release(), Ended()),
        heard=(Hunk((), ("agentmessage started", "agentmessage completed"), "steer-cuts-in"),),
        raced=(Hunk((), ("agentmessage started",), "steer-cuts-in"),),
        seen=(PREEMPTED,),
    ),
    Scenario(
        name="steered-while-speaking",
        claim="Input that comes while the model speaks is answered after what it was saying.",
        covers=("F9", "F13"),
        model=((*beginning("o"), Hold(), message("one", "m1")), DONE),
        client=(Start("hello"), Held(), Until("agentmessage started"), Steer("more"), Release(), Ended()),
        heard=(Hunk((), ("agentmessage started", "agentmessage completed"), "steer-cuts-in"),),
        raced=(Hunk((), ("agentmessage started",), "steer-cuts-in"),),
        seen=(PREEMPTED,),
    ),
    Scenario(
        name="steered-while-a-command-runs",
        claim="Input that comes while a command runs is seen by the model behind the command's output.",
        covers=("F9", "F13"),
        approval="never",
        sandbox="danger-full-access",
        fifos=("up", "go"),
        model=((run("c1", ": > up; cat go", yield_time_ms=20_000),), DONE),
        client=(
            Start("hello"),
            Fifo("up"),
            Until("command started"),
            Steer("more"),
            Fifo("go", read=False),
            Ended(),
        ),
    ),
    Scenario(
        name="steer-refused",
        claim="Input for a turn that does not run is refused, with the same words.",
        covers=("F9",),
        model=((Hold(), message("one", "m1")),),
        client=(
            Steer("early", expected="bogus"),
            Start("hello"),
            Held(),
            Steer("wrong", expected="bogus"),
            Release(),
            Ended(),
            Steer("late"),
        ),
    ),
    Scenario(
        name="interrupted-while-streaming",
        claim="An interruption while the model speaks ends the turn, and leaves a marker for the model.",
        covers=("F1", "F4", "F12"),
        model=((*beginning("o"), Hold()), DONE),
        client=(
            Start("hello"),
            Held(),
            Until("agentmessage started"),
            Interrupt(),
            Ended(),
            Start("next"),
            Ended(),
        ),
    ),
    Scenario(
        name="interrupted-while-a-command-runs",
        claim="An interruption while a command runs ends the turn.",
        covers=("F1", "F4"),
        approval="never",
        sandbox="danger-full-access",
        fifos=("up",),
        model=((run("c1", ": > up; sleep 30", yield_time_ms=20_000),), DONE),
        client=(
            Start("hello"),
            Fifo(),
            Until("command started"),
            Interrupt(),
            Ended(),
            Start("next"),
            Ended(),
        ),
        seen=(NO_OUTPUT,),
    ),
    Scenario(
        name="interrupted-while-asked",
        claim="An interruption while the user is asked ends the turn; the question stands for no decision.",
        covers=("F1", "F6"),
        model=(ASKS, DONE),
        client=(Start("hello"), Until("asked"), Interrupt(), Ended(), Start("next"), Ended()),
        heard=(SHOWN_EARLY,),
        seen=(NO_OUTPUT,),
    ),
    Scenario(
        name="interrupted-and-repeated",
        claim="A second interruption of an ended turn changes nothing.",
        covers=("F1", "F7"),
        model=((Hold(),), DONE),
        client=(Start("hello"), Held(), Interrupt(), Ended(), Start("next"), Ended()),
    ),
)
