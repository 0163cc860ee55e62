'''A tiny language for histories: legal Codex rollouts from a few words.

    >>> rollout = write("""
    ...     meta; start a; context
    ...     user "the parser drops the last row"
    ...     call c1 shell "pytest -q"; output c1 "1 failed"; tokens 1200
    ...     agent "An off-by-one in `rows()`."; tokens 1400 90
    ...     complete a
    ... """)
    >>> rollout.count(b"\\n")
    14

`write(history, dialect)` returns the bytes of the file. The same text always gives the same bytes: the clock
begins at 2026-06-01T09:00:00Z and each statement takes 250 ms; ids are UUIDs of version 7 made from names, and
the time in them agrees with the clock. Token totals, durations and ordinals agree as well.

## Statements

They stand between semicolons or line ends; `#` begins a comment. A verb is followed by bare words (names and
numbers), texts in double quotes (as in JSON) and, for `raw`, a JSON object. `[...]` may be left out.

| statement | what it writes |
|---|---|
| `meta [NAME]` | the identity record; again later, its rewrite |
| `subagent [NAME] of PARENT` | the identity record of a thread spawned by PARENT, in place of `meta` |
| `fork [NAME] of THREAD` | a new thread: what was written so far becomes its copied beginning, re-stamped in one burst; an open turn is interrupted first |
| `start TURN` | `task_started` |
| `context [TURN]` | the first time permissions and environment, then (always) `turn_context` |
| `user "TEXT"` | user input: the message for the model and its twin for clients |
| `steer "TEXT"` | the same, into a turn that had input already |
| `think ["SUMMARY"]` | a reasoning item; with a summary, its twin |
| `call ID [TOOL] ["TEXT"]` | a tool call; TOOL is `shell` unless given, TEXT its command (or patch for `apply_patch`) |
| `output ID ["TEXT"] [failed]` | the output of a call that was made in this turn |
| `tokens IN [OUT]` | `token_count` after a request of so many tokens; OUT is a tenth of IN unless given |
| `agent "TEXT" [commentary]` | a message of the model, and its twin |
| `error "TEXT" [CODE]` | an `error` event |
| `review on`, `review off` | review mode is entered and left |
| `complete TURN` | `task_complete`, with the last message of the turn |
| `abort TURN [REASON]` | `turn_aborted`; for `interrupted` (the default) after the marker that tells the model. Other reasons: `replaced`, `review_ended`, `budget_limited` |
| `crash` | nothing: the open turn stays without an end, and the next may start |
| `compact [TURN]` | inside a turn the automatic compaction; outside, the user's, which is a turn of its own |
| `rollback N` | the last N turns are taken back: `token_count`, then `thread_rolled_back` |
| `wait 5s` | nothing; so much time goes by (`ms`, `s`, `m`, `h`) |
| `raw {...}` | this record, with time and ordinal added where it lacks them |

## Dialects

`CODEX` (0.146.0), `PAGINATED` (0.169.0: ordinals from 0, items in place of twins, usage records), `OLD` (0.98.0: no
turn events and ids) and `BARE` (mid 2025: no envelope, no events). The same history can be written in each; what a
dialect cannot show is left out.

## Errors and faults

The language writes legal rollouts only. What is not understood or not legal raises `HistoryError`, which names the
word, its place and the remedy. Faults are made by editing the bytes: `without`, `repeated`, `swapped`, `edited`,
`torn`, `cut`, `interleaved`; `line_of` finds the line to edit.
'''  # noqa: E501  a table's row is one line

from turnfold.replay.histories.edits import (
    cut,
    edited,
    interleaved,
    line_of,
    lines_of,
    repeated,
    swapped,
    torn,
    without,
)
from turnfold.replay.histories.errors import HistoryError
from turnfold.replay.histories.forms import BARE, CODEX, OLD, PAGINATED, Form
from turnfold.replay.histories.write import VERBS, write

__all__ = [
    "BARE",
    "CODEX",
    "Form",
    "HistoryError",
    "OLD",
    "PAGINATED",
    "VERBS",
    "cut",
    "edited",
    "interleaved",
    "line_of",
    "lines_of",
    "repeated",
    "swapped",
    "torn",
    "without",
    "write",
]
