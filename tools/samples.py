"""Write the bundled sample sessions of `rollouts/samples`.

Each is a history in the small language of `turnfold.replay.histories`; the broken ones are edited afterwards.
"""

from __future__ import annotations

import sys
from pathlib import Path

from turnfold.replay.histories import (
    PAGINATED,
    cut,
    interleaved,
    line_of,
    lines_of,
    torn,
    without,
    write,
)
from turnfold.tools import generated

FOLDER = Path("rollouts/samples")
OWNED = (FOLDER, "*.jsonl")

CLEAN = """
    meta abacus; start rows; context
    user "abacus drops the last row of sheet.csv. Can you find out why?"
    think "Reproducing it first"; agent "I'll run the tests, then read the parser." commentary
    call read shell "sed -n 1,60p abacus/parse.py"; call test shell "pytest -q"
    tokens 9200 210; wait 2s
    output read "def rows(text):\\n    for line in text.split('\\\\n')[:-1]:\\n        yield line.split(',')"
    output test "1 failed, 11 passed in 0.41s"
    steer "Mind files with CRLF line ends, too."
    think "splitlines() does both"
    call patch apply_patch "@@\\n-    for line in text.split('\\\\n')[:-1]:\\n+    for line in text.splitlines():"
    tokens 10100 340; output patch "Success. Updated abacus/parse.py"
    call again shell "pytest -q"; tokens 10600 60; wait 1s; output again "12 passed in 0.39s"
    agent "`rows()` cut off whatever follows the last newline. It uses splitlines() now, which covers CRLF as well."
    tokens 10900 95; complete rows
    wait 40s; start changelog; context
    user "Great. Add a line to the changelog."
    call log apply_patch "@@\\n+- The last row of a file without a final newline is read."; tokens 11300 70
    output log "Success. Updated CHANGELOG.md"
    agent "Done: one line under Unreleased."; tokens 11500 40; complete changelog
"""

INTERRUPTED = """
    meta abacus; start bench; context
    user "Benchmark the parser on the 2 GB export."
    think; agent "That takes a while; I start it now." commentary
    call slow shell "python bench.py export.csv"; tokens 6400 120
    wait 18s; abort bench
    wait 4s; start small; context
    user "Sorry, wrong file. Take sample.csv."
    call quick shell "python bench.py sample.csv"; tokens 7000 60; wait 1s
    output quick "rows/s: 412000"
    agent "412,000 rows a second on sample.csv."; tokens 7200 30; complete small
"""

COMPACTED = """
    meta abacus; start quoting; context
    user "Support quoted fields, please."
    call scan shell "rg -n split abacus"; tokens 88000 400; output scan "abacus/parse.py:14: line.split(',')"
    think "A small state machine"; compact
    call write apply_patch "@@\\n+def fields(line): ..."; tokens 21000 900
    output write "Success. Updated abacus/parse.py"
    agent "Quoted fields are read by a three-state scanner."; tokens 22500 150; complete quoting
    wait 30s; start regex; context
    user "Could a regular expression do it instead?"
    call try apply_patch "@@\\n+FIELD = re.compile(...)"; tokens 23500 500
    output try "Success. Updated abacus/parse.py"
    agent "It could, and is a third slower."; tokens 24000 80; complete regex
    wait 12s; rollback 1
    wait 5s; compact tidy
    wait 9s; start docs; context
    user "Keep the scanner. Document the three states."
    agent "The docstring of fields() has a table of them now."; tokens 12800 260; complete docs
"""

IN_PAGES = """
    meta abacus; start dates; context
    user "Dates like 2026-02-30 come through unchecked."
    think "Where are types inferred?"; call infer shell "rg -n infer abacus"; tokens 5100 130; wait 600ms
    output infer "abacus/types.py:7:def infer(text):"
    call check shell "python -c 'import abacus; abacus.infer(\\"2026-02-30\\")'"; tokens 5400 70; wait 400ms
    output check "ValueError: day is out of range" failed
    steer "Don't raise: leave such a cell as text."
    agent "A date that does not exist stays a text now."; tokens 5900 110; complete dates
    wait 20s; start fuzz; context
    user "Fuzz it for a minute."; call run shell "python fuzz.py --seconds 60"; tokens 6300 50
    wait 7s; output run "Wall time: 7.2 seconds\\naborted by user"; abort fuzz
    wait 3s; start thanks; context; user "That was enough, thanks."; agent "No crash in 7 seconds."
    tokens 6500 20; complete thanks
"""

RACE = """
    meta abacus; start sum; context
    user "Sum the third column."
    call sum shell "python -m abacus sum 3 sheet.csv"; tokens 4100 60; wait 800ms; output sum "1729"
    agent "The third column adds up to 1729."; tokens 4300 25;
"""

BEGINNING = """
    meta abacus; start plan; context
    user "What is left for the release?"
    agent "The changelog and the version number."; tokens 3900 45; complete plan
"""
ON_THE_LAPTOP = """
    wait 60s; start version; context
    user "Set the version to 0.4."
    wait 2s; call bump apply_patch "@@\\n+version = '0.4'"; tokens 4400 50; wait 1s
    output bump "Success. Updated pyproject.toml"
    wait 2s; agent "It says 0.4 now."; tokens 4500 20; complete version
"""
ON_THE_DESKTOP = """
    wait 61400ms; start notes; context
    user "Write the changelog."
    wait 2s; call log apply_patch "@@\\n+## 0.4"; tokens 4350 180; wait 2s; output log "Success. Updated CHANGELOG.md"
    wait 1s; agent "The changelog has a section 0.4."; tokens 4600 60; complete notes
"""

UNPAIRED = """
    meta abacus; start types; context
    user "Run the type checker and the linter."
    call types shell "mypy abacus"; call lint shell "ruff check abacus"; tokens 5200 80; wait 3s
    output types "Success: no issues found in 6 source files"; output lint "All checks passed!"
    agent "Both are clean."; tokens 5400 20; complete types
    wait 9s; start push; context
    user "Then tag it."; call tag shell "git tag v0.4"; tokens 5600 40; output tag ""
    agent "Tagged v0.4."; tokens 5700 15; complete push
"""

LOST = """
    meta abacus; start rename; context
    user "Rename Sheet to Table everywhere."
    call list shell "rg -l Sheet"; tokens 4800 50; output list "abacus/sheet.py\\ntests/test_sheet.py"
    call change shell "sed -i s/Sheet/Table/g abacus/sheet.py tests/test_sheet.py"; tokens 5000 60; output change ""
    agent "Sheet is called Table in both files."; tokens 5100 30
    steer "Stop! Keep Sheet as a deprecated alias."
    complete rename
"""


def ended_twice() -> bytes:
    """The finish of a turn and its abort both got through."""
    return interleaved(write(RACE + "complete sum"), write(RACE + "wait 70ms; abort sum"))


def two_writers() -> bytes:
    """The same file, appended to from two places."""
    return interleaved(write(BEGINNING + ON_THE_LAPTOP), write(BEGINNING + ON_THE_DESKTOP))


def unpaired_calls() -> bytes:
    """The first call is gone, and so is the last output."""
    data = without(write(UNPAIRED), line_of(write(UNPAIRED), "function_call"))
    return without(data, line_of(data, "function_call_output", 3))


def torn_lines() -> bytes:
    """One write failed and was repeated; the last one never ended."""
    data = write(CLEAN)
    return cut(torn(data, line_of(data, "token_count"), 137), 60)


def steer_lost() -> bytes:
    """The message for the model is missing, only its twin was written."""
    data = write(LOST)
    return without(data, line_of(data, "user_message", 2) - 1)


def ordinal_gap() -> bytes:
    """A token count in the middle was not written."""
    data = write(IN_PAGES, PAGINATED)
    return without(data, line_of(data, "token_count", 2))


def samples() -> dict[Path, str]:
    """The text of every sample file, by its place in the checkout."""
    made = {
        "clean-with-steer": write(CLEAN),
        "interrupted-with-pending-call": write(INTERRUPTED),
        "compacted-and-rolled-back": write(COMPACTED),
        "paginated": write(IN_PAGES, PAGINATED),
        "ended-twice": ended_twice(),
        "two-writers": two_writers(),
        "unpaired-calls": unpaired_calls(),
        "torn-lines": torn_lines(),
        "steer-lost": steer_lost(),
        "ordinal-gap": ordinal_gap(),
    }
    return {FOLDER / f"{name}.jsonl": data.decode() for name, data in made.items()}


def main() -> int:
    """Write the files, and return the exit code."""
    files = samples()
    generated.write(files, owned=OWNED)
    for path, text in files.items():
        print(f"{path}: {len(lines_of(text.encode()))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
