"""Writes `docs/conformance.md` from the tables: `PYTHONPATH=. python -m tests.conformance.page`."""

from __future__ import annotations

from typing import Final

from tests.conformance.codex import PACKAGE, VERSION
from tests.conformance.differences import DIFFERENCES, SCENARIOS, shown_by
from tests.conformance.scenario import Hunk
from tests.source import ROOT

PAGE: Final = ROOT / "docs" / "conformance.md"

HEAD: Final = f"""\
# Ours beside the real Codex

`tests/conformance` runs the real Codex and our engine through the same scenarios, on one machine and without a
network, and lets both write the same file. The binary is version **{VERSION}** of the package `{PACKAGE}` (the extra
`conformance`); without it these tests skip. This page is written from the tables of the tests, and a test fails
while it is stale.

## What is compared

A scripted endpoint on loopback plays the model for both. Codex is driven through its app-server, ours through
`Session`. A scenario says what the model answers, what the client does, and when: never by a time, always behind
something that was heard.

* **What the model sees**: every item of every request, in order.
* **What the client hears**: turns and their ends, items of messages, commands, hook runs with status and entries,
  questions and answers, refused steers with their texts. What Codex says is read by our own dialect of its captures.
* **What is written**: Codex's rollout and its capture, and our log, go to the rules of `turnfold verify`.
* **Trust**: the hashes by which Codex knows the hooks as trusted are computed by ours.

Both lists must be equal, but for the differences below. An unexpected one fails the test, and so does one that is gone.

Left out of the comparison: ids, times, chunk ids and process ids; descriptions of tools and base instructions; the
texts that Codex puts in front of a conversation (permissions, skills, environment), which are the embedder's with ours;
the wording of the interruption's marker, of the request for a summary and of the summary's frame, and of errors of the
endpoint; tokens and rate limits.

## Files

For {{files}} scenarios our log goes back and forth: ours records it, Codex resumes and continues it, ours goes on with
that, Codex again. Each time the turns, their ids, statuses and messages are the same for both, the model sees the whole
history with what the other said, and in the end `verify` finds the file valid and knows every record. A log that was
cut off behind any of its lines is resumed by Codex as well, with the turns that our reader finds in it.

## Differences

"""


def rendered(files: int) -> str:
    """The page."""
    parts = [HEAD.replace("{files}", str(files))]
    for name, difference in DIFFERENCES.items():
        scenarios = ", ".join(f"`{each}`" for each in shown_by(name))
        parts.append(
            f"### {name}\n\n"
            f"* requirement: {difference.requirement}\n"
            f"* Codex: {difference.codex}\n"
            f"* ours: {difference.ours}\n"
            f"* seen in: {scenarios}\n\n"
        )
    parts.append(
        "## Scenarios\n\n| scenario | requirements | what it shows | differs in |\n|---|---|---|---|\n"
    )
    for each in SCENARIOS:
        differs = ", ".join(dict.fromkeys(hunk.why for hunk in _hunks(each.heard, each.seen)))
        parts.append(f"| `{each.name}` | {', '.join(each.covers)} | {each.claim} | {differs} |\n")
    return "".join(parts)


def _hunks(*lists: tuple[Hunk, ...]) -> list[Hunk]:
    return [hunk for hunks in lists for hunk in hunks]


if __name__ == "__main__":
    from tests.conformance.test_files import NAMES

    PAGE.write_text(rendered(len(NAMES)), encoding="utf-8")
